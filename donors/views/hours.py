"""The time bank (时间银行): what I gave in hours, line by line, to read and to take along."""

import csv
import io
import tempfile
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import SignedIn
from accounts.views.listing import pager
from donors.models import HoursEntry
from fupin.lib.downloads import download
from fupin.lib.paging import keyset_page
from needs.imports.sheets import harmless, write_sheet

COLUMNS = ("日期", "方式", "时长（小时）", "求助", "地区", "帮助编号")
MOST = 10_000


@login_required
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """My confirmed hours, newest first, with their sum; visits and letters count as themselves, nobody is ranked."""
    mine = _mine(request)
    totals = mine.aggregate(hours=Sum("hours"))
    page = keyset_page(mine, order=("-id",), cursor=request.GET.get("cursor"))
    context = {"rows": page.items, "total": totals["hours"] or 0, **pager(request, page)}
    return render(request, "donors/hours.html", context)


@login_required
@require_safe
def export(request: SignedIn, kind: str) -> HttpResponse:
    """The whole book as XLSX or CSV, for the time bank of another organisation (REQUIREMENTS 8)."""
    if kind not in ("xlsx", "csv"):
        raise Http404
    rows = [_cells(entry) for entry in _mine(request).order_by("id")[:MOST]]
    if kind == "csv":
        return download(_csv(rows), "hours.csv")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hours.xlsx"
        write_sheet(path, COLUMNS, ((row, ()) for row in rows))
        return download(path.read_bytes(), "hours.xlsx")


def _mine(request: SignedIn) -> QuerySet[HoursEntry]:
    return HoursEntry.objects.filter(donor=request.user).select_related("pledge__need", "region")


def _cells(entry: HoursEntry) -> list[str]:
    return [
        entry.day.isoformat(),
        entry.get_kind_display(),
        str(entry.hours),
        entry.pledge.need.title,
        entry.region.name,
        entry.pledge.reference,
    ]


def _csv(rows: list[list[str]]) -> bytes:
    """With the mark that tells spreadsheet programs it is UTF-8; no cell reads as a formula (THREATS I-09)."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in [list(COLUMNS), *rows]])
    return text.getvalue().encode("utf-8-sig")
