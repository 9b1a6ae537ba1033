"""Reads of the holiday table."""

from collections.abc import Iterable

from django.db.models import F, Q

from accounts.models import Region
from fupin.lib.workdays import WorkCalendar
from grid.models import CalendarDay

COUNTY = 10**6


def calendar_of(code: int) -> WorkCalendar:
    """The working days at a region: the country's, with what its county changed; one query."""
    return calendars_of([code])[code]


def calendars_of(codes: Iterable[int]) -> dict[int, WorkCalendar]:
    """`calendar_of` for many regions at once; one query."""
    wanted = {code: code // COUNTY * COUNTY for code in codes}
    rows = list(
        CalendarDay.objects.filter(Q(county=None) | Q(county__in=set(wanted.values())))
        .order_by(F("county").asc(nulls_first=True))
        .values_list("county_id", "day", "works")
    )
    made = {}
    for county in set(wanted.values()):
        changed = {day: works for owner, day, works in rows if owner in (None, county)}
        made[county] = WorkCalendar(changed, frozenset(day.year for day in changed))
    return {code: made[county] for code, county in wanted.items()}


def counties_with(user_ranges: Iterable[tuple[int, int]]) -> list[Region]:
    """The counties that these ranges of codes touch, by code; 50 at most."""
    q = Q(pk__in=())
    for low, high in user_ranges:
        q |= Q(code__gte=low // COUNTY * COUNTY, code__lte=high)
    return list(
        Region.objects.filter(q, level=3, valid_to=None).select_related("parent").order_by("code")[:50]
    )
