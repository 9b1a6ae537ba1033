"""The rows behind a figure, for whoever reads the figure; masked, and opened only within one's rights."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Appointment, AuditEntry, Region
from accounts.permissions import Grants, grants
from accounts.views.access import officer_page
from accounts.views.listing import pager
from donors.models import Pledge
from donors.rows import gift
from fupin.lib.clock import ZONE
from fupin.lib.forms import CleanForm, LineField
from fupin.lib.money import yuan_display
from fupin.lib.paging import keyset_page
from grid.burden import MINUTES
from grid.clock_rules import RULES
from grid.models import Clock, VillageFigure
from grid.queries import figures as queries
from grid.queries.figure_rows import BEHIND, newest
from grid.views.dashboard import asked_month, period, readable_region
from needs.models import Household, Need

Cells = list[dict[str, Any]]
TAKEN_DOWN = "（已不公开）"


class RowsFilter(CleanForm):
    what = forms.ChoiceField(choices=[(name, "") for name in BEHIND])
    part = LineField(required=False, max_length=30)


@officer_page(Verb.REPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?what=matched&region=&month=&part=`: the rows, newest first, under the figure that they are."""
    form = RowsFilter(request.GET)
    if not form.is_valid():
        raise Http404
    what, part = form.cleaned_data["what"], form.cleaned_data["part"]
    behind = BEHIND[what]
    words = behind.parts.get(part) or (MINUTES[part][0] if what == "forms" and part in MINUTES else "")
    if part and not words:
        raise Http404
    region, month = readable_region(request), asked_month(request)
    rows = behind.rows(region, month, part)
    order = "village" if rows.model is VillageFigure else "id"
    narrow = newest(region) if rows.model in (Need, Pledge) else None
    page = keyset_page(rows, order=(f"-{order}",), cursor=request.GET.get("cursor"), narrow=narrow)
    heads, cells = _SHOWN[rows.model]
    held = grants(request.user)
    names = _villages(page.items) if rows.model is VillageFigure else {}
    figure = queries.figure(region, month, behind.source, behind.column, part)
    context = {
        "title": f"{behind.label}：{words}" if words else behind.label,
        "region": region,
        "period": "现在" if behind.source == "village" else period(month),
        "figure": yuan_display(figure) if behind.is_money else f"{figure:,}",
        "unit": "元" if behind.is_money else "",
        "columns": [{"label": head} for head in heads],
        "rows": [cells(row, held, names) for row in page.items],
        "back": _back(region, request.GET.get("month", "")),
        **pager(request, page),
    }
    return render(request, "grid/figure_rows.html", context)


def _back(region: Region, month: str) -> str:
    query = f"?region={region.code}" + (f"&month={month}" if month else "")
    return reverse("grid:dashboard") + query


def _villages(rows: list[VillageFigure]) -> dict[int, Region]:
    return Region.objects.select_related("parent").in_bulk([row.village for row in rows])


def _need(need: Need, held: Grants, names: dict[int, Region]) -> Cells:
    in_scope = held.allow(Verb.VIEW, need.region_id)
    url = reverse("needs:office-need", args=[need.pk]) if in_scope else need.get_absolute_url()
    known = in_scope or need.is_public
    return [
        {"value": need.title, "url": url} if known else {"value": TAKEN_DOWN},
        {"value": need.recipient if known else "—"},
        {"value": _place(need.region)},
        {"value": need.get_kind_display()},
        {"value": _day(need.published_at)},
        {"status": need.status},
    ]


def _pledge(pledge: Pledge, held: Grants, names: dict[int, Region]) -> Cells:
    in_scope = held.allow(Verb.VIEW, pledge.need.region_id)
    known = in_scope or pledge.need.is_public
    return [
        {"value": pledge.reference, "url": pledge.get_absolute_url() if in_scope else ""},
        {"value": pledge.donor_shown},
        {"value": pledge.need.title if known else TAKEN_DOWN},
        {"value": _place(pledge.need.region)},
        {"value": gift(pledge)},
        {"value": _day(pledge.created_at)},
        {"status": pledge.status},
    ]


def _household(home: Household, held: Grants, names: dict[int, Region]) -> Cells:
    in_scope = held.allow(Verb.VIEW, home.region_id)
    url = reverse("needs:household", args=[home.pk]) if in_scope else ""
    return [
        {"value": home.name if in_scope else home.masked_name, "url": url},
        {"value": _place(home.region)},
        {"value": _day(home.created_at)},
    ]


def _post(post: Appointment, held: Grants, names: dict[int, Region]) -> Cells:
    return [
        {"value": post.user.get_full_name()},
        {"value": post.get_role_display()},
        {"value": _place(post.region)},
        {"value": f"{post.starts_on:%Y-%m-%d}"},
    ]


def _clock(clock: Clock, held: Grants, names: dict[int, Region]) -> Cells:
    return [
        {"value": RULES[clock.kind].label, "url": reverse("grid:clock", args=[clock.pk])},
        {"value": _place(clock.region)},
        {"value": f"{clock.due_on:%Y-%m-%d}"},
        {"value": f"{clock.done_on:%Y-%m-%d}" if clock.done_on else "未办结"},
    ]


def _form(entry: AuditEntry, held: Grants, names: dict[int, Region]) -> Cells:
    return [
        {"value": f"{entry.at.astimezone(ZONE):%Y-%m-%d %H:%M}"},
        {"value": MINUTES[entry.action][0]},
        {"value": entry.actor_name},
    ]


def _village(row: VillageFigure, held: Grants, names: dict[int, Region]) -> Cells:
    place = names.get(row.village)
    url = f"{reverse('grid:dashboard')}?region={row.village}"
    return [
        {"value": _place(place) if place else row.village, "url": url if place else ""},
        {"value": row.needs},
        {"value": row.waiting},
        {"value": row.homes},
    ]


def _place(region: Region) -> str:
    return f"{region.parent.name} {region.name}" if region.parent else region.name


def _day(moment: Any) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d}" if moment else "—"


_SHOWN: dict[type, tuple[tuple[str, ...], Callable[..., Cells]]] = {
    Need: (("求助", "对象", "地区", "类别", "公开日期", "状态"), _need),
    Pledge: (("编号", "爱心人士", "求助", "地区", "帮助", "认领日期", "状态"), _pledge),
    Household: (("户主", "地区", "登记日期"), _household),
    Appointment: (("姓名", "职务", "地区", "到岗日期"), _post),
    Clock: (("事项", "地区", "到期", "办结"), _clock),
    AuditEntry: (("时间", "事项", "填报人"), _form),
    VillageFigure: (("村", "公开过的求助", "还在求助", "登记家庭"), _village),
}
