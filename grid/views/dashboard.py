"""The leaders' dashboard by region and month: pictures first, tables behind, every number opens to its rows."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.queries import path_of
from accounts.views.access import officer_page
from accounts.views.listing import address
from accounts.views.places import asked_region
from fupin.lib.clock import ZONE, add_months, month_of, today
from fupin.lib.downloads import download
from fupin.lib.official_sheets import Column, write_form
from grid.figure_totals import Board
from grid.forms.figures import PeriodParameter
from grid.queries import figures as queries
from grid.views import figure_charts, figure_places, figure_tiles
from grid.views.figure_words import Shown
from needs import pace

NEGLECTED_SHOWN = 10


@officer_page(Verb.REPORT)
@require_safe
def home(request: SignedIn) -> HttpResponse:
    """`?region=` (the person's own top region by default) and `?month=2026-11` (all time by default)."""
    board, shown = asked_board(request)
    held = grants(request.user)
    way = [step for step in path_of(board.region.code) if held.allow(Verb.REPORT, step.code)]
    context = {
        **shown_board(request, board, shown),
        "way": [{"label": step.name, "url": address(request, region=step.code)} for step in way],
        "burden_url": f"{reverse('grid:burden')}?region={board.region.code}"
        + (f"&month={board.month:%Y-%m}" if board.month else ""),
        "may_set": held.allow(Verb.APPOINT, board.region.code),
        "pace": _pace(board.region, held.allow(Verb.APPROVE, board.region.code)),
    }
    return render(request, "grid/dashboard.html", context)


def _pace(region: Region, may_set: bool) -> dict[str, str]:
    """Whether help keeps up in a county that holds routine needs back when it does not, with the numbers."""
    state = pace.state_of(region.code) if region.level == Level.COUNTY else None
    if state is None or not state.words:
        return {}
    url = reverse("needs:office-pace") + f"?region={region.code}" if may_set else ""
    if not state.holds:
        return {"tone": "success", "title": "帮助跟得上求助", "text": state.words, "url": url}
    title = f"求助多、帮助少，{pace.queue_of(region.code).count()} 条已批准的求助在排队"
    return {"tone": "warning", "title": title, "text": state.note, "url": url}


@officer_page(Verb.REPORT)
@require_safe
def export(request: SignedIn) -> HttpResponse:
    """The table of the places as XLSX, for whoever reads it on the page."""
    board, shown = asked_board(request)
    table = figure_places.places(board, shown)
    rows = [[cell["value"] for cell in row] for row in table["rows"]]
    if not rows:
        rows = [[cell["value"] for cell in figure_places.own_row(board.own, shown)]]
    columns = [
        Column(column["label"], 14 if number else 20) for number, column in enumerate(table["columns"])
    ]
    title = f"{board.region.name}数据（{period(board.month)}）"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "figures.xlsx"
        write_form(target, title=title, note=_until(board), columns=columns, rows=rows)
        return download(target.read_bytes(), f"{title}.xlsx")


def shown_board(request: HttpRequest, board: Board, shown: Shown) -> dict[str, Any]:
    """What the office's and the public's page have in common."""
    neglected = [] if shown.is_public else queries.neglected_in(board.region, NEGLECTED_SHOWN)
    return {
        "region": board.region,
        "period": period(board.month),
        "until": _until(board),
        "months": months_offered(request, board.month),
        "month": f"{board.month:%Y-%m}" if board.month else "",
        "groups": figure_tiles.tiles(board, shown),
        "figures": figure_charts.figures_shown(board, shown),
        "places": figure_places.places(board, shown),
        "empty": figure_places.empty_places(board, shown),
        "neglected": [{"region": region, "row": row} for region, row in neglected],
        "neglected_url": shown.rows_url("neglected", board.region),
        "export_url": f"{request.path}export/?{request.GET.urlencode()}",
    }


def asked_board(request: SignedIn) -> tuple[Board, Shown]:
    """The board that `?region=&month=` asks for. Raises Http404 outside what this person reads."""
    region, month = readable_region(request), asked_month(request)
    dashboard = lambda place: address(request, region=place.code)  # noqa: E731
    return queries.board(region, month), Shown(month, dashboard)


def readable_region(request: SignedIn) -> Region:
    """The asked region, or the person's own top one. Raises Http404 outside what this person reads."""
    region = asked_region(request)
    if region is None:
        return queries.report_regions(request.user)[0]
    if not grants(request.user).allow(Verb.REPORT, region.code):
        raise Http404
    return region


def asked_month(request: HttpRequest) -> date | None:
    """The first day of `?month=2026-11`; None without one. Raises Http404 for what is no month."""
    form = PeriodParameter(request.GET)
    if not form.is_valid():
        raise Http404
    return cast("date | None", form.cleaned_data["month"])


def period(month: date | None) -> str:
    """The month in words."""
    return f"{month.year} 年 {month.month} 月" if month else "累计"


def months_offered(request: HttpRequest, chosen: date | None) -> list[dict[str, Any]]:
    """All time, then the twelve months up to this one; an older one that is chosen stands behind them."""
    this = month_of(today())
    days = [add_months(this, -back) for back in range(queries.MONTHS_SHOWN)]
    if chosen and chosen not in days:
        days.append(chosen)
    links = [{"label": "累计", "url": address(request, month=""), "active": chosen is None}]
    links += [
        {"label": f"{day:%Y-%m}", "url": address(request, month=f"{day:%Y-%m}"), "active": day == chosen}
        for day in days
    ]
    return links


def _until(board: Board) -> str:
    if board.counted_at is None:
        return "数字还在第一次统计，请稍后再看。"
    return f"数字截至 {board.counted_at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
