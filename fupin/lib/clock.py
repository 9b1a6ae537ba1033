"""The one clock. Instants are stored in UTC; days and months are those of China on every server."""

from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

ZONE = ZoneInfo("Asia/Shanghai")
_shift: ContextVar[timedelta] = ContextVar("shift", default=timedelta(0))


def now() -> datetime:
    """The present instant, aware."""
    return timezone.now() + _shift.get()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Let `now` and `today` stand `by` away from the present inside the block: for demo data with a past.

    A nested shift replaces the outer one. Raises `ImproperlyConfigured` outside the demo and test modes.
    """
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("the clock can only be shifted in demo and test mode")
    token = _shift.set(by)
    try:
        yield
    finally:
        _shift.reset(token)


def today() -> date:
    """The present day in China."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The day in China of an aware instant; raises `ValueError` for a naive one."""
    if timezone.is_naive(moment):
        raise ValueError("an instant without a time zone has no day")
    return moment.astimezone(ZONE).date()


def month_of(moment: date) -> date:
    """The first day of the month, in China, of a day or an aware instant."""
    day = day_of(moment) if isinstance(moment, datetime) else moment
    return day.replace(day=1)


def add_months(day: date, count: int) -> date:
    """The same day `count` months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def is_workday(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def add_workdays(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def workdays_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and with `end`; 0 where `end` is not later."""
    return sum(is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
