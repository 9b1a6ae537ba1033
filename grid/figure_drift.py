"""Where kept sums and rows differ: one comparison for `audit` over everything and for the nightly recount of a slice.

A place whose marks wait is being brought in line; it is looked at the next time.
"""

from collections.abc import Sequence
from typing import Any

from accounts.invariants import rows
from grid.figure_enums import FigureSource
from grid.figure_sources import (
    COUNTY,
    OF_ROWS,
    OF_VILLAGES,
    PARAMS,
    SOURCES,
    VILLAGE_COLUMNS,
    VILLAGE_COUNTY,
    VILLAGE_ROW,
    VILLAGE_ROWS,
    Source,
)

ALL = (0, 10**12)
Span = tuple[int, int]
Row = tuple[Any, ...]
MARKED = """EXISTS (SELECT FROM grid_figuremark m WHERE m.source = %(source)s
  AND m.region / 1000000 = {0} / 1000000)"""
BASE = f"""(f.month <> %(all_time)s OR f.source = 'village') AND {OF_ROWS.format("f.region")}"""
"""SQL: the sums that come from rows, of counties and their months; all others are sums of these."""

_COMPARED = """
SELECT coalesce(c.region, k.region), coalesce(c.month, k.month), coalesce(c.part, k.part), {counted}, {kept}
FROM ({select}) c
FULL JOIN (
  SELECT f.* FROM grid_figure f WHERE f.source = %(source)s AND {base} AND f.region BETWEEN %(low)s AND %(high)s) k
  ON k.region = c.region AND k.month = c.month AND k.part = c.part
WHERE ({counted}) IS DISTINCT FROM ({kept}) AND NOT {marked}
ORDER BY 1, 2, 3"""

_VILLAGES = """
SELECT coalesce(c.village, k.village), {counted}, {kept} FROM ({select}) c
FULL JOIN (SELECT * FROM grid_villagefigure WHERE village BETWEEN %(low)s AND %(high)s) k ON k.village = c.village
WHERE ({counted}) IS DISTINCT FROM ({kept}) AND NOT {marked}
ORDER BY 1"""

SPREAD = """SELECT place AS region, source, m AS month, part, {sums}
FROM (SELECT f.* FROM grid_figure f WHERE {base} AND f.region BETWEEN %(low)s AND %(high)s) f,
  LATERAL (VALUES (region), (nullif(region / 100000000 * 100000000, region)),
    (nullif(region / 10000000000 * 10000000000, region / 100000000 * 100000000))) p (place),
  LATERAL (VALUES (month), (nullif(%(all_time)s::date, month))) t (m)
WHERE place IS NOT NULL AND m IS NOT NULL {more}
GROUP BY 1, 2, 3, 4"""
COLUMNS = [name for source in SOURCES.values() for name in source.names] + VILLAGE_COLUMNS


def selected(source: Source, span: Span) -> str:
    """SQL: the sums by county of the rows inside a range of codes, or of all."""
    where = ["s.seq <= %(sealed)s"] if source.name == FigureSource.FORM else []
    if span == ALL:
        return source.of_all(where=" AND ".join(where))
    by_county = f"{source.county} BETWEEN %(low)s / {COUNTY} AND %(high)s / {COUNTY}"
    where.append(by_county if source.county else f"{source.region} BETWEEN %(low)s AND %(high)s")
    return source.select(source.county_place, where=" AND ".join(where))


def selected_villages() -> str:
    """SQL: the sums over the kept villages by county."""
    where = "v.village BETWEEN %(low)s AND %(high)s"
    return OF_VILLAGES.format(place=VILLAGE_COUNTY, join="", where=where)


def of_counties(source: str, sealed: int, span: Span = ALL) -> list[Row]:
    """Region, month, part, then the counted and the kept sums, of every county's month that differs."""
    is_village = source == FigureSource.VILLAGE
    names = VILLAGE_COLUMNS if is_village else SOURCES[source].names
    sql = _COMPARED.format(
        select=selected_villages() if is_village else selected(SOURCES[source], span),
        base=BASE,
        marked=MARKED.format("coalesce(c.region, k.region)"),
        counted=_row("c", names),
        kept=_row("k", names),
    )
    return rows(sql, _params(span, source=source, sealed=sealed))


def of_villages(span: Span = ALL) -> list[Row]:
    """Village, then the counted and the kept numbers, of every village that differs."""
    inside = "" if span == ALL else "AND {0} BETWEEN %(low)s AND %(high)s"
    narrowed = {"needs": "n.region_id", "homes": "h.region_id", "regions": "r.code"}
    sql = _VILLAGES.format(
        select=VILLAGE_ROWS.format(**{name: inside.format(column) for name, column in narrowed.items()}),
        marked=MARKED.format("coalesce(c.village, k.village)"),
        counted=_row("c", VILLAGE_ROW),
        kept=_row("k", VILLAGE_ROW),
    )
    return rows(sql, _params(span, source=FigureSource.VILLAGE.value))


def of_spread(span: Span = ALL) -> list[Row]:
    """Region, source, month, part of every higher sum that is not the sum of its counties'."""
    spread = SPREAD.format(base=BASE, more="", sums=", ".join(f"sum({name}) AS {name}" for name in COLUMNS))
    sql = f"""SELECT region, source, month, part FROM ({spread}) c
      FULL JOIN (SELECT * FROM grid_figure WHERE region BETWEEN %(low)s AND %(high)s) k
      USING (region, source, month, part)
      WHERE ({_row("c", COLUMNS)}) IS DISTINCT FROM ({_row("k", COLUMNS)}) ORDER BY 1, 2, 3, 4"""  # noqa: S608
    return rows(sql, _params(span))


def _row(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"coalesce({alias}.{name}, 0)" for name in names)


def _params(span: Span, **more: Any) -> dict[str, Any]:
    return {**PARAMS, "low": span[0], "high": span[1], **more}
