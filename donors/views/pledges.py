"""A donor's way: promise, follow, and take the steps that are theirs; the recipient's and charity's steps too."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.services import profile
from accounts.services.submissions import once
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key, asked_seen
from donors import lifecycle, queries
from donors.account_queries import moved_since
from donors.delivery_forms import CourierForm, MeetForm
from donors.enums import ENDED_UNMET, Delivery, PledgeStatus
from donors.forms import PLEDGE_FORMS, PledgeForm, new_key
from donors.models import Pledge
from donors.services import codes, pledges, seen
from donors.views import extras, photos, shown
from donors.views.actions import ACTIONS, form_for, prove
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, TooMany
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page
from needs import queries as need_queries
from needs.enums import PUBLIC, Form, Status
from needs.lifecycle import is_owner
from needs.models import Need
from needs.views.cards import day_words

TO_CONFIRM = (PledgeStatus.SHIPPED, PledgeStatus.RECEIVED, PledgeStatus.DELIVERED)
TO_CONFIRM_SHOWN = 20
STATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "todo": ("要我办理", (PledgeStatus.PLEDGED,)),
    "going": (
        "正在路上",
        (PledgeStatus.PAID, PledgeStatus.RECEIVED, PledgeStatus.DELIVERED, PledgeStatus.SHIPPED),
    ),
    "done": ("已送到", (PledgeStatus.CONFIRMED,)),
    "ended": ("已结束", ENDED_UNMET),
}


class StateForm(CleanForm):
    """`?state=` of the list of my help."""

    state = forms.ChoiceField(required=False, choices=[(name, name) for name in STATES])


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedIn, pk: int) -> HttpResponse:
    """Promise help. The form keeps one idempotency key until its pledge is made, so a second click changes nothing."""
    need = _need(request, pk)
    if is_owner(request.user, need):
        raise NotAllowed("不能认领自己家的求助。")
    kind = _kind(request, need)
    if request.method == "POST":
        return _make(request, need, kind)
    if need.status != Status.PUBLISHED:
        messages.info(request, "这条求助已经全部认领，谢谢您。")
        return redirect(need)
    form = PLEDGE_FORMS[kind](donor=request.user, need=need, initial={"key": new_key()})
    return _new_page(request, need, form)


@login_required
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """My help, newest first; above it what a household still has to confirm."""
    form = StateForm(request.GET)
    if not form.is_valid():
        raise Http404
    state = form.cleaned_data["state"]
    mine = queries.of_donor(request.user).prefetch_related("items__item")
    if state:
        mine = mine.filter(status__in=STATES[state][1])
    page = keyset_page(mine, order=("-id",), cursor=request.GET.get("cursor"))
    waiting = (
        Pledge.objects.filter(need__household__account=request.user, status__in=TO_CONFIRM)
        .select_related("need", "donor")
        .prefetch_related("items__item")
        .order_by("-id")[:TO_CONFIRM_SHOWN]
    )
    choices = [("", "全部"), *((name, label) for name, (label, _) in STATES.items())]
    context = {
        "rows": [shown.list_row(pledge) for pledge in page.items],
        "waiting": [] if state else [shown.list_row(pledge) for pledge in waiting],
        "state": state,
        "tabs": tabs(request, "state", choices, state),
        **pager(request, page),
    }
    return render(request, "donors/pledges.html", context)


@login_required
@require_GET
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One pledge: what happened, what comes next, and the steps this person may take."""
    return _page(request, _pledge(request, pk))


@login_required
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """Take one step. What cannot be done now is said on the pledge's page, with what was typed."""
    pledge = _pledge(request, pk)
    if action not in ACTIONS:
        raise Http404
    form = form_for(request.user, pledge, action, request.POST)
    status = 400
    if form.is_valid():
        try:
            prove(request.user, pledge, form)
            done = _take(request, pledge, action, form)
        except InvalidInput as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, f"已登记：{shown.done_words(done, action)}。")
            return redirect(done)
    return _page(request, _pledge(request, pk), action=action, bound=form, status=status)


@login_required
@require_POST
def send_code(request: SignedIn, pk: int) -> HttpResponse:
    """Send the household the code it reads out when help is handed over."""
    pledge = _pledge(request, pk)
    try:
        codes.send(actor=request.user, pledge=pledge)
        messages.success(request, "确认码已发到受助家庭登记的手机，30 分钟内有效。")
    except (Conflict, TooMany) as error:
        messages.error(request, error.message)
    return redirect(pledge)


def _take(request: SignedIn, pledge: Pledge, action: str, form: CleanForm) -> Pledge:
    """The step, once, if the pledge is still what the person saw."""

    def work() -> int:
        with transaction.atomic():
            seen.ensure_unchanged(pledge, asked_seen(request))
            return ACTIONS[action](request.user, pledge, form).pk

    pk = once(
        actor=request.user,
        key=asked_key(request),
        purpose=f"pledge-{action}",
        content={"pledge": pledge.pk, **form.cleaned_data},
        work=work,
    )
    return Pledge.objects.get(pk=pk)


def _need(request: SignedIn, pk: int) -> Need:
    seen = need_queries.visible_to(request.user).select_related("region__parent", "household__account")
    return get_object_or_404(seen.prefetch_related("items"), pk=pk, status__in=PUBLIC)


def _kind(request: SignedIn, need: Need) -> str:
    """The form asked for in the address, else the first that is still open."""
    asked = request.GET.get("form", "")
    if asked in need.forms:
        return asked
    still_open = [form for form in Form.values if form in need.forms and _is_open(need, form)]
    return (still_open or need.forms)[0]


def _is_open(need: Need, form: str) -> bool:
    if form == Form.MONEY:
        return need.progress.open_fen > 0
    return form == Form.SERVICE or any(item.open_quantity for item in need.items.all())


def _make(request: SignedIn, need: Need, kind: str) -> HttpResponse:
    form = PLEDGE_FORMS[kind](request.POST, request.FILES, donor=request.user, need=need)
    if not form.is_valid():
        return _new_page(request, need, form, status=400)
    try:
        profile.set_names(actor=request.user, **form.names())
        key = form.cleaned_data["key"]
        made = pledges.pledge(actor=request.user, need=need, content=form.content(), idempotency_key=key)
    except InvalidInput as error:
        add_errors(form, error)
        return _new_page(request, need, form, status=400)
    except Conflict as error:
        return _conflict(request, need, kind, error)
    photos.add_goods(request, made, form.cleaned_data.get("photos", []))
    messages.success(request, f"谢谢您！已为您留住这一份，编号 {made.reference}。")
    return redirect(made)


def _conflict(request: SignedIn, need: Need, kind: str, error: Conflict) -> HttpResponse:
    """The same form over the counters as they are now, with what is open beside the fields."""
    need = _need(request, need.pk)
    form = PLEDGE_FORMS[kind](request.POST, donor=request.user, need=need)
    form.is_valid()
    if error.code == "key_reused":
        form.renew_key()
        form.add_error(None, "刚才的认领已经成功，在“我的帮助”里。如果还想再帮一次，请再点一次提交。")
    else:
        form.explain(error)
    return _new_page(request, need, form, status=409)


def _new_page(request: SignedIn, need: Need, form: PledgeForm, *, status: int = 200) -> HttpResponse:
    address = reverse("donors:pledge-new", args=[need.pk])
    account = queries.account_for(need) if form.kind == Form.MONEY else None
    context = {
        "need": need,
        "form": form,
        "account": account,
        "notices": queries.notices_for(need.region_id) if form.kind == Form.GOODS else [],
        "photos_lost": bool(request.FILES),
        "available": _is_open(need, form.kind) or form.is_bound,
        "no_account": form.kind == Form.MONEY and account is None,
        "action": f"{address}?form={form.kind}",
        "tabs": [
            {
                "label": f"捐{one.label}" if one != Form.SERVICE else "出力",
                "url": f"{address}?form={one}",
                "active": one == form.kind,
            }
            for one in Form
            if one in need.forms
        ],
    }
    return render(request, "donors/pledge_new.html", context, status=status)


def _pledge(request: SignedIn, pk: int) -> Pledge:
    seen = queries.visible_to(request.user).prefetch_related(
        "items__item", "parcels", "photos", "cases__steps", "steps", "charity_account__changes"
    )
    return get_object_or_404(seen, pk=pk)


def _page(
    request: SignedIn,
    pledge: Pledge,
    *,
    action: str = "",
    bound: CleanForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The pledge's page; `bound` is the form of an `action` that was refused."""
    mine = pledge.donor_id == request.user.pk
    may = {row.action: row.label for row in lifecycle.steps_for(request.user, pledge)}
    blank = {name: form_for(request.user, pledge, name) for name in may}
    context = {
        "pledge": pledge,
        "seen": seen.mark(pledge),
        "mine": mine,
        "may": may,
        "forms": {**blank, action: bound} if bound else blank,
        "courier_form": bound if action == "ship" and isinstance(bound, CourierForm) else CourierForm(),
        "meet_form": bound if isinstance(bound, MeetForm) else MeetForm(),
        "parcels": shown.parcels(request.user, pledge, action, bound),
        "may_send_code": {"receive", "handover"} & set(may) and codes.may_send(request.user, pledge),
        "at_the_door": "handover" in may and codes.at_the_door(pledge),
        "facts": shown.agreed_facts(pledge, mine=mine),
        "may_open_address": extras.may_open_address(request.user, pledge),
        "cases": shown.cases(request.user, pledge),
        **extras.pictures(request.user, pledge),
        # A form that is no longer on the page, or has no fields, cannot say it itself.
        "refusals": bound.non_field_errors() if bound and (action not in may or not bound.fields) else [],
        "steps": shown.timeline(pledge, list(pledge.steps.all())),
        "next_hint": shown.next_words(pledge) if mine else "",
        "deadline": day_words(pledge.expires_at),
        "day": day_words(pledge.service_on) if pledge.service_on else "",
        "delivery": shown.delivery_facts(request.user, pledge),
        "account": shown.account_facts(pledge),
        "moved": moved_since(pledge) if mine else None,
        "payout": extras.payout(request.user, pledge),
        "certificate": pledge.certificates.filter(revoked_at=None).first(),
        "may_revoke": not mine and grants(request.user).allow(Verb.APPROVE, pledge.need.region_id),
        "courier_first": pledge.delivery == Delivery.COURIER,
        "pay_now": "pay" in may,
    }
    return render(request, "donors/pledge.html", context, status=status)
