"""The office's needs: the list, one need with its history, and the decisions on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role, Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key, asked_seen
from accounts.views.places import asked_region
from fupin.lib.clock import ZONE
from fupin.lib.errors import Conflict, FupinError, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from needs import deadlines, lifecycle, pace, queries
from needs.catalogue import book, compare, county_of
from needs.details import about_minor, facts, reviewed_at_county
from needs.enums import Flag, Reason, Status
from needs.forms.office import DecisionForm, NeedFilter
from needs.kinds import FIELDS
from needs.models import Need, NeedReview
from needs.office_queries import campaigns_for, needs_listed_for, within
from needs.services import bulk, drafts, review, seen
from needs.services.households import why_not_public
from needs.snapshots import changes_since_last_round
from needs.views import queue

STATES = (
    ("", "全部"),
    (Status.SUBMITTED, "待核实"),
    (Status.VERIFIED, "待检查"),
    (Status.CHECKED, "待发布"),
    (Status.PUBLISHED, "求助中"),
    (Status.MATCHED, "已认领"),
    (Status.FULFILLED, "已圆满"),
    (Status.RETURNED, "已退回"),
    (Status.DRAFT, "草稿"),
    (Status.WITHDRAWN, "已撤回"),
    (Status.EXPIRED, "已到期"),
)
FLAG_HELP = {
    Flag.OVER_PRICE: "请对照参考价核对单价，或写明为什么需要这个价位。",
    Flag.OVER_COUNT: "请核对这户一年内要过几样、够不够用，写明为什么还要。",
    Flag.OVER_CAP: "请核对这户一年内的其他求助，写明为什么还需要。",
    Flag.BRAND: "请确认是不是必需，能否换成普通款式。",
    Flag.REPEAT: "请看这户 90 天内的同类求助，确认不是重复。",
    Flag.VAGUE: "请确认内容能让人看懂：缺什么、为什么、什么时候用。",
}
DECIDED = {(row.action, row.source, row.target): row.label for row in lifecycle.LIFECYCLE}
SCHEDULED = "审批通过，等候发布"
DECISIONS: dict[str, Callable[..., Need]] = {
    "submit": lambda actor, need, given: review.submit(actor=actor, need=need, comment=given["comment"]),
    "verify": lambda actor, need, given: review.verify(actor=actor, need=need, comment=given["comment"]),
    "check": lambda actor, need, given: review.check(actor=actor, need=need, comment=given["comment"]),
    "approve": lambda actor, need, given: review.approve(
        actor=actor,
        need=need,
        comment=given["comment"],
        publish_at=given.get("publish_at"),
        campaign=given.get("campaign"),
        photos=[int(pk) for pk in given.get("photos", ())],
        urgent=given.get("urgent", False),
    ),
    "return": lambda actor, need, given: review.send_back(
        actor=actor, need=need, reason=given.get("reason", ""), comment=given["comment"]
    ),
    "recall": lambda actor, need, given: review.recall(
        actor=actor, need=need, reason=given.get("reason", ""), comment=given["comment"]
    ),
    "withdraw": lambda actor, need, given: review.withdraw(actor=actor, need=need, comment=given["comment"]),
}


@officer_page(Verb.VIEW, Verb.REPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """All needs of my places by state, newest first."""
    form = NeedFilter(request.GET)
    if not form.is_valid():
        raise Http404
    region, wanted = asked_region(request), form.cleaned_data
    mine = queue.gates_of(request.user)
    others = [state for state in STATES if state[0] not in dict(mine)]
    ways = tabs(request, "status", [*mine, *others], wanted["status"])
    if wanted["status"] in dict(mine):
        return queue.page(request, wanted["status"], ways)
    needs = needs_listed_for(request.user).filter(within(region))
    for column in ("status", "kind", "household"):
        if wanted[column]:
            needs = needs.filter(**{column: wanted[column]})
    page = keyset_page(needs, order=("-id",), cursor=request.GET.get("cursor"))
    held = grants(request.user)
    context = {
        "rows": [(need, held.allow(Verb.VIEW, need.region_id)) for need in page.items],
        "region": region,
        "tabs": ways,
        "may_write": any(True for _ in held.of(Verb.COLLECT)),
        **pager(request, page),
    }
    return render(request, "needs/office/list.html", context)


@officer_page(Verb.VIEW)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One need in full, with its buttons."""
    need = get_object_or_404(_needs(request), pk=pk)
    bulk.note_opening(actor=request.user, need=need)
    return _page(request, need, _form(request, need))


@officer_page(Verb.VIEW)
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """One decision. A state that moved on answers 409 with the page as it is now."""
    if action not in DECISIONS:
        raise Http404
    need = get_object_or_404(_needs(request), pk=pk)
    form = _form(request, need, request.POST)
    if not form.is_valid():
        return _page(request, need, form, status=400)
    source = Status(need.status)
    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose=f"need-{action}",
            content={"need": pk, **form.said()},
            work=lambda: _decide(request, need, action, form.cleaned_data),
        )
    except InvalidInput as error:
        add_errors(form, error)
        return _page(request, need, form, status=error.status)
    except Conflict as error:
        need = get_object_or_404(_needs(request), pk=pk)
        return _page(request, need, form, status=error.status, conflict=error)
    target = Status(Need.objects.values_list("status", flat=True).get(pk=pk))
    messages.success(request, f"已办理：{_decided(action, source, target)}。")
    return redirect("needs:office-need", pk)


def _decide(request: SignedIn, need: Need, action: str, given: dict[str, Any]) -> int:
    """The decision, if the need is still what the officer saw."""
    with transaction.atomic():
        seen.ensure_unchanged(need, asked_seen(request))
        return DECISIONS[action](request.user, need, given).pk


def _needs(request: SignedIn) -> Any:
    return queries.in_office(request.user).select_related("created_by").prefetch_related("items", "photos")


def _form(request: SignedIn, need: Need, data: Any = None) -> DecisionForm:
    """The decision form with the fields that the person's present buttons need."""
    steps = lifecycle.steps_for(request.user, need)
    # A button that was there when the page was opened may be gone; its fields are then still understood.
    actions = {step.action for step in steps} | ({"return", "approve"} if data is not None else set())
    queues = data is not None or ("approve" in actions and pace.holds_back(need))
    return DecisionForm(
        data,
        photos=[] if about_minor(need.details) else need.photos.all(),
        actions=actions,
        campaigns=campaigns_for(need),
        queues=queues,
    )


def _page(
    request: SignedIn,
    need: Need,
    form: DecisionForm,
    *,
    status: int = 200,
    conflict: FupinError | None = None,
) -> HttpResponse:
    reviews = list(need.reviews.order_by("id"))
    steps = lifecycle.steps_for(request.user, need)
    if need.publish_at and need.status == Status.CHECKED:
        steps = [step for step in steps if step.action != "approve"]
    may_write = drafts.may_write(request.user, need) and need.status in drafts.EDITABLE
    barred = why_not_public(need.household) if may_write else ""
    if barred:
        steps = [step for step in steps if step.action != "submit"]
    flags = [{"label": Flag(code).label, "help": FLAG_HELP[Flag(code)]} for code in need.flags]
    context = {
        "need": need,
        "form": form,
        "steps": steps,
        "offered": {step.action for step in steps},
        "conflict": conflict,
        "seen": seen.mark(need),
        "moved": _history_step(reviews[-1]) if conflict and reviews else None,
        "changes": changes_since_last_round(need) if need.status in review.GATES else [],
        "due": deadlines.due(need) if need.waiting_since and need.status in review.GATES else None,
        "flags": flags,
        "facts": _facts(need),
        **_pace(need),
        "details": facts(need.kind, need.details, office=True),
        "goods": compare(need.items.all(), book(county_of(need.region_id))) if need.items.all() else [],
        "goods_total": sum(item.total_fen for item in need.items.all()),
        "asks_details": bool(FIELDS[need.kind]),
        "county_checks": reviewed_at_county(need.subject, need.kind),
        "history": [_history_step(row) for row in reviews],
        "may_edit": may_write,
        "may_reveal": need.household and grants(request.user).allow(Verb.REVEAL, need.region_id),
        "barred": barred,
        "waits_for_other": _waits_for_other(request, need, steps),
        "photos": need.photos.all(),
        "about_minor": about_minor(need.details),
    }
    return render(request, "needs/office/detail.html", context, status=status)


def _pace(need: Need) -> dict[str, Any]:
    """Why a need waits though it is approved, or will, and its place; nothing while help keeps up."""
    queued = need.status == Status.CHECKED and need.queued_at is not None
    if need.status not in review.GATES or (need.publish_at and not queued):
        return {}
    state = pace.state_of(need.county * 10**6)
    waits = queued or (state.holds and state.rule is not None and pace.is_routine(need, state.rule))
    return {"pace": state.note if waits else "", "queue_place": pace.place_of(need) if queued else 0}


def _facts(need: Need) -> list[dict[str, Any]]:
    home = need.household
    rows = [
        {
            "term": "地区",
            "value": f"{need.region.parent.name} {need.region.name}"
            if need.region.parent
            else need.region.name,
        }
    ]
    if home:
        rows += [
            {"term": "户主", "value": home.name, "url": f"/office/households/{home.pk}/"},
            {"term": "人口", "value": f"{home.members} 人"},
            {"term": "困难原因", "value": home.get_cause_display()},
            {"term": "电话", "value": home.phone.masked if home.phone else "没有登记"},
        ]
    if need.cooperative:
        rows += [
            {"term": "合作社", "value": need.cooperative.name},
            {"term": "联系人职务", "value": need.cooperative.contact_role},
            {"term": "营业执照号", "value": need.cooperative.licence},
        ]
    rows.append({"term": "求助对象", "value": need.get_subject_display()})
    rows.append(
        {
            "term": "填写人",
            "value": f"{need.created_by.get_full_name()}{'（代发）' if need.on_behalf else ''}",
        }
    )
    return rows


def _history_step(row: NeedReview) -> dict[str, Any]:
    words = [Reason(row.reason).label] if row.reason else []
    words += [row.comment] if row.comment else []
    post = f"（{Role(row.role).label}）" if row.role else ""
    return {
        "label": _decided(row.action, Status(row.source), Status(row.target)),
        "at": f"{row.at.astimezone(ZONE):%Y-%m-%d %H:%M}",
        "actor": f"{row.actor_name}{post}",
        "note": "：".join(words),
        "state": "problem" if row.action in lifecycle.SENT_BACK else "done",
    }


def _waits_for_other(request: SignedIn, need: Need, steps: list[lifecycle.Step]) -> bool:
    """True where my post covers the next gate but I took part already: somebody else has to decide."""
    gates = [
        row
        for row in lifecycle.LIFECYCLE
        if row.source == need.status
        and row.other_person
        and grants(request.user).allow(row.by, lifecycle.gate_code(need, row.by))
    ]
    return bool(gates) and not any(step.other_person for step in steps)


def _decided(action: str, source: Status, target: Status) -> str:
    """A decision in the words of the lifecycle; an approval that leaves the state is one for a later date."""
    return DECIDED.get((action, source, target), SCHEDULED)
