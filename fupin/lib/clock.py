"""The one clock. Instants are stored in UTC; days and months are those of China on every server.

A demo's or test's whole stack can be told another time: every process follows the file `clock` under `FUPIN_DATA`.
"""

import os
from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

ZONE = ZoneInfo("Asia/Shanghai")
FILE = "clock"
"""Under `FUPIN_DATA`: seconds by which a demo or test stands away from the present. Production never looks at it."""
NOT_MOVED = timedelta(0)
_shift: ContextVar[timedelta] = ContextVar("shift", default=NOT_MOVED)


def now() -> datetime:
    """The present instant, aware."""
    return timezone.now() + _moved() + _shift.get()


def seconds() -> int:
    """The present instant in Unix seconds, for what is counted in seconds."""
    return int(now().timestamp())


def move(folder: Path, moment: datetime | None) -> None:
    """Let all processes of a demo or test whose data lie in `folder` stand at `moment` and go on from there.

    None lets them return to the present. Raises `ImproperlyConfigured` outside the demo and test modes.
    """
    _ensure_playing()
    target, fresh = folder / FILE, folder / f"{FILE}.{os.getpid()}"
    if moment is None:
        target.unlink(missing_ok=True)
        return
    fresh.write_text(str((moment - timezone.now()).total_seconds()))
    fresh.replace(target)


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Let `now` and `today` stand `by` away from the present inside the block: for demo data with a past.

    A nested shift replaces the outer one. Raises `ImproperlyConfigured` outside the demo and test modes.
    """
    _ensure_playing()
    token = _shift.set(by)
    try:
        yield
    finally:
        _shift.reset(token)


def _ensure_playing() -> None:
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("the clock can only be moved in demo and test mode")


def _moved() -> timedelta:
    """How far the file moves this stack; one look at the file's date where a demo or test has one."""
    if not (settings.DEMO or settings.TESTING):
        return NOT_MOVED
    path = f"{settings.DATA_DIR}/{FILE}"
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return NOT_MOVED
    return _offset(path, found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=8)
def _offset(path: str, *version: int) -> timedelta:
    try:
        return timedelta(seconds=float(Path(path).read_text()))
    except FileNotFoundError:
        return NOT_MOVED


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
