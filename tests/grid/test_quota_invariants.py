"""The invariants of closed months: true data hold them, and each notices its own kind of damage."""

import pytest
from django.db import connection

from accounts.invariants import REGISTRY
from fupin.lib.clock import month_of
from grid import quota_invariants
from grid.services import months, subsidies
from tests.grid.test_months import county as county
from tests.grid.test_months import handed, month_back

pytestmark = pytest.mark.django_db
UPDATE_LINES = (
    "ALTER TABLE grid_subsidyline DISABLE TRIGGER USER; {}; ALTER TABLE grid_subsidyline ENABLE TRIGGER USER"
)


@pytest.fixture
def closed(people, county):
    """Two closed months, the second with a correction."""
    handed(people, month_back(2), 3, number=1)
    line = months.close(county, month_back(2)).subsidies.get()
    made = subsidies.contest(actor=people.village, line=line, text="少算了一条求助")
    subsidies.answer(actor=people.county, objection=made, text="属实，补发", correction_fen=1000)
    handed(people, month_back(1), 3, number=2)
    return months.close(county, month_back(1))


DAMAGE = {
    "month-sums": (
        "UPDATE grid_closedmonth SET inputs_hash = repeat('0', 64)",
        "UPDATE grid_quotaresult SET confirmed = confirmed + 1, submitted = submitted + 1",
    ),
    "subsidy-lines": (
        UPDATE_LINES.format("UPDATE grid_subsidyline SET fen = 9999 WHERE kind = 'regular'"),
        UPDATE_LINES.format("UPDATE grid_subsidyline SET fen = 2000 WHERE kind = 'correction'"),
        UPDATE_LINES.format("UPDATE grid_subsidyline SET kind = 'adjustment' WHERE kind = 'regular'"),
    ),
    "subsidy-whole": (UPDATE_LINES.format("UPDATE grid_subsidyline SET days = 32"),),
    "quota-needs": (
        "UPDATE grid_quotaresult SET needs = (SELECT min(needs::text)::jsonb FROM grid_quotaresult), submitted = 1",
        "UPDATE grid_quotaresult SET submitted = submitted + 1",
        "UPDATE needs_need SET submitted_at = submitted_at - interval '40 days'",
    ),
    "rates-apart": (
        "INSERT INTO grid_subsidyrate (region_id, name, role, fen, basis, valid_from, clause, made_by_id, made_at)"
        " SELECT region_id, name, role, fen, basis, valid_from + 40, clause, made_by_id, made_at FROM grid_subsidyrate",
    ),
}


def found(id):
    return list(REGISTRY[id].check())


def test_every_invariant_has_its_damage():
    ours = {id for id, check in REGISTRY.items() if check.check.__module__ == quota_invariants.__name__}
    assert set(DAMAGE) == ours


def test_true_months_hold_them(closed):
    assert closed.month == month_of(closed.month)
    assert [row for id in DAMAGE for row in found(id)] == []


@pytest.mark.parametrize(("id", "statement"), [(id, one) for id, some in DAMAGE.items() for one in some])
def test_damage_is_found(closed, id, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
    assert found(id)
