"""政策措施清单 of a county: its own lines, and the defaults it has not replaced."""

from dataclasses import dataclass

from grid.measure_defaults import DEFAULTS, Values
from grid.models import Department, MeasureEntry

MOST = 100
"""Lines of a county's own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measure under its code; `entry` is the county's own row, None for a default."""

    code: str
    values: Values
    entry: MeasureEntry | None = None

    @property
    def department(self) -> str:
        return str(Department(self.values.department).label) if self.values.department else "村镇自己落实"


def lines(county: int) -> list[Line]:
    """The whole list, what is out of use too: the defaults in their order, then the county's additions; one query."""
    own = {row.code: row for row in MeasureEntry.objects.filter(county=county).order_by("id")[:MOST]}
    found = [Line(code, values) for code, values in DEFAULTS.items() if code not in own]
    found += [Line(code, values_of(row), row) for code, row in own.items()]
    places = {code: place for place, code in enumerate(DEFAULTS)}
    return sorted(found, key=lambda line: places.get(line.code, len(places)))


def in_use(county: int) -> dict[str, Line]:
    """What may be planned, by code."""
    return {line.code: line for line in lines(county) if line.values.active}


def choices_for(county: int, problem: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The measures for a form, those that answer this risk first."""
    fitting: list[tuple[str, str]] = []
    other: list[tuple[str, str]] = []
    for line in in_use(county).values():
        group = fitting if problem in line.values.problems else other
        group.append((line.code, line.values.name))
    groups = (("针对这户的困难", fitting), ("其他措施", other))
    return [(label, rows) for label, rows in groups if rows]


def values_of(row: MeasureEntry) -> Values:
    return Values(row.name, row.department, tuple(row.problems), row.basis, row.active)
