"""Who first told somebody of this site: an officer's QR code, recorded on a new account once (REQUIREMENTS 3).

It serves to help people find their way in. Nobody is ranked by it: an officer reads the number of their own only.
"""

import secrets
from datetime import timedelta

from django.db import transaction

from accounts.models import User
from accounts.permissions import is_officer
from accounts.services import audit
from fupin.lib.clock import now
from fupin.lib.errors import NotAllowed

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is misread on paper
LENGTH = 8
NEW_FOR = timedelta(minutes=10)
MOST_COUNTED = 1000


def code_of(*, actor: User) -> str:
    """The officer's own code, made when first asked for. Raises NotAllowed for whoever holds no post."""
    if not is_officer(actor):
        raise NotAllowed("邀请二维码是给各级信息员用的。")
    if not actor.referral_code:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        User.objects.filter(pk=actor.pk, referral_code=None).update(referral_code=code)
        actor.refresh_from_db(fields=["referral_code"])
    return actor.referral_code or ""


def record(*, user: User, code: str) -> bool:
    """Remember who brought a new account; True when it was written. Unknown codes and older accounts change nothing."""
    bringer = User.objects.filter(referral_code=code, is_active=True).first() if code else None
    if bringer is None or bringer.same_person(user) or user.created_at < now() - NEW_FOR:
        return False
    with transaction.atomic():
        written = User.objects.filter(pk=user.pk, referred_by=None).update(referred_by=bringer)
        if written:
            audit.record(actor=user, action="account.referred", obj=user, changes={"by": bringer.pk})
    return bool(written)


def brought_by(actor: User) -> int:
    """How many accounts began with this officer's code; counted up to MOST_COUNTED."""
    return User.objects.filter(referred_by=actor)[:MOST_COUNTED].count()
