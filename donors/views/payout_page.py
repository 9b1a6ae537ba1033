"""One payout: what it was for, how it was made, its evidence, and what the bank says."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from donors import payout_queries as queries
from donors.enums import PayoutState, PledgeStatus
from donors.models import MOST_PHOTOS, Payout, PayoutPhoto
from donors.payout_forms import DropForm, PayoutPhotoForm
from donors.services import payout_photos
from donors.services import payouts as service
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors


@officer_page(Verb.RECONCILE, Verb.VIEW)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    return _page(request, _payout(request, pk))


@officer_page(Verb.RECONCILE)
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """Say that it was not paid or came back, or add a picture of the evidence."""
    found, form = _payout(request, pk), _form(request, action)
    status = 400
    if form.is_valid():
        try:
            if isinstance(form, DropForm):
                service.drop(actor=request.user, payout=found, reason=form.cleaned_data["reason"])
                messages.success(request, "已登记，这几笔善款重新等拨付。")
            else:
                payout_photos.add(actor=request.user, payout=found, jpeg=form.cleaned_data["photo"].read())
                messages.success(request, "凭证已保存。")
            return redirect(found)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return _page(request, _payout(request, pk), bound=form, status=status)


@login_required
@require_safe
def photo(request: SignedIn, pk: int, photo: int) -> FileResponse:
    """The evidence itself; 404 for everybody it is not for."""
    found = get_object_or_404(queries.payouts_visible_to(request.user), pk=pk)
    row = get_object_or_404(PayoutPhoto, pk=photo, payout=found)
    try:
        file = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(file, content_type="image/jpeg", headers=headers)


def _form(request: SignedIn, action: str) -> CleanForm:
    match action:
        case "drop":
            return DropForm(request.POST)
        case "photo":
            return PayoutPhotoForm(request.POST, request.FILES)
    raise Http404


def _page(
    request: SignedIn, found: Payout, *, bound: CleanForm | None = None, status: int = 200
) -> HttpResponse:
    mine = grants(request.user).allow(Verb.RECONCILE, found.account.region_id)
    gifts = list(found.gifts.select_related("pledge__need"))
    photos = list(found.photos.all())
    proofs = list(found.matches.filter(undoes=None, undone_by=None).select_related("line"))
    living = found.state != PayoutState.DROPPED
    confirmed = any(gift.pledge.status == PledgeStatus.CONFIRMED for gift in gifts)
    may_drop = mine and living and not (found.state == PayoutState.PAID and (confirmed or proofs))
    context = {
        "payout": found,
        "facts": facts(found),
        "gifts": gifts,
        "photos": photos,
        "proof": proofs[0].line if proofs else None,
        "mine": mine,
        "drop_form": (bound if isinstance(bound, DropForm) else DropForm()) if may_drop else None,
        "photo_form": (bound if isinstance(bound, PayoutPhotoForm) else PayoutPhotoForm())
        if mine and living and len(photos) < MOST_PHOTOS
        else None,
        "refusals": bound.non_field_errors() if bound else [],
    }
    return render(request, "donors/office/payout.html", context, status=status)


def facts(payout: Payout) -> list[dict[str, Any]]:
    """How, to whom, when, by whom; account numbers by their end, names in full to those who may open the page."""
    rows = [
        {"term": "怎样付的", "value": payout.get_method_display()},
        {"term": "收款人", "value": payout.paid_to},
    ]
    if payout.payee_account:
        rows.append({"term": "收款账号", "value": payout.payee_account.masked})
    if payout.signer and payout.second_signer:
        rows.append({"term": "签字", "value": f"{payout.signer.open()}、{payout.second_signer.open()}"})
    if payout.paid_on:
        rows.append({"term": "付款日期", "value": f"{payout.paid_on:%Y-%m-%d}"})
    rows.append({"term": "慈善组织", "value": payout.account.charity})
    by = payout.settled_by or payout.created_by
    rows.append({"term": "办理人", "value": by.get_full_name()})
    if payout.note:
        rows.append({"term": "原因" if payout.state == PayoutState.DROPPED else "备注", "value": payout.note})
    return rows


def _payout(request: SignedIn, pk: int) -> Payout:
    return get_object_or_404(queries.payouts_visible_to(request.user), pk=pk)
