"""Quotas for those who collect and those who answer for them: my month, my area's month, one result."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Appointment, Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import address
from accounts.views.outbox import asked_key
from accounts.views.places import asked_region
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from grid.forms.quotas import MonthParameter, NoteForm, ZeroForm
from grid.models import QuotaResult
from grid.queries import outcomes, results
from grid.queries.outcomes import Outcome
from grid.queries.results import Row
from grid.quota_enums import Appraised, Skip
from grid.services import months, quotas
from grid.views import quota_cells
from needs.models import Need

MAX_LINES = 24
AREA_VERBS = (Verb.CHECK, Verb.APPROVE, Verb.REPORT)


@officer_page()
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: SignedIn) -> HttpResponse:
    """This month of my own posts, need by need; the zero report; what was paid."""
    posts = list(Appointment.objects.active().filter(user=request.user).select_related("region__parent"))
    form = ZeroForm(request.POST if request.method == "POST" else None, posts=posts)
    if form.is_bound and form.is_valid() and _sign(request, form, posts):
        return redirect("grid:quotas")
    month = _month(request)
    rows, needs = _my_month(request, posts, month)
    context = {
        "form": form if posts else None,
        "month": month,
        "before": address(request, month=f"{months.before(month):%Y-%m}"),
        "needs": needs,
        "need_columns": quota_cells.NEED_COLUMNS,
        "pay_columns": quota_cells.PAY_COLUMNS,
        "lines": [quota_cells.paid(line) for line in results.own_lines(request.user)[:MAX_LINES]],
        **_counted(rows, outcomes.of_posts(Appointment.objects.filter(user=request.user))),
        "oversees": _oversees(request),
    }
    return render(request, "grid/quotas.html", context, status=400 if form.errors else 200)


def _sign(request: SignedIn, form: ZeroForm, posts: list[Appointment]) -> bool:
    post = next(post for post in posts if str(post.pk) == form.cleaned_data["post"])
    content = {name: str(value) for name, value in form.cleaned_data.items()}
    month, reason = form.cleaned_data["month"], form.cleaned_data["reason"]
    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose="quota-zero",
            content=content,
            work=lambda: quotas.sign_zero(actor=request.user, post=post, month=month, reason=reason).pk,
        )
    except InvalidInput as error:
        add_errors(form, error)
        return False
    messages.success(request, f"{month.year} 年 {month.month} 月的零报告已签。")
    return True


def _month(request: SignedIn) -> Any:
    form = MonthParameter(request.GET)
    if not form.is_valid():
        raise Http404
    return form.chosen


def _my_month(request: SignedIn, posts: list[Appointment], month: Any) -> tuple[list[Row], list[Any]]:
    """My rows, and each of my needs of the month with what it counts for."""
    rows: list[Row] = []
    told: list[tuple[int, str]] = []
    for code in sorted({post.region_id // 10**6 * 10**6 for post in posts}):
        county = results.county_of(code)
        if county is None:
            continue
        counted = months.count(county, month)
        rows += results.rows_of(county, month, Q(user=request.user))
        own = [need for need in counted.handed if need.officer == request.user.pk]
        told += [(need.pk, counted.skipped.get(need.pk, "")) for need in own]
    found = Need.objects.in_bulk([pk for pk, _ in told])
    cells = [
        [
            {"value": found[pk].title, "url": reverse("needs:office-need", args=[pk])},
            {"value": f"{found[pk].submitted_at:%m-%d}"},
            {"value": Skip(skip).label if skip else "计 1 条"},
        ]
        for pk, skip in told
    ]
    return rows, cells


def _counted(rows: list[Row], found: dict[int, Outcome], *, named: bool = False) -> dict[str, Any]:
    """What both pages show: the month in tiles and bars, the score, and every post in a table."""
    return {
        "tiles": quota_cells.tiles(rows),
        "bars": quota_cells.bars(rows),
        "expected": sum(row.expected for row in rows),
        "score": quota_cells.score(outcomes.together(found.values())),
        "columns": quota_cells.COLUMNS,
        "rows": [quota_cells.post(row, found.get(row.post.pk), named=named) for row in rows],
    }


def _oversees(request: SignedIn) -> bool:
    held = grants(request.user)
    return any(True for verb in (Verb.CHECK, Verb.APPROVE, Verb.REPORT) for _ in held.of(verb))


@officer_page(Verb.CHECK, Verb.APPROVE, Verb.REPORT)
@require_safe
def area(request: SignedIn) -> HttpResponse:
    """`?region=&month=`: every post of a township or a county, live until the month is closed; whoever answers for
    more first chooses the county."""
    region, month = asked_region(request) or _top(request), _month(request)
    held = grants(request.user)
    if region is None or not any(held.allow(verb, region.code) for verb in AREA_VERBS):
        raise Http404
    county = results.county_of(region.code)
    if county is None:
        below = Region.objects.filter(code__range=(region.code, region.code_end), level=Level.COUNTY)
        links = [
            {"url": address(request, region=row.code), "name": row.name} for row in below.order_by("code")
        ]
        return render(request, "grid/quota_area.html", {"region": region, "month": month, "counties": links})
    inside = Q(region__gte=region.code, region__lte=region.code_end)
    rows = results.rows_of(county, month, inside)
    found = outcomes.of_posts([*{row.post.pk: row.post for row in rows}.values()])
    context = {
        "region": region,
        "month": month,
        "before": address(request, month=f"{months.before(month):%Y-%m}"),
        **_counted(rows, found, named=True),
        "closed": bool(rows and rows[0].result),
        "closes_on": months.closes_on(county, month),
    }
    return render(request, "grid/quota_area.html", context)


def _top(request: SignedIn) -> Any:
    held = grants(request.user)
    codes = sorted({row.low for verb in AREA_VERBS for row in held.of(verb)})
    regions = Region.objects.filter(code__in=codes, level__lte=Level.TOWNSHIP)
    return regions.order_by("level", "code").first()


STEPS: dict[str, tuple[Callable[..., QuotaResult], str]] = {
    "object": (quotas.object_to, "异议已提交。"),
    "verify": (quotas.verify, "已核实，报到县里。"),
    "decide": (quotas.decide, "已审定。"),
}


@officer_page()
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: SignedIn, pk: int) -> HttpResponse:
    """One frozen result: its numbers, the needs behind them, the chain, and what this person may do."""
    row = get_object_or_404(results.results_seen_by(request.user), pk=pk)
    form = NoteForm(request.POST if request.method == "POST" else None)
    status = 400
    if form.is_bound and form.is_valid():
        try:
            _step(request, row, form)
            return redirect("grid:quota-result", pk=pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    own = row.appointment.user_id == request.user.pk
    context = {
        "row": row,
        "back": "" if own else _area_of(request, row) + f"&month={row.closed.month:%Y-%m}",
        "form": form,
        "facts": quota_cells.facts(row),
        "needs": _counted_needs(
            row, named=own or grants(request.user).allow(Verb.VIEW, row.appointment.region_id)
        ),
        "action": _action(request, row),
        "approves": grants(request.user).allow(Verb.APPROVE, row.appointment.region_id),
    }
    return render(request, "grid/quota_result.html", context, status=status if form.errors else 200)


def _counted_needs(row: QuotaResult, *, named: bool) -> list[dict[str, Any]]:
    """The needs behind the number; whoever reads figures alone gets kind and day instead of a family's words."""
    fates = outcomes.fates(row.needs)
    return [
        {
            "need": need,
            "title": need.title if named else need.get_kind_display(),
            "url": reverse("needs:office-need", args=[need.pk]) if named else "",
            "fate": fates[need.pk],
        }
        for need in Need.objects.filter(pk__in=row.needs).order_by("submitted_at", "pk")
    ]


def _area_of(request: SignedIn, row: QuotaResult) -> str:
    """The list where this reader finds it: the county's, or the township's for who reads only that."""
    held, county = grants(request.user), row.closed.region_id
    reads_county = any(held.allow(verb, county) for verb in AREA_VERBS)
    township = row.appointment.region_id // 1000 * 1000
    return f"{reverse('grid:quota-area')}?region={county if reads_county else township}"


def _step(request: SignedIn, row: Any, form: NoteForm) -> None:
    name = request.POST.get("step", "")
    if name not in STEPS:
        raise Http404
    deed, said = STEPS[name]
    note = form.cleaned_data["note"]
    once(
        actor=request.user,
        key=asked_key(request),
        purpose="quota-step",
        content={"result": row.pk, "step": name, "note": note},
        work=lambda: deed(actor=request.user, result=row, note=note).pk,
    )
    messages.success(request, said)


def _action(request: SignedIn, row: Any) -> dict[str, str] | None:
    """The one step that this person may take now."""
    held, code = grants(request.user), row.appointment.region_id
    if row.appointment.user_id == request.user.pk:
        open_still = row.status != Appraised.DECIDED and not row.objection
        return {"step": "object", "label": "提出异议", "title": "对结果有异议？"} if open_still else None
    if row.status == Appraised.COUNTED and held.allow(Verb.CHECK, code):
        return {"step": "verify", "label": "核实属实", "title": "乡镇核实"}
    if row.status == Appraised.VERIFIED and held.allow(Verb.APPROVE, code):
        return {"step": "decide", "label": "审定", "title": "县级审定"}
    return None
