"""Charity accounts: the list, one account with its history, a proposal, and the second person's decision."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from donors import account_queries as queries
from donors.account_forms import ApproveForm, ProposeForm, RefuseForm
from donors.enums import AccountChangeKind, ProposalState
from donors.models import AccountChange, CharityAccount
from donors.models.account_change import values_of
from donors.services import accounts as service
from donors.views.account_words import account_facts, comparison, history_steps, licence_words
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page

MINE = (Verb.APPOINT, Verb.RECONCILE)
CHANGING = (AccountChangeKind.BANK, AccountChangeKind.LICENCE, AccountChangeKind.CLOSE)


@officer_page(*MINE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The accounts of my places, and the proposals that wait."""
    found = queries.accounts_visible_to(request.user)
    page = keyset_page(found, order=("region_id", "id"), cursor=request.GET.get("cursor"))
    waiting = queries.changes_visible_to(request.user).filter(state=ProposalState.PROPOSED).order_by("id")
    context = {
        "rows": [{"account": row, "licence": licence_words(row)} for row in page.items],
        "waiting": waiting[:20],
        **pager(request, page),
    }
    return render(request, "donors/office/accounts.html", context)


@officer_page(*MINE)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One account: its data, what waits, how it became what it is."""
    account = _account(request, pk)
    context = {
        "account": account,
        "licence": licence_words(account),
        "facts": account_facts(values_of(account)),
        "waiting": account.changes.filter(state=ProposalState.PROPOSED).first(),
        "kinds": [] if account.closed_at else [(kind.value, kind.label) for kind in CHANGING],
        "steps": history_steps(account),
    }
    return render(request, "donors/office/account.html", context)


@officer_page(*MINE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Propose a new account for one of my counties or cities."""
    places = queries.places_of(request.user)
    return _propose(request, AccountChangeKind.OPEN, None, places)


@officer_page(*MINE)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """Propose a change of one account."""
    if kind not in CHANGING:
        raise Http404
    return _propose(request, AccountChangeKind(kind), _account(request, pk), [])


@officer_page(*MINE)
@require_safe
def change(request: SignedIn, pk: int) -> HttpResponse:
    """One proposal beside the account as it is now."""
    return _change_page(request, _change(request, pk))


@officer_page(*MINE)
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """Approve, refuse or take back a proposal."""
    if action not in ACTIONS:
        raise Http404
    found = _change(request, pk)
    form, status = _form(action, found, request.POST), 400
    if form.is_valid():
        try:
            ACTIONS[action](request, found, form)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
        else:
            messages.success(request, SAID[action])
            return redirect(found)
    return _change_page(request, _change(request, pk), action=action, bound=form, status=status)


def _propose(
    request: SignedIn, kind: AccountChangeKind, account: CharityAccount | None, places: list[Region]
) -> HttpResponse:
    first = {name: value for name, value in values_of(account).items() if name != "number"} if account else {}
    data = request.POST if request.method == "POST" else None
    form, status = ProposeForm(data, kind=kind, places=places, initial=first), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                pk = once(
                    actor=request.user,
                    key=asked_key(request),
                    purpose=f"account-{kind}",
                    content={"account": account.pk if account else None, **form.cleaned_data},
                    work=lambda: _made(request, kind, account, form),
                )
                messages.success(request, "已提出，等另一位同事复核；复核前原来的账户照常使用。")
                return redirect("donors:account-change", pk)
            except (InvalidInput, Conflict) as error:
                add_errors(form, error)
                status = error.status
    context = {"form": form, "account": account, "kind": kind, "title": kind.label}
    return render(request, "donors/office/account_propose.html", context, status=status)


def _made(
    request: SignedIn, kind: AccountChangeKind, account: CharityAccount | None, form: ProposeForm
) -> int:
    code = form.cleaned_data.get("region")
    made = service.propose(
        actor=request.user,
        kind=kind,
        values=form.values(),
        note=form.cleaned_data["note"],
        account=account,
        region=Region.objects.get(code=int(code)) if code else None,
    )
    return made.pk


def _approve(request: SignedIn, found: AccountChange, form: CleanForm) -> None:
    service.approve(actor=request.user, change=found, **form.cleaned_data)


def _refuse(request: SignedIn, found: AccountChange, form: CleanForm) -> None:
    service.refuse(actor=request.user, change=found, **form.cleaned_data)


def _withdraw(request: SignedIn, found: AccountChange, form: CleanForm) -> None:
    service.withdraw(actor=request.user, change=found)


ACTIONS: dict[str, Callable[[SignedIn, AccountChange, CleanForm], None]] = {
    "approve": _approve,
    "refuse": _refuse,
    "withdraw": _withdraw,
}
SAID = {"approve": "已同意，马上生效。", "refuse": "已退回给提出的人。", "withdraw": "已撤回。"}


def _form(action: str, found: AccountChange, data: Any = None) -> CleanForm:
    if action == "approve":
        return ApproveForm(data, retype=found.kind in service.RETYPED)
    return RefuseForm(data) if action == "refuse" else CleanForm(data)


def _change_page(
    request: SignedIn,
    found: AccountChange,
    *,
    action: str = "",
    bound: CleanForm | None = None,
    status: int = 200,
) -> HttpResponse:
    open_still = found.state == ProposalState.PROPOSED
    forms = {name: _form(name, found) for name in ACTIONS}
    context = {
        "change": found,
        "compared": comparison(found),
        "forms": {**forms, action: bound} if bound else forms,
        "may_decide": open_still and service.may_decide(request.user, found),
        "may_withdraw": open_still and found.proposed_by_id == request.user.pk,
        "refusals": bound.non_field_errors() if bound else [],
    }
    return render(request, "donors/office/account_change.html", context, status=status)


def _account(request: SignedIn, pk: int) -> CharityAccount:
    return get_object_or_404(queries.accounts_visible_to(request.user), pk=pk)


def _change(request: SignedIn, pk: int) -> AccountChange:
    return get_object_or_404(queries.changes_visible_to(request.user), pk=pk)
