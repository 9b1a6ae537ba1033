"""Standing on a day of autumn 2026 in tests, when the State Council's arrangement is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

from fupin.lib.clock import ZONE, shifted

BEFORE = date(2026, 9, 1)
"""When the people of these tests got their posts."""


@contextmanager
def on(day: date, hour: int = 12) -> Iterator[None]:
    """That hour of that day in China."""
    with shifted(datetime.combine(day, time(hour), ZONE) - datetime.now(ZONE)):
        yield
