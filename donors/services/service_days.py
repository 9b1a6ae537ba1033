"""Service and visits: the day is proposed and agreed by both sides; the time bank books what was confirmed."""

from datetime import date, timedelta

from django.db import transaction

from accounts.models import Region, User
from donors.models import HoursEntry, Pledge
from donors.services.moves import locked, move
from fupin.lib.clock import now, today
from fupin.lib.errors import InvalidInput

AFTER_THE_DAY = timedelta(days=14)
FARTHEST = timedelta(days=365)


def propose(*, actor: User, pledge: Pledge, date: date) -> Pledge:
    """Another day for the service or visit; the other side has to agree to it."""
    if not today() <= date <= today() + FARTHEST:
        raise InvalidInput(fields={"date": ["请选择今天起一年以内的日期。"]})
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "propose")
        pledge.service_on, pledge.date_by, pledge.date_agreed_at = date, step.by, None
        pledge.expires_at = max(pledge.expires_at, now() + (date - today()) + AFTER_THE_DAY)
        return move(pledge, step, actor=actor, note=f"{date.year}年{date.month}月{date.day}日")


def agree(*, actor: User, pledge: Pledge) -> Pledge:
    """The other side accepts the proposed day."""
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "agree")
        pledge.date_agreed_at = now()
        return move(pledge, step, actor=actor)


def book(pledge: Pledge, hours: int | None) -> None:
    """Write the confirmed hours into the donor's book; None: as offered. The caller holds the pledge's lock."""
    wanted = pledge.hours if hours is None else hours
    least = 0 if pledge.service_kind == "letter" else 1
    if not least <= wanted <= 200:
        raise InvalidInput(fields={"hours": ["实际时长请填 1 到 200 小时。"]})
    HoursEntry.objects.create(
        donor=pledge.donor,
        pledge=pledge,
        kind=pledge.service_kind,
        hours=wanted,
        day=min(pledge.service_on or today(), today()),
        region=Region.objects.get(code=pledge.county * 10**6),
        at=now(),
    )
