"""The evidence of a payout: the bank's slip, the signed receipt. Added by the charity, never taken away."""

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit
from donors.enums import PayoutState
from donors.models import MOST_PHOTOS, Payout, PayoutPhoto
from fupin.lib.errors import Conflict


def add(*, actor: User, payout: Payout, jpeg: bytes) -> PayoutPhoto:
    """Keep a re-encoded picture; the same one again changes nothing. Raises Conflict beyond 3 or once dropped."""
    ensure(actor, Verb.RECONCILE, payout.account.region_id)
    mark = hashlib.sha256(jpeg).hexdigest()
    with transaction.atomic():
        payout = Payout.objects.select_for_update(no_key=True, of=("self",)).get(pk=payout.pk)
        known = payout.photos.filter(sha256=mark).first()
        if known:
            return known
        if payout.state == PayoutState.DROPPED or payout.photos.count() >= MOST_PHOTOS:
            raise Conflict(f"最多放 {MOST_PHOTOS} 张凭证；没有付成的不用凭证。", code="photos_full")
        photo = PayoutPhoto(payout=payout, sha256=mark, uploaded_by=actor)
        photo.file.save("photo.jpg", ContentFile(jpeg), save=False)
        photo.save()
        audit.record(actor=actor, action="payout.photo", obj=payout, region_code=payout.account.region_id)
    return photo
