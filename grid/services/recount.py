"""Counting the figures anew, a slice of the counties each night: a difference is reported, recorded and mended.

The sweep keeps the figures (`grid.services.figures`); this finds what no trigger saw: a restored table, a hand in the
database. It is the same one writer.
"""

import logging
from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Region
from accounts.services import audit
from fupin.lib.clock import ZONE, now
from grid import figure_drift
from grid.figure_drift import Span
from grid.figure_enums import FigureSource
from grid.figure_sources import OF_ROWS, PARAMS, SOURCES, VILLAGE_COLUMNS, VILLAGES
from grid.models import FigureState
from grid.services import figures

NIGHT = range(1, 6)
"""The hours in China in which the beat recounts."""
SLICE = 100
"""Counties a night: all of China in a month."""
log = logging.getLogger(__name__)


def recount_due(*, at: datetime | None = None) -> int:
    """Once a night the next slice of the counties, in the order of their codes; returns how many differences it mended.

    A second writer leaves it to the first; before the very first count there is nothing to compare.
    """
    moment = (at or now()).astimezone(ZONE)
    if moment.hour not in NIGHT:
        return 0
    with transaction.atomic():
        if not figures.is_writer():
            return 0
        state = FigureState.objects.first()
        if state is None or state.recounted_on == moment.date():
            return 0
        codes = _slice(state.recounted_to)
        found = sum(mend((code, code + 999_999)) for code in codes)
        found += sum(
            _mend_spread(province) for province in sorted({code // 10**10 * 10**10 for code in codes})
        )
        last = codes[-1] if len(codes) == SLICE else 0
        FigureState.objects.update(recounted_on=moment.date(), recounted_to=last)
    return found


def recount(region: Region) -> int:
    """Compare and mend everything inside a region now; returns how many sums differed. Waits for a running sweep."""
    with transaction.atomic():
        figures.wait_to_write()
        found = mend((region.code, region.code_end))
        return found + _mend_spread(region.code // 10**10 * 10**10)


def mend(span: Span) -> int:
    """Bring the sums of the counties in a range of codes in line with their rows; returns how many differed.

    Call it as the one writer, in a transaction, and bring what stands above them in line afterwards.
    """
    state = FigureState.objects.first()
    if state is None:
        return 0
    figures.without_limit()
    differing: dict[tuple[int, str], int] = defaultdict(int)
    villages = [row[0] for row in figure_drift.of_villages(span)]
    for village in villages:
        differing[village // 10**6 * 10**6, "village rows"] += 1
    if villages:
        _run("DELETE FROM grid_villagefigure WHERE village = ANY(%(codes)s)", codes=villages)
        only = {"needs": "n.region_id", "homes": "h.region_id", "regions": "r.code"}
        _run(
            VILLAGES.format(**{name: f"AND {column} = ANY(%(codes)s)" for name, column in only.items()}),
            codes=villages,
        )
    for source in FigureSource.values:
        for region, *_ in list(figure_drift.of_counties(source, state.sealed, span)):
            differing[region, source] += 1
    for county, source in sorted(differing):
        if source in FigureSource.values:
            _count_county(county, source, state.sealed)
    _report(differing)
    return sum(differing.values())


def _slice(after: int) -> list[int]:
    """The next places whose sums come from rows: counties, and cities without any."""
    found = _run(
        f"""SELECT code FROM accounts_region r WHERE level IN (2, 3) AND code > %(after)s AND {OF_ROWS.format("r.code")}
            ORDER BY code LIMIT %(most)s""",  # noqa: S608
        after=after,
        most=SLICE,
    )
    return [code for (code,) in found]


def _count_county(county: int, source: str, sealed: int) -> None:
    """Write the sums of one county and source as its rows give them."""
    is_village = source == FigureSource.VILLAGE
    names = VILLAGE_COLUMNS if is_village else SOURCES[source].names
    span = (county, county + 999_999)
    select = figure_drift.selected_villages() if is_village else figure_drift.selected(SOURCES[source], span)
    params = {"low": span[0], "high": span[1], "source": source, "sealed": sealed}
    _run(
        f"DELETE FROM grid_figure f WHERE f.source = %(source)s AND f.region = %(low)s AND {figure_drift.BASE}",  # noqa: S608
        **params,
    )
    _run(
        f"""INSERT INTO grid_figure (region, source, month, part, {", ".join(names)})
            SELECT region, %(source)s, month, part, {", ".join(names)} FROM ({select}) c""",  # noqa: S608
        **params,
    )


def _mend_spread(province: int) -> int:
    """Write the sums of a province, its cities and all time anew where one differs; returns how many did."""
    span = (province, province + 10**10 - 1)
    differing: dict[tuple[int, str], int] = defaultdict(int)
    for region, source, *_ in figure_drift.of_spread(span):
        differing[region, source] += 1
    if differing:
        names = figure_drift.COLUMNS
        params = {"low": span[0], "high": span[1]}
        _run(
            f"""DELETE FROM grid_figure f WHERE f.region BETWEEN %(low)s AND %(high)s
                AND NOT ({figure_drift.BASE})""",  # noqa: S608
            **params,
        )
        sums = ", ".join(f"sum({name})::bigint AS {name}" for name in names)
        above = figure_drift.SPREAD.format(
            base=figure_drift.BASE, sums=sums, more="AND (place, m) <> (region, month)"
        )
        _run(
            f"INSERT INTO grid_figure (region, source, month, part, {', '.join(names)}) {above}",
            **params,
        )
        _report(differing)
    return sum(differing.values())


def _report(differing: dict[tuple[int, str], int]) -> None:
    """Say it in the log and keep it in the audit trail, by place."""
    by_place: dict[int, dict[str, int]] = defaultdict(dict)
    for (code, source), count in sorted(differing.items()):
        by_place[code][source] = count
    regions = Region.objects.in_bulk(by_place)
    for code, counts in by_place.items():
        log.error("figures of %s differed from the rows and were counted anew: %s", code, counts)
        if code in regions:
            audit.record(
                actor=None,
                action="figures.mend",
                obj=regions[code],
                region_code=code,
                changes={"sums": counts},
            )


def _run(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**PARAMS, **params})
        return cursor.fetchall() if cursor.description else []
