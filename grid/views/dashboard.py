"""Figures of a region by child region; every number opens to its rows."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.queries import path_of
from accounts.views.access import officer_page
from accounts.views.listing import address
from accounts.views.places import asked_region
from fupin.lib.clock import today
from fupin.lib.forms import CleanForm
from fupin.lib.money import yuan_display
from grid.queries import figures as queries
from grid.queries.figures import Figures

MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
MONTHS_OFFERED = 12
COLUMNS = (
    {"label": "地区"},
    {"label": "登记家庭", "numeric": True},
    {"label": "公开求助", "numeric": True},
    {"label": "已对接", "numeric": True},
    {"label": "对接率", "numeric": True},
    {"label": "到账善款（元）", "numeric": True},
)


class MonthParameter(CleanForm):
    month = forms.RegexField(MONTH, required=False)


@officer_page(Verb.REPORT)
@require_safe
def home(request: SignedIn) -> HttpResponse:
    """`?region=` (the person's own top region by default) and `?month=2026-11` (all time by default)."""
    region, month = _region(request), _month(request)
    own, children = queries.figures_of(region, month)
    held = grants(request.user)
    way = [step for step in path_of(region.code) if held.allow(Verb.REPORT, step.code)]
    ranked = sorted((row for row in children if row.rate is not None), key=lambda row: -(row.rate or 0))
    context = {
        "region": region,
        "way": [{"label": step.name, "url": address(request, region=step.code)} for step in way],
        "tiles": _tiles(own),
        "columns": COLUMNS,
        "rows": [_table_row(request, row) for row in children],
        "bars": [_bar(request, row) for row in ranked],
        "months": _months(request, month),
        "period": f"{month.year} 年 {month.month} 月" if month else "累计",
    }
    return render(request, "grid/dashboard.html", context)


def _region(request: SignedIn) -> Region:
    region = asked_region(request)
    if region is None:
        return queries.report_regions(request.user)[0]
    if not grants(request.user).allow(Verb.REPORT, region.code):
        raise Http404
    return region


def _month(request: SignedIn) -> date | None:
    form = MonthParameter(request.GET)
    if not form.is_valid():
        raise Http404
    found = MONTH.fullmatch(form.cleaned_data["month"])
    return date(int(found[1]), int(found[2]), 1) if found else None


def _links(region: Region) -> dict[str, str]:
    """Where each figure opens to its rows."""
    here = urlencode({"region": region.code})
    lists = {
        "households": "needs:households",
        "needs": "needs:office-needs",
        "received": "donors:office-pledges",
    }
    return {name: f"{reverse(url)}?{here}" for name, url in lists.items()}


def _tiles(row: Figures) -> list[dict[str, Any]]:
    links = _links(row.region)
    matched = f"{links['needs']}&status=matched"
    return [
        {"label": "登记家庭", "value": row.households, "unit": "户", "url": links["households"]},
        {"label": "公开求助", "value": row.needs, "unit": "条", "url": links["needs"]},
        {"label": "对接率", "value": _percent(row), "note": f"已对接 {row.matched} 条", "url": matched},
        {
            "label": "到账善款",
            "value": yuan_display(row.received_fen),
            "unit": "元",
            "url": links["received"],
        },
    ]


def _table_row(request: SignedIn, row: Figures) -> list[dict[str, Any]]:
    links = _links(row.region)
    return [
        {"value": row.region.name, "url": address(request, region=row.region.code)},
        {"value": row.households, "url": links["households"]},
        {"value": row.needs, "url": links["needs"]},
        {"value": row.matched, "url": f"{links['needs']}&status=matched"},
        {"value": _percent(row)},
        {"value": yuan_display(row.received_fen), "url": links["received"]},
    ]


def _bar(request: SignedIn, row: Figures) -> dict[str, Any]:
    url = address(request, region=row.region.code)
    return {
        "label": row.region.name,
        "value": row.rate,
        "text": f"{row.rate}%（{row.matched}/{row.needs}）",
        "url": url,
    }


def _percent(row: Figures) -> str:
    return "—" if row.rate is None else f"{row.rate}%"


def _months(request: SignedIn, chosen: date | None) -> list[dict[str, Any]]:
    """All time, then the last twelve months."""
    links = [{"label": "累计", "url": address(request, month=""), "active": chosen is None}]
    this = today().replace(day=1)
    for back in range(MONTHS_OFFERED):
        year, month = divmod(this.year * 12 + this.month - 1 - back, 12)
        first = date(year, month + 1, 1)
        label = f"{first:%Y-%m}"
        links.append({"label": label, "url": address(request, month=label), "active": first == chosen})
    return links
