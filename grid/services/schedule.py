"""When somebody has to look in at a household next (宿州 第二十条, REQUIREMENTS 97).

A household whose risk is open is visited once in every month, every other once in every quarter; by the month and
quarter of the calendar, as the monthly table is kept. The date is stored, so that the lists of what is due are
read from an index.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from fupin.lib.clock import today
from grid.models import GridHousehold
from needs.household_enums import Risk
from needs.models import Household

GRACE = timedelta(days=14)
"""What a household that is new to its grid, or whose risk has just opened, leaves at least."""
BATCH = 2_000


def period_end(day: date, *, monthly: bool) -> date:
    """The last day of the day's month, or of its quarter."""
    month = day.month if monthly else (day.month + 2) // 3 * 3
    return date(day.year, month, monthrange(day.year, month)[1])


def due_on(*, since: date, visited_on: date | None, risk_since: date | None) -> date:
    """The last day for the next visit.

    `since` is when the household came into its grid, `risk_since` when its risk opened (None: it is not open).
    After a visit the next is due in the following month or quarter; without one by the end of the present, and a
    risk that opened after the last visit asks for another one at once.
    """
    monthly = risk_since is not None
    if visited_on and not (risk_since and risk_since > visited_on):
        return period_end(period_end(visited_on, monthly=monthly) + timedelta(days=1), monthly=monthly)
    begun = max(since, risk_since or since)
    return max(period_end(begun, monthly=monthly), begun + GRACE)


def due_of(home: GridHousehold, household: Household) -> tuple[bool, date]:
    """What `monthly` and `due_on` of this row should be."""
    monthly = household.risk == Risk.OPEN
    risk_since = household.risk_since if monthly else None
    return monthly, due_on(since=home.since, visited_on=home.visited_on, risk_since=risk_since)


def refresh(ids: Iterable[int]) -> int:
    """Bring the dates of these households in line with their risk; returns how many changed."""
    changed = 0
    with transaction.atomic():
        rows = GridHousehold.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(ids))
        for home in rows.select_related("household").order_by("pk"):
            wanted = due_of(home, home.household)
            if (home.monthly, home.due_on) != wanted:
                home.monthly, home.due_on = wanted
                home.save(update_fields=["monthly", "due_on"])
                changed += 1
    return changed


def follow(sender: Any, *, household_id: int, **kwargs: Any) -> None:
    """A household's risk opened or was cleared (`needs.signals.monitoring_set`)."""
    refresh([household_id])


def catch_up(*, limit: int = BATCH) -> int:
    """Find households whose rhythm no longer fits their risk, which a lost signal or an import may leave behind.

    A closed household is visited no more and leaves its grid, and so does one that is in another village now.
    """
    is_open = Q(household__risk=Risk.OPEN)
    slow = GridHousehold.objects.filter(is_open, monthly=False).values_list("pk", flat=True)
    fast = GridHousehold.objects.filter(~is_open, monthly=True).values_list("pk", flat=True)
    left = Q(household__closed_at__isnull=False) | ~Q(household__region=F("region"))
    gone = GridHousehold.objects.filter(left).values("pk")[:limit]
    GridHousehold.objects.filter(pk__in=gone).delete()
    return refresh([*slow[:limit], *fast[:limit]])


def is_late(home: GridHousehold) -> bool:
    return home.due_on < today()
