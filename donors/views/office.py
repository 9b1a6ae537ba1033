"""Pledges as the office sees them: the list by state, and the charity's receipts."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.places import asked_region
from donors.enums import PledgeStatus
from donors.models import Pledge
from donors.office_queries import listed_for, of_my_accounts
from donors.rows import gift
from donors.services.taken_down import TOLD, to_settle
from fupin.lib.forms import CleanForm, LineField
from fupin.lib.paging import keyset_page
from needs.office_queries import within

STATES = (
    ("", "全部"),
    (PledgeStatus.PLEDGED, "已认领"),
    (PledgeStatus.PAID, "待确认到账"),
    (PledgeStatus.RECEIVED, "已到账"),
    (PledgeStatus.DELIVERED, "已拨付"),
    (PledgeStatus.SHIPPED, "在路上"),
    (PledgeStatus.CONFIRMED, "已确认"),
    (PledgeStatus.LAPSED, "已失效"),
    (PledgeStatus.CANCELLED, "已取消"),
    (TOLD, "求助撤下待处理"),
)
RECEIPTS = (
    (PledgeStatus.PAID, "对方说已转账"),
    (PledgeStatus.PLEDGED, "还没有转账"),
    (PledgeStatus.RECEIVED, "已到账，待拨付"),
    (PledgeStatus.DELIVERED, "已拨付"),
)


class PledgeFilter(CleanForm):
    """`?status=` and, among receipts, `?q=`: the reference on the bank slip."""

    status = forms.ChoiceField(required=False, choices=[(value, "") for value, _ in STATES])
    q = LineField(label="转账编号", required=False, max_length=20)


@officer_page(Verb.VIEW, Verb.REPORT, Verb.RECONCILE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Pledges of my places and accounts, newest first."""
    form, region = _filter(request), asked_region(request)
    pledges = listed_for(request.user).filter(within(region, "need__region"))
    if form.cleaned_data["status"] == TOLD:
        pledges = pledges.filter(pk__in=to_settle().values("pk"))
    elif form.cleaned_data["status"]:
        pledges = pledges.filter(status=form.cleaned_data["status"])
    page = keyset_page(
        pledges.prefetch_related("items__item"), order=("-id",), cursor=request.GET.get("cursor")
    )
    held = grants(request.user)
    rows = [_row(pledge, opens=_opens(held, pledge)) for pledge in page.items]
    context = {
        "rows": rows,
        "region": region,
        "tabs": tabs(request, "status", STATES, form.cleaned_data["status"]),
        **pager(request, page),
    }
    return render(request, "donors/office/pledges.html", context)


@officer_page(Verb.RECONCILE)
@require_safe
def receipts(request: SignedIn) -> HttpResponse:
    """The charity's work: what came in by the statement, and what was paid on."""
    form = _filter(request)
    status = form.cleaned_data["status"] or PledgeStatus.PAID
    pledges = of_my_accounts(request.user)
    if form.cleaned_data["q"]:
        pledges = pledges.filter(reference=form.cleaned_data["q"].upper().replace(" ", ""))
    else:
        pledges = pledges.filter(status=status)
    page = keyset_page(pledges, order=("id",), cursor=request.GET.get("cursor"))
    context = {
        "form": form,
        "rows": [_row(pledge, opens=True, **_next_step(pledge)) for pledge in page.items],
        "tabs": tabs(request, "status", RECEIPTS, status),
        **pager(request, page),
    }
    return render(request, "donors/office/receipts.html", context)


def _filter(request: SignedIn) -> PledgeFilter:
    form = PledgeFilter(request.GET)
    if not form.is_valid():
        raise Http404
    return form


def _opens(held: Any, pledge: Pledge) -> bool:
    account = pledge.charity_account
    return held.allow(Verb.VIEW, pledge.need.region_id) or bool(
        account and held.allow(Verb.RECONCILE, account.region_id)
    )


def _row(pledge: Pledge, *, opens: bool, **more: Any) -> dict[str, Any]:
    return {"pledge": pledge, "gift": gift(pledge), "opens": opens, **more}


def _next_step(pledge: Pledge) -> dict[str, str]:
    """The one button of a row: where it posts, and its words."""
    match pledge.status:
        case PledgeStatus.PLEDGED | PledgeStatus.PAID:
            action, label, question = "receive", "确认到账", "银行流水里已看到这笔钱？"
        case PledgeStatus.RECEIVED:
            return {"pay_out_url": f"{reverse('donors:payout-new')}?pledge={pledge.pk}"}
        case _:
            return {}
    url = reverse("donors:pledge-act", args=[pledge.pk, action])
    return {"action_url": url, "action_label": label, "question": question}
