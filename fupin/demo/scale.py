"""A data set of national size for benches, made by set statements: the same rows for the same numbers, seed and day.

Adversarial on purpose (PERFORMANCE 10.4): one county holds a hundredth of everything, every ninth county stopped
two years ago and has hardly an open need, some kinds are rare, thousands of needs became public at the same
moment, and one
ago and has hardly an open need, some kinds are rare, thousands of needs became public at the same moment, and one
place in twenty is empty.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import Region
from fupin.demo import scale_sql
from fupin.lib.clock import ZONE, today
from fupin.lib.errors import Conflict, InvalidInput
from grid.services import figures

Say = Callable[[str], None]
LOADED = (
    "accounts_user",
    "accounts_appointment",
    "needs_household",
    "needs_need",
    "needs_needprogress",
    "needs_needreview",
    "donors_pledge",
    "donors_transfer",
    "donors_deliverycase",
    "grid_clock",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows; `seed` chooses another set, `ledger` leaves the transfers out when False."""

    needs: int
    pledges: int
    households: int
    seed: int = 1
    ledger: bool = True


def seed(size: Size, *, say: Say = lambda line: None) -> dict[str, int]:
    """Load the set on top of what there is; returns rows by table. All or nothing.

    Raises InvalidInput outside the demo and test modes, without regions or with impossible numbers, Conflict where
    such a set is loaded already.
    """
    _check(size)
    base = datetime.combine(today(), time(), ZONE)
    params: dict[str, Any] = {
        "needs": size.needs,
        "pledges": size.pledges,
        "homes": size.households,
        "seed": size.seed * 1000,
        "base": base,
        "donors": max(100, size.pledges // 20),
        "clocks": max(50, size.needs // 100),
    }
    made: dict[str, int] = {}
    with transaction.atomic(), connection.cursor() as cursor, _without_guards(cursor, say):
        for table, statement in scale_sql.statements(ledger=size.ledger):
            cursor.execute(statement, params)
            if table:
                made[table] = made.get(table, 0) + cursor.rowcount
                say(f"{table}: {cursor.rowcount:,}")
        for table in LOADED:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
            ) if table != "needs_needprogress" else None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("ANALYZE")
    say(f"figures: {figures.rebuild():,}")
    return made


def _check(size: Size) -> None:
    if not (settings.DEMO or settings.TESTING):
        raise InvalidInput("大数据集只能在 FUPIN_MODE=demo 或 test 时载入。", code="not_demo")
    if min(size.needs, size.households) < 1 or size.pledges < size.needs:
        raise InvalidInput("至少要 1 户、1 条求助，认领数不少于求助数。")
    if not Region.objects.filter(level=4).exists():
        raise InvalidInput("请先运行 manage.py load_regions 载入行政区划。", code="no_regions")
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM donors_pledge WHERE reference = 'SC0000000001')")
        if cursor.fetchone()[0]:
            raise Conflict("大数据集已经在库里。", code="seeded")


@contextmanager
def _without_guards(cursor: CursorWrapper, say: Say) -> Iterator[None]:
    """No triggers and foreign keys (where the role may) and no indexes but keys, while the rows go in."""
    cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'")
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    free = cursor.fetchone()[0]
    if free:
        cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(scale_sql.INDEXES, [list(LOADED)])
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
    for _, definition in indexes:
        cursor.execute(definition)
    say(f"indexes: {len(indexes)}")
    if free:
        cursor.execute("SET LOCAL session_replication_role = origin")
