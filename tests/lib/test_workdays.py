"""Working days with holidays and 调休."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fupin.lib.workdays import WorkCalendar

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
TABLES = st.dictionaries(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.booleans(), max_size=60)


@given(TABLES, DAYS, st.integers(1, 40))
def test_the_nth_working_day_is_worked_and_n_are_between(
    changed: dict[date, bool], day: date, count: int
) -> None:
    calendar = WorkCalendar(changed)
    end = calendar.add(day, count)
    assert calendar.works(end)
    assert calendar.between(day, end) == count
    assert calendar.between(day, end - timedelta(days=1)) == count - 1


@given(TABLES, DAYS)
def test_no_days_are_the_day_itself(changed: dict[date, bool], day: date) -> None:
    calendar = WorkCalendar(changed)
    assert calendar.add(day, 0) == day
    assert calendar.between(day, day) == calendar.between(day, day - timedelta(days=9)) == 0


def test_a_holiday_is_free_and_a_day_in_lieu_is_worked() -> None:
    friday, saturday = date(2026, 10, 9), date(2026, 10, 10)
    calendar = WorkCalendar({saturday: True, friday: False}, frozenset({2026}))
    assert (calendar.works(friday), calendar.works(saturday)) == (False, True)
    assert calendar.add(date(2026, 10, 8), 1) == saturday
    assert calendar.unknown(date(2026, 12, 31), date(2028, 1, 1)) == [2027, 2028]
