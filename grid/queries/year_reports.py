"""A unit's year, summed from its closed months alone (REQUIREMENTS 11, 59)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from accounts.models import Region
from fupin.lib.clock import day_of
from grid.models import ClosedMonth
from grid.queries import reports
from grid.queries.reports import Line, Report

STOCKS = ("households",)
"""Numbers that stand at the end of a month; the year's is that of its last closed month."""


@dataclass(frozen=True, slots=True)
class YearReport:
    """The sums of a year as a report of its last closed month would show them, and each month's own line."""

    report: Report
    months: tuple[tuple[date, Line], ...]

    @property
    def year(self) -> int:
        return self.report.month.year


def years_of(region: Region) -> list[int]:
    """The years with a closed month of this region, newest first."""
    return sorted({row["month"].year for row in reports.months_of(region)}, reverse=True)


def year_of(region: Region, year: int) -> YearReport | None:
    """The year's sums; None where no county of the region has closed a month of it. Ten queries at most.

    Sums of the places below need a closing of each month; a place merged during the year keeps its own line.
    """
    within = {"month__gte": date(year, 1, 1), "month__lte": date(year, 12, 1)}
    found = ClosedMonth.objects.filter(reports.closings_behind(region), **within).select_related("region")
    rows = list(found.order_by("month", "region_id"))
    if not rows:
        return None
    pay = reports.pay_by_closing(rows, region)
    by_month: dict[date, list[ClosedMonth]] = defaultdict(list)
    for row in rows:
        by_month[row.month].append(row)
    last = max(by_month)
    names = reports.names_of(rows)
    name = names.get(str(region.code), region.name)
    ends = reports.ends_of(region)
    months = [
        (month, reports.line_of(region.code, name, by_month[month], pay, ends)) for month in sorted(by_month)
    ]
    report = Report(
        region=region,
        name=name,
        month=last,
        own=_together([line for _, line in months]),
        below=tuple(_below(region, by_month, pay, names)),
        kinds=_kinds(region, rows),
        before=None,
        missing=reports.counties_missing(region, by_month[last]),
        complete=reports.is_complete(rows),
        target=reports.target_of(by_month[last][0], region),
        dated=max(day_of(row.closed_at) for row in rows),
        hashes=tuple(row.inputs_hash for row in rows),
    )
    return YearReport(report, tuple(months))


def _below(
    region: Region,
    by_month: Mapping[date, list[ClosedMonth]],
    pay: Mapping[int, list[tuple[int, str, int]]],
    names: Mapping[str, str],
) -> list[Line]:
    """The places one level down; of a village its posts, month after month."""
    found: dict[int, list[Line]] = defaultdict(list)
    for month in sorted(by_month):
        for line in reports.lines_below(region, by_month[month], pay, names):
            found[line.code].append(line)
    return [_together(found[code]) for code in sorted(found)]


def _together(lines: list[Line]) -> Line:
    """Months of one place, the oldest first."""
    sums: Counter[str] = Counter()
    for line in lines:
        sums.update({name: number for name, number in line.numbers.items() if name not in STOCKS})
    stocks = {name: lines[-1][name] for name in STOCKS}
    return Line(lines[-1].code, lines[-1].name, dict(sums) | stocks)


def _kinds(region: Region, rows: list[ClosedMonth]) -> Mapping[str, Mapping[str, int]]:
    return reports.kinds_of(rows, region)
