"""The leaders' figures never drift: what is kept equals what the rows say."""

from collections.abc import Iterator

from accounts.invariants import Found, invariant, rows
from grid.figure_enums import FigureSource
from grid.figure_sources import OF_ROWS, OF_VILLAGES, PARAMS, SOURCES, VILLAGE_COLUMNS, VILLAGE_COUNTY
from grid.models import FigureState

# A county whose marks wait is being brought in line; its sums are looked at the next time.
_COMPARED = """
SELECT coalesce(c.region, k.region), coalesce(c.month, k.month), coalesce(c.part, k.part), {counted}, {kept}
FROM ({select}) c
FULL JOIN (
  SELECT f.* FROM grid_figure f WHERE f.source = %(source)s AND {months} AND {is_county}) k
  ON k.region = c.region AND k.month = c.month AND k.part = c.part
WHERE ({zeroed}) IS DISTINCT FROM ({kept})
  AND NOT EXISTS (SELECT FROM grid_figuremark m WHERE m.source = %(source)s
                  AND m.region / 1000000 = coalesce(c.region, k.region) / 1000000)
ORDER BY 1, 2, 3"""


@invariant("figures-rows", "领导看板的每个县、每个月的数字等于逐条清点的结果")
def counties() -> Iterator[Found]:
    state = FigureState.objects.first()
    if state is None:
        return
    for source in SOURCES.values():
        where = "s.seq <= %(sealed)s" if source.name == FigureSource.FORM else ""
        select = source.select(source.county_place, where=where)
        yield from _compared(source.name, source.names, select, state.sealed)
    villages = OF_VILLAGES.format(place=VILLAGE_COUNTY, join="", where="true")
    yield from _compared(FigureSource.VILLAGE, VILLAGE_COLUMNS, villages, state.sealed)


def _compared(source: str, names: list[str], select: str, sealed: int) -> Iterator[Found]:
    is_village = source == FigureSource.VILLAGE
    sql = _COMPARED.format(
        select=select,
        counted=_row("c", names),
        kept=_row("k", names),
        zeroed=_row("c", names),
        months="true" if is_village else "f.month <> %(all_time)s",
        is_county=OF_ROWS.format("f.region"),
    )
    for region, month, part, *numbers in rows(sql, {**PARAMS, "source": source, "sealed": sealed}):
        half = len(names)
        yield "grid_figure", f"{region} {source} {month:%Y-%m} {part}", numbers[:half], numbers[half:]


def _row(alias: str, names: list[str]) -> str:
    return ", ".join(f"coalesce({alias}.{name}, 0)" for name in names)


@invariant("figures-spread", "市、省和累计的数字等于各县各月之和")
def spread() -> Iterator[Found]:
    names = [name for source in SOURCES.values() for name in source.names] + VILLAGE_COLUMNS
    for region, source, month, part in rows(
        f"""SELECT region, source, month, part FROM (
              SELECT place AS region, source, m AS month, part, {", ".join(f"sum({name}) AS {name}" for name in names)}
              FROM (SELECT f.* FROM grid_figure f
                    WHERE (f.month <> %(all_time)s OR f.source = 'village') AND {OF_ROWS.format("f.region")}) f,
                LATERAL (VALUES (region), (nullif(region / 100000000 * 100000000, region)),
                  (nullif(region / 10000000000 * 10000000000, region / 100000000 * 100000000))) p (place),
                LATERAL (VALUES (month), (nullif(%(all_time)s::date, month))) t (m)
              WHERE place IS NOT NULL AND m IS NOT NULL
              GROUP BY 1, 2, 3, 4) c
            FULL JOIN grid_figure k USING (region, source, month, part)
            WHERE ({_row("c", names)}) IS DISTINCT FROM ({_row("k", names)}) ORDER BY 1, 2, 3, 4""",  # noqa: S608
        PARAMS,
    ):
        yield "grid_figure", f"{region} {source} {month:%Y-%m} {part}", "the sum of its counties", "another"
