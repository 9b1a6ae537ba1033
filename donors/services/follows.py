"""Following places and needs, and how one wants to hear of them. Stopping is always one tap, without signing in."""

from datetime import date, timedelta

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from accounts.models import Region, User
from accounts.services import audit
from donors.models import DigestPlan, Follow
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, NotVisible
from needs.models import Need

MOST = 50
FULL = f"最多关注 {MOST} 个，请先取消一些。"
_signer = Signer(salt="donors.follows.stop")


def follow(*, actor: User, region: Region | None = None, need: Need | None = None) -> Follow:
    """Follow a region or a public need; again changes nothing.

    Raises Conflict beyond MOST, NotVisible for a need that is not public. The person's row is the lock under which
    the count is taken.
    """
    if need and not need.is_public:
        raise NotVisible
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        mine = Follow.objects.filter(user=actor)
        known = mine.filter(region=region, need=need).first()
        if known:
            return known
        if mine.count() >= MOST:
            raise Conflict(FULL, code="too_many_follows")
        made = Follow.objects.create(user=actor, region=region, need=need)
        DigestPlan.objects.get_or_create(user=actor, defaults={"next_on": next_week(today())})
        audit.record(actor=actor, action="follow.add", obj=made, region_code=region.code if region else None)
        return made


def unfollow(*, actor: User, follow: Follow) -> None:
    """Take back one's own follow; what is gone already is no error."""
    with transaction.atomic():
        gone, _ = Follow.objects.filter(pk=follow.pk, user=actor).delete()
        if gone:
            audit.record(actor=actor, action="follow.drop", obj=follow)


def plan(*, actor: User, weekly: bool, by_sms: bool) -> DigestPlan:
    """Say whether a weekly digest shall come, and whether also as a text message."""
    with transaction.atomic():
        made, _ = DigestPlan.objects.get_or_create(user=actor, defaults={"next_on": next_week(today())})
        made.by_sms = weekly and by_sms
        made.stopped_at = None if weekly else (made.stopped_at or now())
        made.save()
        audit.record(
            actor=actor, action="follow.plan", obj=actor, changes={"weekly": weekly, "sms": made.by_sms}
        )
    return made


def stop_path(user_id: int) -> str:
    """The address that stops somebody's digests without signing in."""
    return reverse("donors:follow-stop", args=[_signer.sign(str(user_id))])


def stop(token: str) -> None:
    """Stop the digests of whoever this address was made for. Raises NotVisible for an address we did not make."""
    user = person_of(token)
    with transaction.atomic():
        stopped = DigestPlan.objects.filter(user=user, stopped_at=None).update(stopped_at=now(), by_sms=False)
        if stopped:
            audit.record(actor=None, action="follow.stop", obj=user)


def person_of(token: str) -> User:
    """Whoever a stopping address was made for. Raises NotVisible for one we did not make."""
    try:
        return User.objects.get(pk=int(_signer.unsign(token)))
    except (BadSignature, ValueError, User.DoesNotExist) as error:
        raise NotVisible from error


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def next_week(day: date) -> date:
    """The Monday after a day's week."""
    return week_of(day) + timedelta(days=7)
