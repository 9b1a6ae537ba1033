"""Money that waits to be handed on, a list for the bank of it, one payout that was made, and what was paid."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from donors import payout_queries as queries
from donors.enums import PayoutState
from donors.payout_forms import PayoutFilter, PlanForm, RecordForm, key_of
from donors.payout_queries import Recipient
from donors.services import payouts as service
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page

STATES = (
    ("", "全部"),
    ("missing", "等银行流水证明"),
    (PayoutState.PLANNED, "待付款"),
    (PayoutState.PAID, "已付款"),
    (PayoutState.DROPPED, "没有付成"),
)


def sections(active: str) -> list[dict[str, Any]]:
    """The three pages of payouts, as tabs."""
    rows = (
        ("waiting", "等拨付", "/office/payouts/"),
        ("batches", "付款清单", "/office/payouts/batches/"),
        ("records", "拨付记录", "/office/payouts/records/"),
    )
    return [{"label": label, "url": url, "active": name == active} for name, label, url in rows]


@officer_page(Verb.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """What waits, by recipient; those with a recorded account can go on one list for the bank."""
    rows = _waiting(request)
    form, status = PlanForm(request.POST if request.method == "POST" else None, rows=rows), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                pk = once(
                    actor=request.user,
                    key=asked_key(request),
                    purpose="payout-plan",
                    content=form.cleaned_data,
                    work=lambda: service.plan(actor=request.user, pledges=form.pledges()).pk,
                )
                messages.success(request, "付款清单做好了：下载给银行，付完以后回来登记。")
                return redirect("donors:payout-batch", pk)
            except (InvalidInput, Conflict) as error:
                add_errors(form, error)
                status = error.status
    context = {
        "rows": [_row(row, form) for row in rows],
        "form": form,
        "sections": sections("waiting"),
        "any_bank": any(row.by_bank for row in rows),
        "full": sum(len(row.pledges) for row in rows) >= queries.SHOWN,
    }
    return render(request, "donors/office/payouts.html", context, status=status)


@officer_page(Verb.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Record one payout that was made, for the recipient of `?pledge=`."""
    row = _recipient(request)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form, status = RecordForm(*data, row=row), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                pk = once(
                    actor=request.user,
                    key=asked_key(request),
                    purpose="payout-record",
                    content={name: value for name, value in form.cleaned_data.items() if name != "photo"},
                    work=lambda: _recorded(request, form),
                )
                messages.success(request, "拨付已登记，爱心人士和受助方会收到通知。")
                return redirect("donors:payout", pk)
            except (InvalidInput, Conflict) as error:
                add_errors(form, error)
                status = error.status
    context = {"form": form, "row": row, "who": _who(row), "account": _account_words(row)}
    return render(request, "donors/office/payout_new.html", context, status=status)


@officer_page(Verb.RECONCILE)
@require_safe
def records(request: SignedIn) -> HttpResponse:
    """Payouts of my accounts by state, and those no line of the bank proves, newest first."""
    form = PayoutFilter(request.GET)
    if not form.is_valid():
        raise Http404
    state = form.cleaned_data["state"]
    found = queries.payouts_of_mine(request.user)
    if state == "missing":
        found = queries.unproven(found)
    elif state:
        found = found.filter(state=state)
    page = keyset_page(found, order=("-id",), cursor=request.GET.get("cursor"))
    context = {
        "rows": page.items,
        "state": state,
        "sections": sections("records"),
        "tabs": tabs(request, "state", STATES, state),
        **pager(request, page),
    }
    return render(request, "donors/office/payout_records.html", context)


def _waiting(request: SignedIn) -> list[Recipient]:
    found = queries.waiting(request.user).select_related("need__cooperative")
    return queries.recipients(found[: queries.SHOWN])


def _recipient(request: SignedIn) -> Recipient:
    """The recipient whose gift `?pledge=` is, with everything that waits for it; 404 where nothing does."""
    asked = request.GET.get("pledge", "")
    waiting = queries.waiting(request.user).select_related("need__cooperative")
    first = waiting.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
    if first is None:
        raise Http404
    same = {"need__household": first.need.household_id} if first.need.household_id else {"need": first.need}
    found = waiting.filter(charity_account=first.charity_account, **same)
    return queries.recipients(found[: queries.SHOWN])[0]


def _recorded(request: SignedIn, form: RecordForm) -> int:
    made = service.record(
        actor=request.user, pledges=form.pledges(), terms=form.terms(), photos=form.photos()
    )
    return made.pk


def _row(row: Recipient, form: PlanForm) -> dict[str, Any]:
    key = key_of(row)
    chosen = form.data.getlist("chosen") if form.is_bound else []  # type: ignore[attr-defined]
    first = row.pledges[0]
    return {
        "row": row,
        "key": key,
        "who": _who(row),
        "place": first.need.region.name,
        "account": _account_words(row),
        "checked": key in chosen if form.is_bound else True,
        "pledge": first,
    }


def _who(row: Recipient) -> str:
    return row.household.name if row.household else row.pledges[0].need.recipient


def _account_words(row: Recipient) -> str:
    """The end of the household's account, or what is missing."""
    if row.household is None or row.household.bank_account is None:
        return ""
    return f"{row.household.bank_holder or row.household.name} {row.household.bank_account.masked}"
