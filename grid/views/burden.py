"""填报负担: minutes, open forms, fields nobody uses and complaints, for whoever reads the figures (B16)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import address
from fupin.lib.clock import add_months, day_of, month_of, today
from grid.burden import MINUTES, minutes
from grid.figure_totals import Board, Place
from grid.queries import burden
from grid.queries import figures as queries
from grid.views.dashboard import asked_month, readable_region

MONTHS = 3
"""Fields and complaints are looked at over so many months up to the one shown."""
MOST_FIELDS, MOST_COMPLAINTS = 40, 20
FORM_COLUMNS = (
    {"label": "填什么"},
    {"label": "件数", "numeric": True},
    {"label": "每件约（分钟）", "numeric": True},
    {"label": "合计约（小时）", "numeric": True},
)
PLACE_COLUMNS = (
    {"label": "地区"},
    {"label": "在岗人员", "numeric": True},
    {"label": "填报（件）", "numeric": True},
    {"label": "人均（件）", "numeric": True},
    {"label": "人均（分钟）", "numeric": True},
)
OPEN_COLUMNS = (
    {"label": "什么"},
    {"label": "还开着", "numeric": True},
    {"label": "其中超期", "numeric": True},
)
FIELD_COLUMNS = (
    {"label": "表"},
    {"label": "选填项"},
    {"label": "填了", "numeric": True},
    {"label": "占比", "numeric": True},
)


@officer_page(Verb.REPORT)
@require_safe
def home(request: SignedIn) -> HttpResponse:
    """`?region=&month=` (last month by default); fields and open forms from the county down."""
    region = readable_region(request)
    month = asked_month(request) or add_months(month_of(today()), -1)
    board = queries.board(region, month)
    since = add_months(month, 1 - MONTHS)
    context: dict[str, Any] = {
        "region": region,
        "month": month,
        "before": address(request, month=f"{add_months(month, -1):%Y-%m}"),
        "after": address(request, month=f"{add_months(month, 1):%Y-%m}") if month < month_of(today()) else "",
        "back": f"{reverse('grid:dashboard')}?region={region.code}&month={month:%Y-%m}",
        "tiles": _tiles(board.own),
        "form_columns": FORM_COLUMNS,
        "forms": _forms(board.own),
        "place_columns": PLACE_COLUMNS,
        "places": _places(request, board),
        "months": MONTHS,
    }
    if region.level >= Level.COUNTY:
        context |= _detailed(request, board, since)
    return render(request, "grid/burden.html", context)


def _detailed(request: SignedIn, board: Board, since: Any) -> dict[str, Any]:
    region, month = board.region, board.month or month_of(today())
    fields = burden.usage(region, since, month)
    opens = grants(request.user).allow(Verb.VIEW, region.code)
    said = burden.complaints(region, since)
    return {
        "is_detailed": True,
        "open_columns": OPEN_COLUMNS,
        "open": [_open(row, opens) for row in burden.open_forms(region)],
        "field_columns": FIELD_COLUMNS,
        "unused": [_field(row) for row in fields if row.is_unused][:MOST_FIELDS],
        "fields": [_field(row) for row in fields if row.total and not row.is_unused][:MOST_FIELDS],
        "seldom": burden.SELDOM,
        "least": burden.LEAST_FORMS,
        "complaints": [_complaint(row, opens) for row in said[:MOST_COMPLAINTS]],
    }


def _minutes(place: Place) -> int:
    return minutes(place.totals.parts("form", "forms"))


def _each(whole: int, officers: int) -> str:
    return f"{whole / officers:,.0f}" if officers else "—"


def _tiles(place: Place) -> list[dict[str, Any]]:
    sums, spent = place.totals.sum, _minutes(place)
    officers, forms = sums("+post", "posts"), sums("form", "forms")
    return [
        {
            "label": "人均填报用时",
            "value": _each(spent, officers),
            "unit": "分钟",
            "note": "按每件约几分钟估算",
        },
        {"label": "人均填报", "value": f"{forms / officers:.1f}" if officers else "—", "unit": "件"},
        {"label": "一共填报", "value": f"{forms:,}", "unit": "件", "note": f"约 {spent / 60:,.0f} 小时"},
        {"label": "在岗人员", "value": f"{officers:,}", "unit": "人"},
    ]


def _forms(place: Place) -> list[list[dict[str, Any]]]:
    counts = place.totals.parts("form", "forms")
    ranked = sorted(MINUTES.keys() & counts.keys(), key=lambda part: (-MINUTES[part][1] * counts[part], part))
    return [
        [
            {"value": MINUTES[part][0]},
            {"value": f"{counts[part]:,}"},
            {"value": MINUTES[part][1]},
            {"value": f"{MINUTES[part][1] * counts[part] / 60:,.1f}"},
        ]
        for part in ranked
        if counts[part]
    ]


def _places(request: SignedIn, board: Board) -> list[list[dict[str, Any]]]:
    """The places below, those that ask most of their officers first; those without any officer are left out."""
    found = []
    for place in board.children:
        officers, forms = place.totals.sum("+post", "posts"), place.totals.sum("form", "forms")
        if officers or forms:
            found.append((place.region, officers, forms, _minutes(place)))
    ranked = sorted(found, key=lambda row: (-row[3] / row[1] if row[1] else 0, row[0].code))
    return [
        [
            {"value": region.name, "url": address(request, region=region.code)},
            {"value": f"{officers:,}"},
            {"value": f"{forms:,}"},
            {"value": f"{forms / officers:.1f}" if officers else "—"},
            {"value": _each(spent, officers)},
        ]
        for region, officers, forms, spent in ranked
    ]


def _open(row: burden.Open, opens: bool) -> list[dict[str, Any]]:
    return [
        {"value": row.label, "url": row.url if opens else ""},
        {"value": f"{row.count:,}"},
        {"value": f"{row.late:,}"},
    ]


def _field(row: burden.Usage) -> list[dict[str, Any]]:
    return [
        {"value": row.form},
        {"value": row.label},
        {"value": f"{row.filled:,} / {row.total:,}"},
        {"value": f"{row.percent}%"},
    ]


def _complaint(row: Any, opens: bool) -> dict[str, str]:
    return {
        "title": row.title,
        "url": row.get_absolute_url() if opens else "",
        "place": row.region.name,
        "when": f"{day_of(row.reported_at):%Y-%m-%d}",
        "state": row.get_state_display(),
    }
