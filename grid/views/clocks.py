"""The clocks of monitoring and help: everything late by level, one clock with its clause, and pausing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from grid.clock_rules import RULES
from grid.forms.clocks import LEVELS, STATES, ClockFilter, PauseForm
from grid.models import Clock
from grid.queries.clocks import clocks_seen_by, in_state
from grid.queries.overdue import beside_clocks
from grid.rows import clock_row, place_of
from grid.services import clocks as service

READERS = (Verb.VIEW, Verb.REPORT)


@officer_page(*READERS)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Everything of my places that is late, running, stopped or done, by the level on duty."""
    form = ClockFilter(request.GET)
    if not form.is_valid():
        raise Http404
    level, state = form.cleaned_data["level"], form.cleaned_data["state"] or "late"
    rows = in_state(clocks_seen_by(request.user), state)
    if level:
        rows = rows.filter(level=int(level))
    order = ("-done_on", "-id") if state == "done" else ("due_on", "id")
    page = keyset_page(rows, order=order, cursor=request.GET.get("cursor"))
    context = {
        "rows": [clock_row(*told) for told in service.shown(list(page.items))],
        "levels": tabs(request, "level", LEVELS, level),
        "states": tabs(request, "state", STATES, state),
        "beside": beside_clocks(request.user, int(level) if level else None) if state == "late" else [],
        **pager(request, page),
    }
    return render(request, "grid/clocks.html", context)


@officer_page(*READERS)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    clock = get_object_or_404(clocks_seen_by(request.user), pk=pk)
    return _page(request, clock, PauseForm())


@officer_page(Verb.CHECK, Verb.APPROVE)
@require_POST
def pause(request: SignedIn, pk: int) -> HttpResponse:
    """Stop it with a reason, or let it go on where it is stopped."""
    clock = get_object_or_404(clocks_seen_by(request.user), pk=pk)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _page(request, clock, form, status=400)
    why = form.cleaned_data["why"]
    return _do(request, clock, form, "pause", lambda: service.pause(actor=request.user, clock=clock, why=why))


@officer_page(Verb.CHECK, Verb.APPROVE)
@require_POST
def resume(request: SignedIn, pk: int) -> HttpResponse:
    clock = get_object_or_404(clocks_seen_by(request.user), pk=pk)
    return _do(request, clock, PauseForm(), "resume", lambda: service.resume(actor=request.user, clock=clock))


def _do(
    request: SignedIn, clock: Clock, form: PauseForm, purpose: str, work: Callable[[], Clock]
) -> HttpResponse:
    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose=f"clock-{purpose}",
            content={"clock": clock.pk, "why": request.POST.get("why", "")},
            work=lambda: work().pk,
        )
    except (InvalidInput, Conflict) as error:
        add_errors(form, error)
        return _page(request, clock, form, status=error.status)
    messages.success(request, "已登记。")
    return redirect("grid:clock", clock.pk)


def _page(request: SignedIn, clock: Clock, form: PauseForm, *, status: int = 200) -> HttpResponse:
    clock.refresh_from_db()
    rule = RULES[clock.kind]
    (told,) = service.shown([clock])
    may = grants(request.user).allow(rule.pauses, clock.region_id) and not clock.done_on
    context = {
        "clock": clock,
        "rule": rule,
        "words": told[1],
        "facts": _facts(clock),
        "thing_url": "" if rule.address == "grid:clock" else reverse(rule.address, args=[clock.object_id]),
        "may_pause": may and not clock.paused_on and not clock.at_least and clock.due_on >= today(),
        "may_resume": may and clock.paused_on is not None,
        "form": form if form.is_bound else PauseForm(),
    }
    return render(request, "grid/clock.html", context, status=status)


def _facts(clock: Clock) -> list[dict[str, Any]]:
    facts = [
        {"term": "地区", "value": place_of(clock.region)},
        {"term": "由谁办理", "value": Level(clock.level).label},
        {
            "term": "时限",
            "value": f"{'不少于 ' if clock.at_least else ''}{clock.days} 个{clock.get_unit_display()}",
        },
        {"term": "起算", "value": f"{clock.started_on:%Y-%m-%d}（当日不计）"},
        {"term": "期满" if clock.at_least else "最后一天", "value": f"{clock.due_on:%Y-%m-%d}"},
    ]
    for begun, ended, why in clock.pauses:
        facts.append({"term": "暂停过", "value": f"{begun} 到 {ended}：{why}"})
    if clock.paused_on:
        facts.append({"term": "正在暂停", "value": f"{clock.paused_on:%Y-%m-%d} 起：{clock.pause_reason}"})
    if clock.done_on:
        facts.append({"term": "办结", "value": f"{clock.done_on:%Y-%m-%d}"})
    return facts
