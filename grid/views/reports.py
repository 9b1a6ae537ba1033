"""Monthly reports of closed months: which there are, one on a page, and as PDF, Word and XLSX."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.places import place, roots_of
from fupin.lib.downloads import download
from fupin.lib.paging import keyset_page
from grid import report_files, year_blocks
from grid.forms.quotas import MonthParameter
from grid.queries import reports, year_reports
from grid.queries.reports import Report
from grid.queries.year_reports import YearReport
from grid.report_blocks import Document, Link, Table, document
from grid.services import papers

FILES: dict[str, Callable[[Document], bytes]] = {
    "pdf": report_files.pdf,
    "docx": report_files.docx,
    "xlsx": report_files.xlsx,
}


@officer_page(Verb.REPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?region=`: the months with a report of a place in one's range, newest first."""
    roots = roots_of(request.user, Verb.REPORT)
    chosen = place(request, roots=roots)
    region = chosen.region or (roots[0] if roots else None)
    if region is None:
        raise Http404
    page = keyset_page(reports.months_of(region), order=("-month",), cursor=request.GET.get("cursor"))
    months = [{"month": row["month"], "url": _url(region.code, row["month"])} for row in page.items]
    years = [
        {"year": year, "url": reverse("grid:year-report", args=[region.code, year])}
        for year in (year_reports.years_of(region) if region.level >= Level.CITY else [])
    ]
    context = {
        "region": region,
        "place": chosen,
        "months": months,
        "years": years,
        **pager(request, page),
    }
    return render(request, "grid/reports/index.html", context)


@officer_page(Verb.REPORT)
@require_safe
def detail(request: SignedIn, code: int, month: str) -> HttpResponse:
    """One report as a page: the same sentences, charts and tables as on paper."""
    report = _report(request, code, month)
    link = lambda place: _url(place, report.month)  # noqa: E731
    paper = document(report, link)
    held = grants(request.user)
    context = {
        "report": report,
        "paper": paper,
        "sections": [(section, _tables(section.tables, report, link)) for section in paper.sections],
        "files": _files("grid:report-file", code, month),
        "above": _above(report.region, report.month) if _reads(held, report.region.parent) else "",
    }
    return render(request, "grid/reports/report.html", context)


@officer_page(Verb.REPORT)
@require_safe
def file(request: SignedIn, code: int, month: str, kind: str) -> HttpResponse:
    """The report as PDF, DOCX or XLSX; who took it is recorded."""
    report = _report(request, code, month)
    if kind not in FILES:
        raise Http404
    data = FILES[kind](document(report))
    papers.report_taken(actor=request.user, region=report.region, month=f"{report.month:%Y-%m}", kind=kind)
    return download(data, f"{report.name}{report.month:%Y-%m}月报.{kind}")


@officer_page(Verb.REPORT)
@require_safe
def year(request: SignedIn, code: int, year: int) -> HttpResponse:
    """A unit's yearly summary as a page."""
    found = _year(request, code, year)
    report = found.report
    link = lambda place: reverse("grid:year-report", args=[place, year])  # noqa: E731
    paper = year_blocks.document(found, link)
    context = {
        "report": report,
        "paper": paper,
        "sections": [(section, _tables(section.tables, report, link)) for section in paper.sections],
        "files": _files("grid:year-report-file", code, year),
        "above": reverse("grid:year-report", args=[report.region.parent_id, year])
        if _reads(grants(request.user), report.region.parent)
        else "",
    }
    return render(request, "grid/reports/report.html", context)


@officer_page(Verb.REPORT)
@require_safe
def year_file(request: SignedIn, code: int, year: int, kind: str) -> HttpResponse:
    """The yearly summary as PDF, DOCX or XLSX; who took it is recorded."""
    found = _year(request, code, year)
    if kind not in FILES:
        raise Http404
    data = FILES[kind](year_blocks.document(found))
    papers.report_taken(actor=request.user, region=found.report.region, month=f"{year}", kind=kind)
    return download(data, f"{found.report.name}{year}年报.{kind}")


def _year(request: SignedIn, code: int, year: int) -> YearReport:
    region = Region.objects.select_related("parent").filter(code=code, level__gte=Level.CITY).first()
    if region is None or not grants(request.user).allow(Verb.REPORT, code) or not 2015 <= year <= 2099:
        raise Http404
    found = year_reports.year_of(region, year)
    if found is None:
        raise Http404
    return found


def _files(name: str, code: int, when: object) -> list[dict[str, str]]:
    kinds = (("pdf", "PDF"), ("docx", "Word（公文格式）"), ("xlsx", "Excel"))
    return [{"label": label, "url": reverse(name, args=[code, when, kind])} for kind, label in kinds]


def _report(request: SignedIn, code: int, month: str) -> Report:
    form = MonthParameter({"month": month})
    region = Region.objects.select_related("parent").filter(code=code).first()
    if region is None or not form.is_valid() or not grants(request.user).allow(Verb.REPORT, code):
        raise Http404
    report = reports.report_of(region, form.chosen)
    if report is None:
        raise Http404
    return report


def _url(code: int, month: date) -> str:
    return reverse("grid:report", args=[code, f"{month:%Y-%m}"])


def _reads(held: Any, region: Region | None) -> bool:
    return region is not None and held.allow(Verb.REPORT, region.code)


def _above(region: Region, month: date) -> str:
    return _url(region.parent_id, month) if region.parent_id else ""


def _tables(tables: tuple[Table, ...], report: Report, link: Link) -> list[dict[str, Any]]:
    """The tables as the table component takes them; a place leads to its own report."""
    places = report.region.level < Level.VILLAGE
    return [
        {
            "caption": table.caption,
            "columns": [{"label": head, "numeric": number > 0} for number, head in enumerate(table.heads)],
            "rows": [
                [
                    {"value": cell, "url": link(code) if places and code and not number else ""}
                    for number, cell in enumerate(row)
                ]
                for row, code in zip(table.rows, table.codes or [0] * len(table.rows), strict=True)
            ],
        }
        for table in tables
    ]
