import threading

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts.models import AuditEntry, AuditSeal
from accounts.services import audit
from accounts.services.reveal import reveal
from fupin.lib.append_only import guarded_tables
from fupin.lib.errors import InvalidInput, NotAllowed
from tests import factories

GUARDED = {
    "grid_cluestep",
    "grid_assignmentstep",
    "grid_problemstep",
    "grid_subsidyline",
    "grid_reviewmeeting",
    "accounts_auditentry",
    "accounts_auditseal",
    "needs_needreview",
    "donors_transfer",
    "donors_pledgestep",
    "donors_adoptionstep",
    "donors_casestep",
    "donors_hoursentry",
    "donors_statementmatch",
}

# The same trigger; a single gift that arrives writes no row there.
ROWS_ELSEWHERE = {
    "donors_adoptionstep",
    "donors_casestep",
    "donors_hoursentry",
    "donors_statementmatch",
    "grid_cluestep",
    "grid_assignmentstep",
    "grid_problemstep",
    "grid_subsidyline",
    "grid_reviewmeeting",
}


@pytest.mark.django_db
def test_append_only_tables_carry_their_triggers():
    assert guarded_tables() == GUARDED


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(GUARDED - ROWS_ELSEWHERE))
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_append_only_rows_can_not_be_changed_by_sql(people, donor, table, statement):
    factories.charity_account()
    factories.received_pledge(donor, factories.published_need(people), people)
    audit.seal()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0
        column = connection.introspection.get_primary_key_column(cursor, table)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement.format(table, column, column))


@pytest.mark.django_db
def test_truncate_is_refused_outside_tests(people):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL fupin.allow_truncate = 'off'")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE accounts_auditentry CASCADE")


@pytest.mark.django_db
def test_seals_link_every_entry_in_order(people):
    count = AuditEntry.objects.count()
    assert (audit.seal(), audit.seal()) == (count, 0)
    previous = audit.GENESIS
    for number, seal in enumerate(AuditSeal.objects.select_related("entry").order_by("seq"), start=1):
        assert (seal.seq, seal.prev_hash, seal.hash) == (
            number,
            previous,
            audit.entry_hash(previous, seal.entry),
        )
        previous = seal.hash


@pytest.mark.django_db(transaction=True)
def test_parallel_sealers_make_one_line():
    person = factories.user("测试")
    for _ in range(40):
        audit.record(actor=person, action="test.deed", obj=person)

    def seal() -> None:
        try:
            audit.seal(limit=7)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=seal) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while audit.seal():
        pass
    assert list(AuditSeal.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 41))


@pytest.mark.django_db
def test_revealing_a_secret_needs_right_and_reason_and_leaves_a_row(people):
    home = factories.household(people.village)
    where = home.region_id
    with pytest.raises(NotAllowed):
        reveal(home, "phone", actor=people.village, region_code=where, reason="联系送货")
    with pytest.raises(InvalidInput):
        reveal(home, "phone", actor=people.county, region_code=where, reason=" ")
    shown = reveal(home, "phone", actor=people.county, region_code=where, reason="核对联系电话")
    row = AuditEntry.objects.get(action="secret.reveal")
    assert shown.startswith("+861990000")
    assert (row.changes, row.reason, row.actor) == ({"field": "phone"}, "核对联系电话", people.county)
    assert shown[3:] not in str(AuditEntry.objects.values())
