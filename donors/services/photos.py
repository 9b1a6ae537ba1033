"""Pictures of a gift: the donor's of the goods, the recipient's of a problem. Never public (REQUIREMENTS 22)."""

import hashlib

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services import audit
from donors import lifecycle
from donors.enums import ENDED_UNMET, Outcome, Picture, PledgeStatus
from donors.models import MOST_PHOTOS, Pledge, PledgePhoto
from donors.services.thanks import may_write
from fupin.lib.errors import Conflict, NotAllowed
from needs.enums import Form
from needs.services import progress

SIDES = {
    Picture.GOODS: lifecycle.DONOR,
    Picture.PROBLEM: lifecycle.RECIPIENT,
    Picture.THANKS: lifecycle.RECIPIENT,
    Picture.SLIP: lifecycle.DONOR,
    Picture.PAYOUT: lifecycle.CHARITY,
}


# Of money, and when: the donor's transfer before the bank confirms it, the charity's while it passes it on.
WHEN = {
    Picture.SLIP: (PledgeStatus.PLEDGED, PledgeStatus.PAID),
    Picture.PAYOUT: (PledgeStatus.RECEIVED, PledgeStatus.DELIVERED),
}


def add(*, actor: User, pledge: Pledge, purpose: str, jpeg: bytes) -> PledgePhoto:
    """Keep a re-encoded picture; the same one again changes nothing. Raises Conflict beyond 3 or on an ended pledge."""
    if not lifecycle.may(actor, pledge, SIDES[Picture(purpose)]):
        raise NotAllowed("您不能给这笔帮助添加照片。")
    mark = hashlib.sha256(jpeg).hexdigest()
    with transaction.atomic():
        progress.lock(pledge.need_id)
        pledge = Pledge.objects.select_related("need").get(pk=pledge.pk)
        mine = PledgePhoto.objects.filter(pledge=pledge, purpose=purpose)
        known = mine.filter(sha256=mark).first()
        if known:
            return known
        _check(actor, pledge, purpose, mine.count())
        return _write(actor, pledge, purpose, jpeg, mark)


def remove(*, actor: User, photo: PledgePhoto) -> None:
    """Take one's own picture of the goods back while they have not been received."""
    pledge = photo.pledge
    if photo.uploaded_by_id != actor.pk or photo.purpose != Picture.GOODS:
        raise NotAllowed("只能移除自己拍的物资照片。")
    with transaction.atomic():
        audit.record(actor=actor, action="pledge.photo_remove", obj=pledge, region_code=pledge.need.region_id)
        file = photo.file
        photo.delete()
        transaction.on_commit(lambda: file.delete(save=False))


def _check(actor: User, pledge: Pledge, purpose: str, count: int) -> None:
    if count >= MOST_PHOTOS:
        raise Conflict(f"最多放 {MOST_PHOTOS} 张照片。", code="photos_full")
    no_problem = purpose == Picture.PROBLEM and pledge.outcome != Outcome.PROBLEM
    thanked = purpose == Picture.THANKS and not may_write(actor, pledge)
    too_late = purpose in WHEN and (pledge.form != Form.MONEY or pledge.status not in WHEN[Picture(purpose)])
    if (
        pledge.status in ENDED_UNMET
        or no_problem
        or thanked
        or too_late
        or (purpose == Picture.GOODS and pledge.form != Form.GOODS)
    ):
        raise Conflict("这笔帮助不能再添加照片。")


def _write(actor: User, pledge: Pledge, purpose: str, jpeg: bytes, mark: str) -> PledgePhoto:
    photo = PledgePhoto(pledge=pledge, purpose=purpose, sha256=mark, uploaded_by=actor)
    photo.file.save("photo.jpg", ContentFile(jpeg), save=False)
    try:
        photo.save()
    except IntegrityError:
        photo.file.delete(save=False)
        raise
    audit.record(
        actor=actor,
        action="pledge.photo",
        obj=pledge,
        region_code=pledge.need.region_id,
        changes={"purpose": purpose},
    )
    return photo
