"""Reads of the holiday table."""

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

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


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month; `mark` is 休 or 班 where it is not as its weekday would say."""

    date: date
    free: bool
    mark: str = ""
    name: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Year:
    """A year as the office looks at it: months of weeks from Monday, days of other months None; `own` of the county."""

    months: list[tuple[int, list[list[Day | None]]]]
    arranged: list[str]
    own: list[CalendarDay]

    @property
    def unknown(self) -> bool:
        """Nobody has arranged this year yet: Monday to Friday are worked."""
        return not self.arranged and not self.own


def year_of(county: int, year: int) -> Year:
    """The county's year day by day, and the State Council's arrangement of it in words; one query."""
    rows = list(CalendarDay.objects.filter(Q(county=None) | Q(county=county), day__year=year).order_by("day"))
    national = [row for row in rows if row.county_id is None]
    own = [row for row in rows if row.county_id]
    known = {row.day: row for row in [*national, *own]}
    months = [
        (
            month,
            [
                [_day(day, known.get(day)) if day.month == month else None for day in week]
                for week in Calendar().monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]
    return Year(months, _in_words(national), own)


def _day(day: date, row: CalendarDay | None) -> Day:
    if row is None:
        return Day(day, free=day.weekday() >= 5)
    return Day(day, not row.works, "班" if row.works else "休", row.name, row.county_id is not None)


def _in_words(rows: list[CalendarDay]) -> list[str]:
    """ "国庆节：10月1日至7日放假；9月20日、10月10日上班", holiday by holiday in the order of their first day."""
    found: dict[str, list[CalendarDay]] = {}
    for row in rows:
        found.setdefault(row.name.removesuffix("调休上班"), []).append(row)
    lines = []
    for name, days in found.items():
        free = _spans([row.day for row in days if not row.works])
        works = _spans([row.day for row in days if row.works])
        parts = [f"{spans}{word}" for spans, word in ((free, "放假"), (works, "上班")) if spans]
        lines.append(f"{name}：{'；'.join(parts)}")
    return lines


def _spans(days: list[date]) -> str:
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][1] == timedelta(days=1):
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return "、".join(
        f"{begun.month}月{begun.day}日" + ("" if begun == ended else f"至{_short(begun, ended)}")
        for begun, ended in spans
    )


def _short(begun: date, ended: date) -> str:
    return f"{ended.day}日" if begun.month == ended.month else f"{ended.month}月{ended.day}日"
