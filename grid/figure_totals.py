"""What figures are read into: sums by source and part, places with what their offices set, a region's whole board."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from accounts.models import Region
from grid.figure_sources import DAY_ZERO

MATCH_TARGET = 35
"""对接率 in percent where no office has set its own target (衡阳方案, REQUIREMENTS 26)."""


class Totals:
    """The sums of one place by source and part; a sum that is not there is 0."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, source: str, part: str, values: Mapping[str, int | None]) -> None:
        cell = self._cells[source, part]
        for name, value in values.items():
            if value:
                cell[name] += int(value)

    def sum(self, source: str, name: str, part: str | None = None) -> int:
        """One sum, of one part or of all."""
        return sum(
            cell.get(name, 0)
            for (of, its), cell in self._cells.items()
            if of == source and (part is None or its == part)
        )

    def parts(self, source: str, name: str) -> dict[str, int]:
        """A sum by part, without the parts where it is 0."""
        found = {part: cell.get(name, 0) for (of, part), cell in self._cells.items() if of == source}
        return {part: value for part, value in found.items() if value}

    def minus(self, others: Iterable["Totals"]) -> "Totals":
        """What is left of these sums when the others' are taken away."""
        rest = Totals()
        for sign, totals in [(1, self), *((-1, other) for other in others)]:
            for (source, part), cell in totals._cells.items():
                rest.add(source, part, {name: sign * value for name, value in cell.items()})
        return rest

    @property
    def is_empty(self) -> bool:
        return not any(value for cell in self._cells.values() for value in cell.values())


def percent(part: int, whole: int) -> float | None:
    """One decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


@dataclass(frozen=True)
class Place:
    """A region with its sums, and what its offices set for it."""

    region: Region
    totals: Totals
    target: int = MATCH_TARGET
    poor_homes: int | None = None

    @property
    def published(self) -> int:
        return self.totals.sum("need", "published")

    @property
    def matched(self) -> int:
        return self.totals.sum("need", "matched")

    @property
    def rate(self) -> float | None:
        """对接率 by count in percent; None where nothing was published."""
        return percent(self.matched, self.published)

    @property
    def money_rate(self) -> float | None:
        """对接率 by money in percent: promised of what was asked for."""
        return percent(self.totals.sum("need", "promised_fen"), self.totals.sum("need", "asked_fen"))


@dataclass(frozen=True)
class Board:
    """Everything a dashboard shows of one region and month (None: all time)."""

    region: Region
    month: date | None
    own: Place
    children: list[Place]
    counted_at: datetime | None
    series: list[tuple[date, Totals]] = field(default_factory=list)

    @cached_property
    def rest(self) -> Totals:
        """What belongs to the region and to none of its children in force: its own level, merged villages."""
        return self.own.totals.minus(place.totals for place in self.children)


def waiting_days(totals: Totals, on: date) -> float | None:
    """How many days the open needs have waited until that day, on average."""
    count = totals.sum("need", "open")
    waited = (on - DAY_ZERO).days * count - totals.sum("need", "open_days")
    return round(waited / count, 1) if count else None


def matching_days(totals: Totals) -> float | None:
    """How many days the matched needs had waited, on average."""
    count = totals.sum("need", "matched")
    return round(totals.sum("need", "waited_days") / count, 1) if count else None


def together(all_totals: Iterable[Totals]) -> Totals:
    """The sums of several places as one."""
    whole = Totals()
    for totals in all_totals:
        for (source, part), cell in totals._cells.items():
            whole.add(source, part, cell)
    return whole
