"""Reads of visits: who is due, what is overdue at which level, the problems that were found."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Verb
from accounts.models import Region
from accounts.permissions import grants
from fupin.lib.clock import today
from grid.models import GridHousehold, Visit
from grid.permissions import NOBODY, own_grids
from grid.services.schedule import period_end

TO_TOWNSHIP = timedelta(days=7)
"""How long a visit is overdue at the village before its township sees it, too."""
TO_COUNTY = timedelta(days=21)
COUNTY = 10**6


def _range(low: int, high: int) -> Q:
    """A range of village codes; by county, as the index is, where it lies within one."""
    near = Q(county=low // COUNTY) if low // COUNTY == high // COUNTY else Q()
    whole = low % COUNTY == 0 and high == low + COUNTY - 1
    return near if whole else Q(region=low) if low == high else near & Q(region__gte=low, region__lte=high)


def seen_by(user: Any) -> Q:
    """A filter over `GridHousehold` and `Visit`: the own grids, and the view ranges."""
    mine = own_grids(user)
    seen = Q(grid__in=mine) if mine else NOBODY
    for low, high in sorted({(row.low, row.high) for row in grants(user).of(Verb.VIEW)}):
        seen |= _range(low, high)
    return seen


def schedule_of(user: Any, region: Region | None = None) -> QuerySet[GridHousehold]:
    """Every household in a grid that this person looks after or over, next due first; scope of a region if given."""
    rows = GridHousehold.objects.filter(seen_by(user), household__closed_at=None)
    if region:
        rows = rows.filter(_range(region.code, region.code_end))
    return rows.select_related("household", "grid", "region__parent").order_by("due_on", "household_id")


def due(rows: QuerySet[GridHousehold]) -> QuerySet[GridHousehold]:
    """Those to be visited by the end of this month, the overdue ones among them."""
    return rows.filter(due_on__lte=period_end(today(), monthly=True))


def late(rows: QuerySet[GridHousehold]) -> QuerySet[GridHousehold]:
    return rows.filter(due_on__lt=today())


def due_for(user: Any) -> QuerySet[GridHousehold]:
    """What waits for a grid person: this month's visits in the own grids."""
    mine = GridHousehold.objects.filter(grid__in=own_grids(user), household__closed_at=None)
    return due(mine.select_related("household", "grid", "region__parent")).order_by("due_on", "household_id")


def escalated_to(user: Any) -> QuerySet[GridHousehold]:
    """What is overdue for who watches: at once for the village, after 7 days the township, after 21 the county."""
    q, day = NOBODY, today()
    for row in grants(user).of(Verb.VIEW):
        wide = row.high - row.low
        wait = timedelta(0) if not wide else TO_TOWNSHIP if wide < COUNTY - 1 else TO_COUNTY
        q |= _range(row.low, row.high) & Q(due_on__lt=day - wait)
    rows = GridHousehold.objects.filter(q, household__closed_at=None)
    return rows.select_related("household", "grid", "region__parent").order_by("due_on", "household_id")


def visits_of(user: Any) -> QuerySet[Visit]:
    """The visits this person may read, in the grids and places of the day they were made."""
    return Visit.objects.filter(seen_by(user)).select_related(
        "household", "grid", "visitor", "region__parent"
    )


def problems_of(user: Any, *, open_only: bool = False) -> QuerySet[Visit]:
    """The problems that visits found (摸排台账, 第十九条), newest first."""
    rows = visits_of(user).filter(has_problem=True).select_related("settled_by")
    return (rows.filter(settled_at=None) if open_only else rows).order_by("-id")


def history(home: GridHousehold, *, limit: int = 12) -> list[Visit]:
    """The last visits at a household, newest first."""
    rows = Visit.objects.filter(household=home.pk).select_related("visitor", "settled_by")
    return list(rows.order_by("-on", "-id")[:limit])


def in_month(grid: int, month: date) -> QuerySet[Visit]:
    """A grid's visits of a month, in their order."""
    rows = Visit.objects.filter(grid=grid, on__gte=month, on__lte=period_end(month, monthly=True))
    return rows.order_by("on", "id")
