"""The figures of a region and of the places below it: from the sums for counties and above, live below them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from accounts.enums import Level, Verb
from accounts.models import Region
from accounts.permissions import grants
from accounts.queries import children_of, path_of
from accounts.regions import LEVEL_DIGITS
from fupin.lib.clock import add_months, month_of, today
from grid.figure_enums import AreaKind, FigureSource
from grid.figure_sources import COUNTY, OF_VILLAGES, PARAMS, SOURCES, VILLAGE_COLUMNS, Source
from grid.figure_totals import MATCH_TARGET, Board, Place, Totals, together
from grid.models import AreaNumber, FigureState, VillageFigure
from grid.models.figure import ALL_TIME

MAX_CHILDREN = 120
MONTHS_SHOWN = 12
STOCK = "+"
"""Marks what stands at the end of a month, beside what came in it."""
COLUMNS = [name for source in SOURCES.values() for name in source.names] + VILLAGE_COLUMNS
FLOWS = ("need", "gift", "clock", "form", "household")
STOCKS = ("household", "post")


def report_regions(user: Any) -> list[Region]:
    """The regions whose figures this person reads, the highest first."""
    codes = {row.low for row in grants(user).of(Verb.REPORT)}
    return list(Region.objects.filter(code__in=codes).order_by("level", "code"))


def board(region: Region, month: date | None = None) -> Board:
    """The region and its children, of one month or of all time; six queries at most."""
    children = list(children_of(region)[:MAX_CHILDREN])
    totals = totals_of([region, *children], month)
    if region.level >= Level.TOWNSHIP:
        totals = _live(region, month, Level.VILLAGE)
        totals[region.code] = together(list(totals.values()))
    elif children and children[0].level >= Level.TOWNSHIP:
        totals = _live(region, month, Level.TOWNSHIP) | totals
    numbers = _numbers(region, month or month_of(today()))
    below = [_place(child, totals, numbers) for child in children]
    own = _place(region, totals, numbers, below)
    state = FigureState.objects.first()
    return Board(region, month, own, below, state.counted_at if state else None, series(region, month))


def country(month: date | None = None) -> Board:
    """All provinces together; the region has no code."""
    nation = Region(code=0, name="全国", level=0)
    provinces = list(children_of(None)[:MAX_CHILDREN])
    totals = totals_of(provinces, month)
    numbers = list(AreaNumber.objects.filter(region__level=Level.PROVINCE).select_related("region"))
    below = [_place(province, totals, numbers) for province in provinces]
    own = Place(nation, together(totals.values()))
    state = FigureState.objects.first()
    along = _series([province.code for province in provinces], month)
    return Board(nation, month, own, below, state.counted_at if state else None, along)


def totals_of(regions: Sequence[Region], month: date | None) -> dict[int, Totals]:
    """The kept sums of those regions that have them (county and above), in one query."""
    codes = [region.code for region in regions if region.level <= Level.COUNTY]
    if not codes:
        return {}
    names = ", ".join(COLUMNS)
    sums = ", ".join(f"sum({name})::bigint" for name in COLUMNS)
    rows = _rows(
        f"""SELECT region, source, part, {names} FROM grid_figure
            WHERE region = ANY(%(codes)s) AND source = ANY(%(flows)s) AND month = %(month)s
            UNION ALL SELECT region, source, part, {names} FROM grid_figure
            WHERE region = ANY(%(codes)s) AND source = 'village' AND month = %(all_time)s
            UNION ALL SELECT region, '+' || source, part, {sums} FROM grid_figure
            WHERE region = ANY(%(codes)s) AND source = ANY(%(stocks)s)
              AND month > %(all_time)s AND month <= %(until)s GROUP BY 1, 2, 3""",  # noqa: S608
        codes=codes,
        flows=list(FLOWS),
        stocks=list(STOCKS),
        month=month or ALL_TIME,
        until=month or month_of(today()),
    )
    return _collected(rows)


def _live(region: Region, month: date | None, level: int) -> dict[int, Totals]:
    """The sums of every place of `level` inside the region, counted from the rows in one statement.

    Townships: the region is a county, whose number the statement names, so that the planner knows its size.
    """
    span = 10 ** (12 - LEVEL_DIGITS[level])
    county = level == Level.TOWNSHIP
    parts = [_live_part(SOURCES[name], span, month, county=county) for name in FLOWS]
    parts += [_live_part(SOURCES[name], span, month, stock=True) for name in STOCKS]
    villages = OF_VILLAGES.format(
        place=f"v.village / {span} * {span}", join="", where="v.village BETWEEN %(low)s AND %(high)s"
    )
    parts.append(_padded(FigureSource.VILLAGE, villages, VILLAGE_COLUMNS))
    rows = _rows(
        " UNION ALL ".join(parts),
        low=region.code,
        high=region.code_end,
        county=region.code // COUNTY,
        since=month,
        until=add_months(month or month_of(today()), 1),
    )
    return _collected(rows)


def _live_part(
    source: Source, span: int, month: date | None, *, stock: bool = False, county: bool = False
) -> str:
    where = f"{source.region} BETWEEN %(low)s AND %(high)s"
    tables = source.inside if county else ""
    if county and source.county:
        where = f"{source.county} = %(county)s"
    if stock:
        where += " AND " + source.between("", "%(until)s::date")
    elif month:
        where += " AND " + source.between("%(since)s::date", "%(until)s::date")
    place = f"({source.region}) / {span} * {span}"
    select = source.select(place, where=where, by_month=False, tables=tables)
    return _padded((STOCK if stock else "") + source.name, select, source.names)


def _padded(name: str, select: str, own: Sequence[str]) -> str:
    """The statement as rows of all columns."""
    columns = ", ".join(column if column in own else "NULL::bigint" for column in COLUMNS)
    return f"SELECT region, '{name}', part, {columns} FROM ({select}) q"  # noqa: S608


def series(region: Region, month: date | None) -> list[tuple[date, Totals]]:
    """Needs and gifts of the twelve months up to this one, the oldest first; one query."""
    return _series([region.code], month, None if region.level <= Level.COUNTY else region)


def _series(codes: list[int], month: date | None, live: Region | None = None) -> list[tuple[date, Totals]]:
    last = month or month_of(today())
    first = add_months(last, 1 - MONTHS_SHOWN)
    params: dict[str, Any] = {"since": first, "until": add_months(last, 1)}
    if live is None:
        sums = ", ".join(f"sum({name})::bigint" for name in COLUMNS)
        sql = f"""SELECT month, source, '', {sums} FROM grid_figure
            WHERE region = ANY(%(codes)s) AND source IN ('need', 'gift') AND month >= %(since)s AND month < %(until)s
            GROUP BY 1, 2"""  # noqa: S608
        rows = _rows(sql, codes=codes, **params)
    else:
        rows = _rows(
            " UNION ALL ".join(_live_series(SOURCES[name]) for name in ("need", "gift")),
            low=live.code,
            high=live.code_end,
            **params,
        )
    found = _collected(rows)
    months = [add_months(first, number) for number in range(MONTHS_SHOWN)]
    return [(day, found.get(day, Totals())) for day in months]


def _live_series(source: Source) -> str:
    where = f"{source.region} BETWEEN %(low)s AND %(high)s AND " + source.between(
        "%(since)s::date", "%(until)s::date"
    )
    columns = ", ".join(
        f"sum({name})::bigint" if name in source.names else "NULL::bigint" for name in COLUMNS
    )
    return f"""SELECT month, '{source.name.value}', '', {columns} FROM ({source.select("0", where=where)}) q
        GROUP BY 1"""  # noqa: S608


def neglected_in(region: Region, limit: int) -> list[tuple[Region, VillageFigure]]:
    """Villages with published needs of which none has a living helper, those with the most open needs first."""
    found = VillageFigure.objects.filter(
        village__gte=region.code, village__lte=region.code_end, needs__gt=0, helped=0
    )
    rows = list(found.order_by("-waiting", "village")[:limit])
    names = Region.objects.select_related("parent").in_bulk([row.village for row in rows])
    return [(names[row.village], row) for row in rows if row.village in names]


def _numbers(region: Region, month: date) -> list[AreaNumber]:
    """What offices above, at and inside the region have set and what holds in that month, oldest first."""
    chain = [place.code for place in path_of(region.code)]
    rows = AreaNumber.objects.filter(valid_from__lte=month).order_by("valid_from")
    above = rows.filter(region__in=chain)
    inside = rows.filter(region__gte=region.code, region__lte=region.code_end)
    return list((above | inside).select_related("region"))


def _place(
    region: Region, totals: dict[int, Totals], numbers: list[AreaNumber], children: Sequence[Place] = ()
) -> Place:
    """With the target of the nearest office, and the poor households: its own number, else that of all children."""
    target = MATCH_TARGET
    homes = None
    for row in sorted(numbers, key=lambda row: (row.region.level, row.valid_from)):
        if row.kind == AreaKind.MATCH_RATE and row.region.code <= region.code <= row.region.code_end:
            target = row.value
        elif row.kind == AreaKind.POOR_HOMES and row.region_id == region.code:
            homes = row.value
    if homes is None and children and all(child.poor_homes is not None for child in children):
        homes = sum(child.poor_homes or 0 for child in children)
    return Place(region, totals.get(region.code, Totals()), target, homes)


def _collected(rows: Iterable[tuple[Any, ...]]) -> dict[Any, Totals]:
    found: dict[Any, Totals] = defaultdict(Totals)
    for place, source, part, *values in rows:
        found[place].add(source, part, dict(zip(COLUMNS, values, strict=True)))
    return dict(found)


def _rows(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**PARAMS, **params})
        return cursor.fetchall()


def figure(region: Region, month: date | None, source: str, column: str, part: str = "") -> int:
    """One sum of a region; one query."""
    if region.level >= Level.TOWNSHIP:
        totals = together(list(_live(region, month, Level.VILLAGE).values()))
    else:
        totals = totals_of([region], month).get(region.code, Totals())
    return totals.sum(source, column, part or None)
