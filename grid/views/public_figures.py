"""The figures for everybody: the country and each region by month, without links to rows and without small counts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.enums import Level
from accounts.models import Region
from accounts.queries import path_of
from accounts.views.listing import address
from accounts.views.places import asked_region
from grid.queries import figures as queries
from grid.views.dashboard import asked_month, shown_board
from grid.views.figure_words import Shown

DEEPEST = Level.COUNTY
"""Below the counties nothing is linked: a village's figures are a few people's."""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """`?region=&month=`; the whole country without a region."""
    region, month = asked_region(request), asked_month(request)
    if region and region.level > DEEPEST:
        region = next(place for place in reversed(path_of(region.code)) if place.level <= DEEPEST)
    board = queries.board(region, month) if region else queries.country(month)
    shown = Shown(month, lambda place: _place_url(request, place), is_public=True)
    country = {"label": "全国", "url": address(request, region="")}
    way = [
        {"label": step.name, "url": address(request, region=step.code)} for step in path_of(board.region.code)
    ]
    context = {
        **shown_board(request, board, shown),
        "way": [{"label": "钱物去向公开", "url": "/transparency/"}, country, *way],
        "neglected": [],
        "export_url": "",
    }
    return render(request, "grid/public_figures.html", context)


def _place_url(request: HttpRequest, place: Region) -> str:
    return address(request, region=place.code) if place.level <= DEEPEST else ""
