"""领导简报: the list, one page, and the same as one A4 page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import pager
from fupin.lib.downloads import download
from fupin.lib.paging import keyset_page
from grid import brief_paper
from grid.models import Brief
from grid.queries.reports import briefs_seen_by


@officer_page(Verb.REPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    page = keyset_page(
        briefs_seen_by(request.user), order=("-month", "region_id"), cursor=request.GET.get("cursor")
    )
    return render(request, "grid/reports/briefs.html", {"rows": page.items, **pager(request, page)})


@officer_page(Verb.REPORT)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    brief = _brief(request, pk)
    context: dict[str, Any] = {
        "brief": brief,
        "tiles": [
            {"label": label, "value": value, "unit": unit, "note": note}
            for label, value, unit, note in brief.tiles
        ],
        "chart": brief_paper.chart(brief),
        "wide": brief_paper.chart(brief, paper=True),
        "columns": [
            {"label": "月份"},
            {"label": "公开求助", "numeric": True},
            {"label": "已对接", "numeric": True},
        ],
        "rows": [[{"value": cell} for cell in row] for row in brief.series],
    }
    if grants(request.user).allow(Verb.REPORT, brief.region_id):
        context["report_url"] = reverse("grid:report", args=[brief.region_id, f"{brief.month:%Y-%m}"])
    return render(request, "grid/reports/brief.html", context)


@officer_page(Verb.REPORT)
@require_safe
def paper(request: SignedIn, pk: int) -> HttpResponse:
    brief = _brief(request, pk)
    return download(brief_paper.pdf(brief), f"{brief.region.name}{brief.month:%Y-%m}简报.pdf", inline=True)


def _brief(request: SignedIn, pk: int) -> Brief:
    return get_object_or_404(briefs_seen_by(request.user), pk=pk)
