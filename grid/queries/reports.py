"""Monthly reports of villages, townships, counties and cities, read from closed months alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Func, JSONField, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast

from accounts.enums import Level, Role, Verb
from accounts.models import Region
from accounts.permissions import grants
from accounts.regions import subtree_end
from fupin.lib.clock import add_months, day_of, month_of
from grid.figure_totals import MATCH_TARGET
from grid.models import Brief, ClosedMonth, MonthClosing, QuotaResult, SubsidyLine
from grid.quota_enums import LineKind

QUOTA = ("posts", "met", "expected", "submitted", "on_time", "confirmed")
PAY = ("fen", "adjusted")


@dataclass(frozen=True, slots=True)
class Line:
    """A place's numbers of one month; one that is missing is 0. Keys: `QUOTA`, `PAY`, and month_figures'."""

    code: int
    name: str
    numbers: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.numbers.get(name, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """One region's month. `complete` is False where a county was closed before these figures were kept.

    `missing` names the city's counties without a closed month; `before` is the month before, None where nothing of it
    is closed or where it is not the same counties.
    """

    region: Region
    name: str
    month: date
    own: Line
    below: tuple[Line, ...]
    kinds: Mapping[str, Mapping[str, int]]
    before: Line | None
    missing: tuple[str, ...]
    complete: bool
    target: int
    dated: date
    hashes: tuple[str, ...] = field(default=())


def months_of(region: Region) -> QuerySet[ClosedMonth, Any]:
    """The months for which a report of this region can be made, as `{"month"}`."""
    return ClosedMonth.objects.filter(closings_behind(region)).values("month").distinct()


def briefs_seen_by(user: Any) -> QuerySet[Brief]:
    """The briefs of the regions whose figures this person reads."""
    return Brief.objects.filter(grants(user).q(Verb.REPORT, "region")).select_related("region")


def closings_seen_by(user: Any) -> QuerySet[MonthClosing]:
    """The requests to close a month inside the ranges where this person approves or appoints."""
    held = grants(user)
    rows = MonthClosing.objects.filter(held.q(Verb.APPROVE, "region") | held.q(Verb.APPOINT, "region"))
    return rows.select_related("region", "actor")


def report_of(region: Region, month: date) -> Report | None:
    """The report; None where no county it rests on has closed that month. At most five queries."""
    earlier = month_of(month - timedelta(days=1))
    rows = ClosedMonth.objects.filter(closings_behind(region), month__in=(month, earlier)).select_related(
        "region"
    )
    now = [row for row in rows.order_by("region_id") if row.month == month]
    if not now:
        return None
    past = [row for row in rows if row.month == earlier]
    pay = pay_by_closing([*now, *past], region)
    same = {row.region_id for row in past} == {row.region_id for row in now}
    names = names_of(now)
    own = line_of(region.code, names.get(str(region.code), region.name), now, pay, ends_of(region))
    return Report(
        region=region,
        name=own.name,
        month=month,
        own=own,
        below=tuple(lines_below(region, now, pay, names)),
        kinds=kinds_of(now, region),
        before=line_of(region.code, own.name, past, pay, ends_of(region))
        if same and is_complete(past)
        else None,
        missing=counties_missing(region, now),
        complete=is_complete(now),
        target=target_of(now[0], region),
        dated=max(day_of(row.closed_at) for row in now),
        hashes=tuple(row.inputs_hash for row in now),
    )


def rates_of(region: Region, month: date, count: int = 12) -> list[tuple[date, int, int]]:
    """Month, published and matched of the last `count` months up to this one that are closed with figures."""
    figures = Func(
        F("report"),
        Value("figures"),
        Value(str(region.code)) if region.level >= Level.COUNTY else Cast("region", TextField()),
        function="jsonb_extract_path",
        output_field=JSONField(),
    )
    rows = ClosedMonth.objects.filter(
        closings_behind(region),
        month__gt=add_months(month, -count),
        month__lte=month,
        report__has_key="figures",
    )
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for each, numbers in rows.order_by().values_list("month", figures):
        found[each].update(numbers or {})
    return [(each, found[each]["published"], found[each]["matched"]) for each in sorted(found)]


def closings_behind(region: Region) -> Q:
    """The counties that a region's report rests on."""
    if region.level == Level.CITY or region.level == Level.PROVINCE:
        return Q(region__gte=region.code, region__lte=region.code_end)
    return Q(region=region.code // 10**6 * 10**6)


def target_of(row: ClosedMonth, region: Region) -> int:
    """The frozen target of the match rate: the region's own, below the county the county's."""
    code = region.code if region.level < Level.COUNTY else row.region_id
    target: int = row.report.get("targets", {}).get(str(code), MATCH_TARGET)
    return target


def ends_of(region: Region) -> tuple[int, int]:
    """The codes inside the region."""
    return region.code, region.code_end


def is_complete(rows: Iterable[ClosedMonth]) -> bool:
    """Whether all of them were closed since figures are kept."""
    return all("figures" in row.report for row in rows)


def names_of(rows: Iterable[ClosedMonth]) -> dict[str, str]:
    """What the places were called, by code."""
    found: dict[str, str] = {}
    for row in rows:
        found |= row.report.get("names", {})
    return found


def _numbers(rows: Iterable[ClosedMonth], code: int) -> Counter[str]:
    """The frozen numbers of a place below the city, from whichever county holds it."""
    found: Counter[str] = Counter()
    for row in rows:
        found.update(row.report["places"].get(str(code), {}))
        found.update(row.report.get("figures", {}).get(str(code), {}))
    return found


def pay_by_closing(rows: list[ClosedMonth], region: Region) -> dict[int, list[tuple[int, str, int]]]:
    """By closed month: place, kind of line and fen of the statements inside the region."""
    lines = SubsidyLine.objects.filter(
        closed__in=rows,
        appointment__region__gte=region.code,
        appointment__region__lte=region.code_end,
    )
    found: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    grouped = lines.order_by().values_list("closed", "appointment__region", "kind").annotate(sum=Sum("fen"))
    for closed, place, kind, fen in grouped:
        found[closed].append((place, kind, fen))
    return found


def line_of(
    code: int,
    name: str,
    rows: list[ClosedMonth],
    pay: Mapping[int, list[tuple[int, str, int]]],
    ends: tuple[int, int],
) -> Line:
    """A place's numbers over its counties: for a city their sum, below a county what the county's report says."""
    counties = [row.region_id for row in rows if ends[0] <= row.region_id <= ends[1]]
    numbers: Counter[str] = Counter()
    for place in counties or [code]:
        numbers.update(_numbers(rows, place))
    for row in rows:
        for place, kind, fen in pay.get(row.pk, ()):
            if ends[0] <= place <= ends[1]:
                numbers["fen"] += fen
                numbers["adjusted"] += fen if kind != LineKind.REGULAR else 0
    return Line(code, name, dict(numbers))


def lines_below(
    region: Region,
    rows: list[ClosedMonth],
    pay: Mapping[int, list[tuple[int, str, int]]],
    names: Mapping[str, str],
) -> list[Line]:
    """The places one level down; of a village its posts."""
    if region.level >= Level.VILLAGE:
        return _posts(region, rows)
    if region.level <= Level.CITY:
        places = [(row.region_id, row.region.name, Level.COUNTY) for row in rows]
    else:
        level = Level(region.level + 1)
        span = 10**3 if level == Level.TOWNSHIP else 1
        codes = {int(code) for code in names} | {int(code) for row in rows for code in row.report["places"]}
        inside = sorted(c for c in codes if region.code < c <= region.code_end and c % span == 0)
        if level == Level.VILLAGE:
            inside = [code for code in inside if code % 1000]
        else:
            inside = [code for code in inside if code // 1000 % 1000]
        known = names or _known(inside)
        places = [(code, known.get(str(code), str(code)), level) for code in inside]
    return [
        line_of(code, names.get(str(code), name), rows, pay, (code, subtree_end(code, level)))
        for code, name, level in places
    ]


def _known(codes: list[int]) -> dict[str, str]:
    """Names for months closed before names were frozen."""
    return {
        str(code): name for code, name in Region.objects.filter(code__in=codes).values_list("code", "name")
    }


def _posts(region: Region, rows: list[ClosedMonth]) -> list[Line]:
    """A village's posts by their role, without the holders' names."""
    results = QuotaResult.objects.filter(closed__in=rows, appointment__region=region.code)
    return [
        Line(
            row.appointment_id,
            Role(row.appointment.role).label,
            {
                "posts": 1,
                "met": int(row.met),
                "expected": row.expected,
                "submitted": row.submitted,
                "on_time": row.on_time,
                "confirmed": row.confirmed,
            },
        )
        for row in results.select_related("appointment").order_by("appointment_id", "rule_id")
    ]


def kinds_of(rows: list[ClosedMonth], region: Region) -> dict[str, dict[str, int]]:
    """Numbers by kind of need."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        code = row.region_id if region.level < Level.COUNTY else region.code
        for kind, numbers in row.report.get("kinds", {}).get(str(code), {}).items():
            found[kind].update(numbers)
    return {kind: dict(numbers) for kind, numbers in sorted(found.items())}


def counties_missing(region: Region, rows: list[ClosedMonth]) -> tuple[str, ...]:
    """The counties of a city, in force, without a closed month."""
    if region.level >= Level.COUNTY:
        return ()
    inside = Region.objects.filter(code__gte=region.code, code__lte=region.code_end, level=Level.COUNTY)
    rest = inside.filter(valid_to=None).exclude(code__in=[row.region_id for row in rows])
    return tuple(rest.order_by("code").values_list("name", flat=True))
