"""Keeping the figures: one writer counts again what the triggers marked. No business transaction waits for it.

A trigger lays a mark in the transaction that changes a row (grid/migrations, `FigureMark`); the sweep takes the marks
it can see by deleting them and counts their places anew from the rows themselves. A transaction that commits late
brings its mark along, so nothing is missed, whatever its number; a place counted twice gives the same sum.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from grid.figure_enums import FigureSource
from grid.figure_sources import (
    OF_ROWS,
    OF_VILLAGES,
    PARAMS,
    SOURCES,
    VILLAGE_COLUMNS,
    VILLAGE_COUNTY,
    VILLAGES,
    Source,
)
from grid.models import FigureState

WRITER_LOCK = 7_270_031  # any constant; names the one writer's advisory lock
MARKS_A_ROUND = 20_000
SEALS_A_ROUND = 100_000
Cell = tuple[int, date | None]

# The sums of county rows, spread over the county, its city and its province, and over the month and all time.
_SPREAD = """
SELECT place, %(source)s, m, part, {sums} FROM ({rows}) x,
  LATERAL (VALUES (region), (nullif(region / 100000000 * 100000000, region)),
                  (nullif(region / 10000000000 * 10000000000, region / 100000000 * 100000000))) p (place),
  LATERAL (VALUES (month), (nullif(%(all_time)s::date, month))) t (m)
WHERE place IS NOT NULL AND m IS NOT NULL
GROUP BY 1, 3, 4"""


def refresh(*, limit: int = MARKS_A_ROUND) -> int:
    """Count again what was marked; returns how many places. A second writer returns 0 and leaves it to the first.

    The very first round counts everything.
    """
    with transaction.atomic():
        if not is_writer():
            return 0
        if not FigureState.objects.exists():
            return _rebuild()
        cells = _taken(limit)
        for name, source in SOURCES.items():
            if cells[name]:
                _count_again(source.name, source.names, source.of_county(), cells[name], all_time=False)
        if cells[FigureSource.VILLAGE]:
            _count_villages([code for code, _ in cells[FigureSource.VILLAGE]])
        _add_forms()
        _run("UPDATE grid_figurestate SET counted_at = transaction_timestamp()")
        return sum(len(found) for found in cells.values())


def rebuild() -> int:
    """Count everything from the rows alone; returns how many sums there are. Waits for a running sweep."""
    with transaction.atomic():
        wait_to_write()
        return _rebuild()


def wait_to_write() -> None:
    """Become the one writer to the end of the transaction, after whoever is."""
    _run("SELECT pg_advisory_xact_lock(%(lock)s)", lock=WRITER_LOCK)


def without_limit() -> None:
    """Let the statements of this transaction take as long as they need."""
    _run("SET LOCAL statement_timeout = 0")


def is_writer() -> bool:
    """Become the one writer to the end of the transaction, where nobody is."""
    if "figures" in settings.TEST_SKIP_GUARDS:  # the twin of the race test
        return True
    return bool(_run("SELECT pg_try_advisory_xact_lock(%(lock)s)", lock=WRITER_LOCK)[0][0])


def _taken(limit: int) -> dict[str, list[Cell]]:
    """The places of the oldest visible marks by source, each once; the marks are gone."""
    if "marks" in settings.TEST_SKIP_GUARDS:
        rows = _taken_by_number(limit)
    else:
        rows = _run(
            """DELETE FROM grid_figuremark WHERE id IN (SELECT id FROM grid_figuremark ORDER BY id LIMIT %(limit)s)
               RETURNING source, region, month""",
            limit=limit,
        )
    cells: dict[str, list[Cell]] = defaultdict(list)
    for source, region, month in sorted(set(rows), key=str):
        cells[source].append((region, month))
    return cells


def _taken_by_number(limit: int) -> list[tuple[Any, ...]]:
    """What a watermark of ids would do: everything above the highest number seen. Only the twin test uses it."""
    seen = getattr(settings, "TEST_MARKS_SEEN", 0)
    rows = _run(
        "SELECT id, source, region, month FROM grid_figuremark WHERE id > %(seen)s ORDER BY id LIMIT %(limit)s",
        seen=seen,
        limit=limit,
    )
    settings.TEST_MARKS_SEEN = max([seen, *(row[0] for row in rows)])
    return [row[1:] for row in rows]


def _count_again(
    source: str, columns: Sequence[str], select: str, cells: Sequence[Cell], *, all_time: bool
) -> None:
    """Bring the sums of these counties in line; city and province move by the difference."""
    sums = ", ".join(f"sum({name})::bigint AS {name}" for name in columns)
    changed = " OR ".join(f"sum({name}) <> 0" for name in columns)
    known = "true" if all_time else "f.month <> %(all_time)s"
    rows = f"""
      SELECT region, month, part, {sums} FROM (
        {select}
        UNION ALL
        SELECT f.region, f.month, f.part, {", ".join(f"-f.{name}" for name in columns)}
        FROM grid_figure f JOIN d ON f.region = d.region AND f.source = %(source)s
        AND {known} AND (d.month IS NULL OR f.month = d.month)) y
      GROUP BY 1, 2, 3 HAVING {changed}"""  # noqa: S608
    _add(source, columns, rows, cells=cells)


def _add(
    source: str, columns: Sequence[str], rows: str, *, cells: Sequence[Cell] = (), **params: Any
) -> None:
    """Add the rows (region, month, part, sums), spread over their higher places, to what is kept."""
    names = ", ".join(columns)
    sums = ", ".join(f"sum({name})::bigint" for name in columns)
    added = ", ".join(f"{name} = grid_figure.{name} + excluded.{name}" for name in columns)
    _run(
        f"""WITH d AS (SELECT * FROM unnest(%(regions)s::bigint[], %(months)s::date[]) d (region, month)
                   WHERE {OF_ROWS.format("d.region")})
        INSERT INTO grid_figure (region, source, month, part, {names})
        {_SPREAD.format(sums=sums, rows=rows)}
        ON CONFLICT (region, source, month, part) DO UPDATE SET {added}""",  # noqa: S608
        source=source,
        regions=[code for code, _ in cells],
        months=[month for _, month in cells],
        **params,
    )


def _count_villages(codes: Sequence[int]) -> None:
    """Count these villages anew, then the sums over the villages of their counties."""
    _run("DELETE FROM grid_villagefigure WHERE village = ANY(%(codes)s)", codes=codes)
    narrowed = VILLAGES.format(
        needs="AND n.region_id = ANY(%(codes)s)",
        homes="AND h.region_id = ANY(%(codes)s)",
        regions="AND r.code = ANY(%(codes)s)",
    )
    _run(narrowed, codes=codes)
    counties = sorted({code // 10**6 * 10**6 for code in codes})
    select = OF_VILLAGES.format(
        place=VILLAGE_COUNTY, join=", d", where="v.village >= d.region AND v.village < d.region + 1000000"
    )
    cells: list[Cell] = [(county, None) for county in counties]
    _count_again(FigureSource.VILLAGE, VILLAGE_COLUMNS, select, cells, all_time=True)


def _add_forms() -> None:
    """Add what officers filed since the last round. Sealed entries never change and stand in one order."""
    top = _run(
        """SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM accounts_auditseal
           WHERE seq > (SELECT sealed FROM grid_figurestate) ORDER BY seq LIMIT %(limit)s) s""",
        limit=SEALS_A_ROUND,
    )[0][0]
    if top:
        source = SOURCES[FigureSource.FORM]
        since = "s.seq > (SELECT sealed FROM grid_figurestate) AND s.seq <= %(top)s"
        _add(source.name, source.names, source.select(source.county_place, where=since), top=top)
        _run("UPDATE grid_figurestate SET sealed = %(top)s", top=top)


def _rebuild() -> int:
    state = FigureState.objects.first()
    without_limit()
    _run("DELETE FROM grid_figuremark")
    _run("DELETE FROM grid_figure")
    _run("DELETE FROM grid_villagefigure")
    _run("DELETE FROM grid_figurestate")
    top = _run("SELECT coalesce(max(seq), 0) FROM accounts_auditseal")[0][0]
    for source in SOURCES.values():
        _fill(source, top)
    _run(VILLAGES.format(needs="", homes="", regions=""))
    select = OF_VILLAGES.format(place=VILLAGE_COUNTY, join="", where="true")
    _add(FigureSource.VILLAGE, VILLAGE_COLUMNS, select)
    _run(
        """INSERT INTO grid_figurestate (counted_at, sealed, recounted_on, recounted_to)
           VALUES (transaction_timestamp(), %(top)s, %(on)s, %(to)s)""",
        top=top,
        on=state.recounted_on if state else None,
        to=state.recounted_to if state else 0,
    )
    return int(_run("SELECT count(*) FROM grid_figure")[0][0])


def _fill(source: Source, top: int) -> None:
    where = "s.seq <= %(top)s" if source.name == FigureSource.FORM else ""
    _add(source.name, source.names, source.of_all(where=where), top=top)


def _run(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**PARAMS, **params})
        return cursor.fetchall() if cursor.description else []
