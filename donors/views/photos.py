"""Pictures of a gift: put there by its sides, shown to them and to the officers of the place, to nobody else."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.base import ContentFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from donors import lifecycle, queries
from donors.delivery_forms import PhotoForm
from donors.enums import Outcome, Picture, ThanksStatus
from donors.models import MOST_PHOTOS, Pledge, PledgePhoto, Thanks
from donors.services import photos
from fupin.lib.errors import Conflict
from needs.enums import Form


@login_required
@require_POST
def add(request: SignedIn, pk: int) -> HttpResponse:
    """One picture: of the goods from their donor, of a problem from the recipient side."""
    pledge = get_object_or_404(queries.visible_to(request.user), pk=pk)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for text in form.errors["photo"]))
        return redirect(pledge)
    try:
        jpeg = form.cleaned_data["photo"].read()
        purpose = _purpose(request.user, pledge)
        photos.add(actor=request.user, pledge=pledge, purpose=purpose, jpeg=jpeg)
        messages.success(request, "照片已保存。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect(pledge)


@login_required
@require_POST
def remove(request: SignedIn, pk: int, photo: int) -> HttpResponse:
    row = _photo(request, pk, photo)
    photos.remove(actor=request.user, photo=row)
    messages.success(request, "照片已移除。")
    return redirect(row.pledge)


@login_required
@require_safe
def show(request: SignedIn, pk: int, photo: int) -> FileResponse:
    """The picture itself; 404 for everybody it is not for."""
    try:
        file = _photo(request, pk, photo).file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(file, content_type="image/jpeg", headers=headers)


def add_goods(request: SignedIn, pledge: Pledge, pictures: list["ContentFile[bytes]"]) -> None:
    """Keep the pictures that came with the promise; the promise stands whatever becomes of them."""
    try:
        for picture in pictures:
            photos.add(actor=request.user, pledge=pledge, purpose=Picture.GOODS, jpeg=picture.read())
    except Conflict as error:
        messages.warning(request, error.message)


def shown_to(user: Any, pledge: Pledge) -> list[PledgePhoto]:
    """The pictures of a pledge that this person may see."""
    kinds = _kinds(user, pledge)
    return [photo for photo in pledge.photos.all() if photo.purpose in kinds]


def slips(user: Any, pledge: Pledge, rows: list[PledgePhoto]) -> dict[str, object]:
    """The donor's proof of the transfer and the charity's of the payout, where this person may see or add them."""
    slips = [row for row in rows if row.purpose == Picture.SLIP]
    payouts = [row for row in rows if row.purpose == Picture.PAYOUT]
    paying = pledge.form == Form.MONEY and pledge.status in photos.WHEN[Picture.SLIP]
    mine = paying and pledge.donor_id == user.pk and len(slips) < MOST_PHOTOS
    ours = pledge.status in photos.WHEN[Picture.PAYOUT] and len(payouts) < MOST_PHOTOS
    charity = ours and lifecycle.may(user, pledge, lifecycle.CHARITY)
    return {
        "slip_photos": slips,
        "payout_photos": payouts,
        "slip_form": PhotoForm() if mine else None,
        "payout_form": PhotoForm() if charity else None,
    }


def _purpose(user: Any, pledge: Pledge) -> Picture:
    """The donor shows goods or the transfer, the charity the payout; the recipient side a problem while one stands,
    else something to say thanks with."""
    if pledge.donor_id == user.pk:
        return Picture.SLIP if pledge.form == Form.MONEY else Picture.GOODS
    if lifecycle.may(user, pledge, lifecycle.CHARITY):
        return Picture.PAYOUT
    return Picture.PROBLEM if pledge.outcome == Outcome.PROBLEM else Picture.THANKS


def _photo(request: SignedIn, pk: int, photo: int) -> PledgePhoto:
    pledge = get_object_or_404(queries.visible_to(request.user), pk=pk)
    row = get_object_or_404(
        PledgePhoto.objects.select_related("pledge__need__household"), pk=photo, pledge=pledge
    )
    if row.purpose not in _kinds(request.user, row.pledge):
        raise Http404
    return row


def _kinds(user: Any, pledge: Pledge) -> set[str]:
    """Goods are private to their donor and the officers; problems also to the household. A transfer slip is between
    donor and charity alone; the proof of a payout between charity and officers."""
    if lifecycle.may(user, pledge, lifecycle.CHARITY):
        return {Picture.SLIP, Picture.PAYOUT}
    if grants(user).allow(Verb.VIEW, pledge.need.region_id):
        return set(Picture.values) - {Picture.SLIP}
    if pledge.donor_id == user.pk:
        thanked = Thanks.objects.filter(pledge=pledge, status=ThanksStatus.APPROVED).exists()
        return {Picture.GOODS, Picture.PROBLEM, Picture.SLIP} | ({Picture.THANKS} if thanked else set())
    household = pledge.need.household
    if household and household.account_id == user.pk:
        return {Picture.PROBLEM, Picture.THANKS}
    return set()
