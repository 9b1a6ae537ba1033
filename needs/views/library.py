"""项目库: needs and projects by cause of poverty, kind, place and state, with sums and as XLSX (REQUIREMENTS 27)."""

import tempfile
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.templatetags.ui import yuan
from accounts.views.access import officer_page
from accounts.views.listing import address, pager
from accounts.views.places import Place, place, roots_of
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict
from fupin.lib.paging import keyset_page
from needs import library
from needs.enums import Kind
from needs.forms.library import LibraryFilter
from needs.library import CAUSES, Asked, Sums
from needs.models import Need
from needs.services import library_sheet

LIST = (
    {"label": "需求或项目"},
    {"label": "对象"},
    {"label": "地区"},
    {"label": "致贫原因"},
    {"label": "类别"},
    {"label": "状态"},
    {"label": "需要资金", "numeric": True},
    {"label": "已认领", "numeric": True},
)


@officer_page(Verb.VIEW, Verb.REPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?region=&cause=&kind=&state=`: first the sums and the table of cause by kind, then the rows, newest first.

    The sums are of one county or less, so that they stay quick however large a city is.
    """
    form, where = _asked(request)
    context: dict[str, Any] = {"place": where, "filter": form, "too_wide": _too_wide(where)}
    if where.region and not context["too_wide"]:
        asked = Asked(where.region, **form.wanted())
        rows = library.found(request.user, asked)
        page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"))
        context |= {
            "tiles": _tiles(library.sums(rows)),
            "lines": [_line(request, cause, counts) for cause, counts in library.table(rows)],
            "list": LIST,
            "rows": [_row(request, need) for need in page.items],
            "export_query": request.GET.urlencode(),
            **pager(request, page),
        }
    return render(request, "needs/office/library.html", context)


@officer_page(Verb.VIEW, Verb.REPORT)
@require_safe
def sheet(request: SignedIn) -> HttpResponse:
    """The same filter as XLSX, recorded."""
    form, where = _asked(request)
    if where.region is None or _too_wide(where):
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.xlsx"
        asked = Asked(where.region, **form.wanted())
        try:
            library_sheet.export(actor=request.user, asked=asked, target=path)
        except Conflict as error:
            context = {"place": where, "filter": form, "too_wide": False, "refused": error.message}
            return render(request, "needs/office/library.html", context, status=error.status)
        return download(path.read_bytes(), f"{where.region.name}需求和项目库.xlsx")


def _asked(request: SignedIn) -> tuple[LibraryFilter, Place]:
    form = LibraryFilter(request.GET)
    if not form.is_valid():
        raise Http404
    return form, place(request, roots=roots_of(request.user, Verb.VIEW, Verb.REPORT))


def _too_wide(where: Place) -> bool:
    return where.region is not None and where.region.level < Level.COUNTY


def _tiles(found: Sums) -> list[dict[str, Any]]:
    return [
        {"label": "需求和项目", "value": found.needs, "unit": "条"},
        {"label": "涉及家庭", "value": found.households, "unit": "户"},
        {"label": "需要资金", "value": yuan(found.target_fen)},
        {
            "label": "已认领",
            "value": yuan(found.pledged_fen),
            "note": f"其中已送达 {yuan(found.delivered_fen)}",
        },
    ]


def _line(request: SignedIn, cause: str, counts: dict[str, int]) -> dict[str, Any]:
    """One cause with its counts by kind; each opens to its rows."""
    return {
        "label": dict(CAUSES)[cause],
        "url": address(request, cause=cause),
        "total": sum(counts.values()),
        "kinds": [
            {"label": kind.label, "count": counts[kind], "url": address(request, cause=cause, kind=kind)}
            for kind in Kind
            if kind in counts
        ],
    }


def _row(request: SignedIn, need: Need) -> list[dict[str, Any]]:
    """Whoever reads figures alone reads the masked name and goes to the public page."""
    inside = grants(request.user).allow(Verb.VIEW, need.region_id)
    url = f"/office/needs/{need.pk}/" if inside else need.get_absolute_url()
    parent = f"{need.region.parent.name} " if need.region.parent else ""
    return [
        {"value": need.title, "url": url},
        {"value": need.household.name if inside and need.household else need.recipient},
        {"value": f"{parent}{need.region.name}"},
        {"value": need.household.get_cause_display() if need.household else "—"},
        {"value": need.get_kind_display()},
        {"status": need.status},
        {"value": yuan(need.progress.target_fen) if need.progress.target_fen else "—"},
        {"value": yuan(need.progress.pledged_fen) if need.progress.target_fen else "—"},
    ]
