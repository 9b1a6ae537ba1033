"""Working days with holidays and 调休: pure arithmetic on days of China; who keeps the table is not its matter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from fupin.lib.clock import is_workday


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Monday to Friday, but for the days that the table turns round.

    `changed` says of a day whether it is worked; `years` are those whose holidays are known. A year that is not
    known counts Monday to Friday, and `unknown` says so.
    """

    changed: Mapping[date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def works(self, day: date) -> bool:
        return self.changed.get(day, is_workday(day))

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself does not count; `day` for 0."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and with `end`; 0 where `end` is not later."""
        return sum(self.works(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def unknown(self, start: date, end: date) -> list[int]:
        """The years from `start` to `end` whose holidays nobody has entered yet."""
        return [year for year in range(start.year, end.year + 1) if year not in self.years]
