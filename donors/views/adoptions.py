"""Adoptions (结对帮扶): a donor asks, the township approves, the household agrees; one page for all three sides."""

from typing import Any

from django import forms as fields
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.services import profile
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from donors import adoption_queries, adoptions
from donors.adoption_forms import AdoptForm, AdoptionStepForm
from donors.adoptions import moves_for
from donors.enums import LIVING_ADOPTIONS, AdoptionStatus
from donors.models import Adoption
from donors.services import adoptions as service
from donors.views import adoption_shown
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page
from needs import queries as need_queries
from needs.enums import PUBLIC
from needs.lifecycle import is_owner
from needs.models import Need

QUIET = ("pause", "end", "close", "withdraw")
"""Steps that are always there and never urged; folded away."""
OVER = tuple(status for status in AdoptionStatus if status not in LIVING_ADOPTIONS)
STATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "asked": ("等审核", (AdoptionStatus.ASKED,)),
    "approved": ("等答复", (AdoptionStatus.APPROVED,)),
    "running": ("结对中", (AdoptionStatus.RUNNING, AdoptionStatus.PAUSED)),
    "over": ("已结束", OVER),
}


class StateForm(CleanForm):
    state = fields.ChoiceField(required=False, choices=[(name, name) for name in STATES])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn, pk: int) -> HttpResponse:
    """Offer to adopt a household over one of its needs."""
    seen = need_queries.visible_to(request.user).select_related("region__parent", "household__account")
    need = get_object_or_404(seen, pk=pk, status__in=PUBLIC)
    if is_owner(request.user, need):
        raise NotAllowed("不能和自己家结对。")
    if not service.may_be_adopted(need):
        messages.info(request, "这条求助现在不能结对，可以直接捐助。")
        return redirect(need)
    form = AdoptForm(request.POST if request.method == "POST" else None, donor=request.user, need=need)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            profile.set_names(actor=request.user, **form.names())
            made = service.ask(actor=request.user, need=need, content=form.offer())
            messages.success(request, "结对申请已提交，乡镇审核后会通知您。")
            return redirect(made)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return _new_page(request, need, form, status)


@login_required
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The households I am paired with, newest first."""
    page = keyset_page(
        adoption_queries.of_donor(request.user), order=("-id",), cursor=request.GET.get("cursor")
    )
    context = {"rows": adoption_shown.rows(page.items), **pager(request, page)}
    return render(request, "donors/adoptions.html", context)


@login_required
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    return _page(request, _adoption(request, pk))


@login_required
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """One step; what it lacks or why it is refused is said on the page, with what was typed."""
    adoption = _adoption(request, pk)
    if action not in adoptions.ACTIONS:
        raise Http404
    form = AdoptionStepForm(request.POST, action=action, own=_own(request, adoption))
    status = 400
    if form.is_valid():
        try:
            service.take(actor=request.user, adoption=adoption, action=action, **form.cleaned_data)
            messages.success(request, "已登记，对方会收到通知。")
            return redirect(adoption)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return _page(request, _adoption(request, pk), action=action, bound=form, status=status)


@officer_page(Verb.CHECK, Verb.COLLECT)
@require_safe
def office(request: SignedIn) -> HttpResponse:
    """Adoptions of my places; those that wait first in their own tabs."""
    form = StateForm(request.GET)
    if not form.is_valid():
        raise Http404
    state = form.cleaned_data["state"]
    found = adoption_queries.in_office(request.user)
    if state:
        found = found.filter(status__in=STATES[state][1])
    page = keyset_page(found, order=("-id",), cursor=request.GET.get("cursor"))
    choices = [("", "全部"), *((name, label) for name, (label, _) in STATES.items())]
    context = {
        "rows": adoption_shown.rows(page.items),
        "tabs": tabs(request, "state", choices, state),
        **pager(request, page),
    }
    return render(request, "donors/office/adoptions.html", context)


def _new_page(request: SignedIn, need: Need, form: AdoptForm, status: int) -> HttpResponse:
    return render(request, "donors/adoption_new.html", {"need": need, "form": form}, status=status)


def _page(
    request: SignedIn,
    adoption: Adoption,
    *,
    action: str = "",
    bound: AdoptionStepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    own = _own(request, adoption)
    offered = moves_for(request.user, adoption)
    forms = {row.action: AdoptionStepForm(action=row.action, own=own) for row in offered}
    if bound and action in forms:
        forms[action] = bound
    context: dict[str, Any] = {
        "adoption": adoption,
        "mine": adoption.donor_id == request.user.pk,
        "own": own,
        "moves": [{"row": row, "form": forms[row.action]} for row in offered if row.action not in QUIET],
        "quiet": [{"row": row, "form": forms[row.action]} for row in offered if row.action in QUIET],
        "quiet_open": action in QUIET,
        # A step that is no longer offered can not say it itself.
        "refusals": bound.non_field_errors() if bound and action not in forms else [],
        **adoption_shown.page(request.user, adoption),
    }
    return render(request, "donors/adoption.html", context, status=status)


def _own(request: SignedIn, adoption: Adoption) -> bool:
    household = adoption.need.household
    return household is not None and household.account_id == request.user.pk


def _adoption(request: SignedIn, pk: int) -> Adoption:
    return get_object_or_404(adoption_queries.visible_to(request.user), pk=pk)
