"""A word a day before a promise lapses: once for each deadline, however often the sweep runs."""

from datetime import timedelta

from django.db import transaction

from accounts.services import messages
from donors.enums import PledgeStatus
from donors.models import Pledge
from fupin.lib.clock import day_of, now

AHEAD = timedelta(hours=24)


def remind_due(*, limit: int = 500) -> int:
    """Remind the donors whose pledge lapses within a day; returns how many were told now."""
    due = Pledge.objects.filter(
        status=PledgeStatus.PLEDGED,
        expires_at__gt=now(),
        expires_at__lte=now() + AHEAD,
        reminded_at=None,
        need__taken_down_at=None,
    )
    due = due.select_related("need", "donor", "charity_account")
    return sum(_remind(pledge) for pledge in due.order_by("expires_at")[:limit])


def _remind(pledge: Pledge) -> bool:
    with transaction.atomic():
        claimed = Pledge.objects.filter(
            pk=pledge.pk, status=PledgeStatus.PLEDGED, reminded_at=None, expires_at=pledge.expires_at
        ).update(reminded_at=now())
        if claimed:
            messages.notify(
                user=pledge.donor,
                text=_words(pledge),
                dedup_key=f"lapse:{pledge.pk}:{pledge.expires_at.isoformat()}",
                link=pledge.get_absolute_url(),
            )
        return bool(claimed)


def _words(pledge: Pledge) -> str:
    day = day_of(pledge.expires_at)
    kept = f"您认领的“{pledge.need.title}”为您留到{day.month}月{day.day}日"
    if pledge.charity_account and not pledge.charity_account.is_licensed:
        return f"{kept}。收款账户现在不接收善款，还没有转账的请不要转；到期后这一份会自动取消，不用办理。"
    return f"{kept}，请及时办理；需要时可以延长一次。"
