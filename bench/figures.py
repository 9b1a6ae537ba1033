"""The leaders' dashboard on a national data set: queries a page, and our reads beside the bare SQL of the same sums.

`FUPIN_BENCH_NEEDS` sets the size (200 000; twice as many pledges, half as many households). A set that is loaded
already is used as it is.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Region, User
from accounts.services import appointments
from accounts.services.regions import load_regions
from donors.models import Pledge
from fupin.lib.clock import add_months, month_of, today
from fupin.lib.paging import keyset_page
from grid.models import Figure
from grid.queries import figures as queries
from grid.queries.figure_rows import BEHIND, newest
from needs.models import Need

NEEDS = int(os.environ.get("FUPIN_BENCH_NEEDS", "200000"))
MOST_QUERIES, MOST_TIMES, TURNS = 14, 3.0, 9
SUMS = ("grid_figure", "grid_villagefigure", "needs_need", "donors_pledge")


def main() -> None:
    """One line a region and month; then what the kept sums save."""
    _load()
    months = (None, month_of(today()), add_months(month_of(today()), -30))
    worst = 0.0
    for words, region in _regions():
        reader = _reader(region)
        for month in months:
            worst = max(worst, _show(words, region, month, reader))
    print(f"worst: {worst:.1f} x the bare SQL (most {MOST_TIMES:.0f})")
    for words, region in _regions():
        _lists(words, region)
    _saved()


def _lists(words: str, region: Region) -> None:
    """The first page of the lists behind three figures, beside the same page of the plain query."""
    for what in ("published", "open", "gifts"):
        rows = BEHIND[what].rows(region, None, "").order_by("-id")
        walked = _median(lambda: keyset_page(rows, order=("-id",), narrow=newest(region)))  # noqa: B023
        plain = _median(lambda: list(rows[:21]))  # noqa: B023
        print(f"{words:15} {what:9} first page {1000 * walked:7.1f} ms, plain {1000 * plain:7.1f} ms")


def _load() -> None:
    load_regions([], if_empty=True)
    if not Pledge.objects.filter(reference="SC0000000001").exists():
        sizes = {"needs": NEEDS, "pledges": 2 * NEEDS, "households": NEEDS // 2}
        began = time.perf_counter()
        call_command("seed_scale", verbosity=1, seed=1, **sizes)
        print(f"loaded in {time.perf_counter() - began:.0f} s")
    print(
        f"{Need.objects.count():,} needs, {Pledge.objects.count():,} pledges, {Figure.objects.count():,} sums"
    )


def _regions() -> Iterable[tuple[str, Region]]:
    """A province, a city, the biggest county, a common and an old one, and a township and a village with needs."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT county, count(*) FILTER (WHERE status = 'published') < 3 FROM needs_need GROUP BY 1
               HAVING count(*) > 20 ORDER BY count(*) DESC"""
        )
        counties = cursor.fetchall()
        cursor.execute("SELECT village FROM grid_villagefigure ORDER BY needs DESC LIMIT 1")
        village = cursor.fetchone()[0]
    open_ones = [county for county, is_old in counties if not is_old]
    common, old = open_ones[len(open_ones) // 2], next(county for county, is_old in counties if is_old)
    codes = {
        "province": common // 10**4 * 10**10,
        "city": common // 100 * 10**8,
        "biggest county": counties[0][0] * 10**6,
        "county": common * 10**6,
        "old county": old * 10**6,
        "township": village // 1000 * 1000,
        "village": village,
    }
    found = Region.objects.in_bulk(codes.values())
    return [(words, found[code]) for words, code in codes.items() if code in found]


def _reader(region: Region) -> Client:
    """Somebody who reads the figures of the region's province."""
    province = Region.objects.get(code=region.code // 10**10 * 10**10)
    name = f"看数{province.code}"
    person = User.objects.filter(name=name).first()
    if person is None:
        person = User.objects.create_user(f"198{province.code // 10**10:08d}", name=name)
        appointments.appoint(actor=None, user=person, role=Role.LEADER, region=province)
    client = Client()
    client.force_login(person, backend="accounts.backends.AccountBackend")
    return client


def _show(words: str, region: Region, month: date | None, client: Client) -> float:
    address = f"/dashboard/?region={region.code}" + (f"&month={month:%Y-%m}" if month else "")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as caught:
        queries.board(region, month)
    bare = [query["sql"] for query in caught if any(f"FROM {table}" in query["sql"] for table in SUMS)]

    def sql() -> None:
        with connection.cursor() as cursor:
            for statement in bare:
                cursor.execute(statement)
                cursor.fetchall()

    ratio = _ratio(lambda: queries.board(region, month), sql)
    count = len(asked)
    verdict = ("  TOO MANY" if count > MOST_QUERIES else "") + ("  TOO SLOW" if ratio > MOST_TIMES else "")
    when = f"{month:%Y-%m}" if month else "all time"
    print(f"{words:15} {when:9} {count:2} queries (most {MOST_QUERIES}), {ratio:.1f} x the bare SQL{verdict}")
    return ratio


def _ratio(ours: Callable[[], object], bare: Callable[[], object]) -> float:
    """The median of ours over the mean of the baselines before and after it."""
    ours(), bare()
    found = []
    before = _time(bare)
    for _ in range(TURNS):
        spent = _time(ours)
        after = _time(bare)
        found.append(spent / ((before + after) / 2))
        before = after
    return statistics.median(found)


def _time(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _saved() -> None:
    """The kept sums beside a live GROUP BY of the same province (PERFORMANCE, G11)."""
    province = Region.objects.filter(level=1).order_by("code")[17]
    kept = _median(lambda: queries.totals_of([province], None))

    def live() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT kind, status, count(*) FROM needs_need WHERE county BETWEEN %s AND %s GROUP BY 1, 2",
                [province.code // 10**6, province.code // 10**6 + 9999],
            )
            return cursor.fetchall()

    print(
        f"a province's sums: kept ones {_median(live) / kept:.0f} times as fast as a live count of its needs"
    )


def _median(work: Callable[[], object]) -> float:
    work()
    return statistics.median(_time(work) for _ in range(TURNS))
