"""`manage.py audit`: true data passes, and every invariant notices its own kind of damage."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import autodiscover_modules

from accounts.invariants import REGISTRY
from accounts.models import User
from accounts.services import audit, messages
from donors.enums import AccountChangeKind
from donors.models import Pledge
from donors.services import accounts, adoptions, certificates, matching, payouts, statements, steps
from donors.services.adoptions import AdoptionInput
from donors.services.dispatch import Dispatch
from donors.services.pledges import PledgeInput, pledge
from fupin.demo.pictures import picture
from fupin.lib.clock import shifted, today
from needs.models import Need
from needs.services import drafts, members, review
from needs.services.members import MemberInput
from tests import factories
from tests.donors import bank_files
from tests.factories import Staff

pytestmark = pytest.mark.django_db
autodiscover_modules("invariants")


@pytest.fixture
def world(people: Staff, donor: User) -> Need:
    """One need of money and one of goods with gifts that arrived, everything sealed and certified."""
    _renew_the_licence(people)
    need = factories.published_need(people)
    given = factories.received_pledge(donor, need, people)
    _bring_the_statement(people, given)
    offer = AdoptionInput(rhythm="month", months=6, amount_fen=100_00, first_on=today())
    adoptions.ask(actor=donor, need=need, content=offer)
    _pay_out(people, given)
    home = factories.household(people.village, name="李测试")
    child = MemberInput("李小测", "child", "none", sex="female", birth_year=2018, guardian="李测试")
    members.add(actor=people.village, household=home, content=child)
    goods = drafts.create_draft(actor=people.village, household=home, content=factories.goods_content(items=[
        drafts.ItemInput(name="棉被", unit="床", quantity=2)]))  # fmt: skip
    photo = drafts.add_photo(actor=people.village, need=goods, jpeg=picture("quilt", 1))
    review.submit(actor=people.village, need=goods)
    review.check(actor=people.township, need=goods, comment="已电话核对")
    review.approve(actor=people.county, need=goods, photos=[photo.pk])
    content = PledgeInput(form="goods", items={goods.items.get().pk: 1}, delivery="courier")
    made = pledge(actor=donor, need=goods, content=content, idempotency_key="goods")
    steps.ship(actor=donor, pledge=made, dispatch=Dispatch(courier="sf", tracking_number="TEST000001"))
    steps.receive(actor=people.village, pledge=made)
    certificates.issue_due()
    audit.seal()
    return need


def _renew_the_licence(people: Staff) -> None:
    account = factories.charity_account()
    values = {"licence": "新证", "licence_from": account.licence_from, "licence_to": account.licence_to}
    change = accounts.propose(
        actor=people.charity, kind=AccountChangeKind.LICENCE, values=values, note="换发证书", account=account
    )
    accounts.approve(actor=people.county, change=change)


def _pay_out(people: Staff, given: Pledge) -> None:
    """By a list of the bank, with the line that proves it."""
    factories.bank_account(people, given.need.household)
    payout = payouts.plan(actor=people.charity, pledges=[given]).payouts.get()
    _bring_the_statement(people, given, number=payout.number, yuan="-200.00")


def _bring_the_statement(people: Staff, given: Pledge, *, number: str = "", yuan: str = "200.00") -> None:
    account = given.charity_account
    assert account
    rows = bank_files.credits(account.number, (number or given.reference, yuan, "李爱心"), day=f"{today()}")
    source = io.BytesIO(bank_files.as_csv(rows))
    made = statements.upload(actor=people.charity, account=account, file_name="a.csv", source=source)
    statements.confirm(actor=people.charity, statement=made)
    matching.match_due()


def look(*options: str) -> tuple[int, dict[str, object]]:
    """Exit code and report of `audit --json`."""
    out = io.StringIO()
    try:
        call_command("audit", "--json", *options, stdout=out)
    except SystemExit as stop:
        return int(stop.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # pending checks would forbid ALTER TABLE
        cursor.execute(statement)


def unguarded(table: str, statement: str) -> None:
    """Damage an append-only table behind its triggers' back."""
    sql(f"ALTER TABLE {table} DISABLE TRIGGER USER; {statement}; ALTER TABLE {table} ENABLE TRIGGER USER")


def lose_photo() -> None:
    (name,) = Need.objects.filter(photos__isnull=False).values_list("photos__file", flat=True)
    (Path(settings.MEDIA_ROOT) / name).unlink()


def forget_to_seal() -> None:
    with shifted(timedelta(minutes=-11)):
        audit.record(actor=None, action="test.late", obj=Need.objects.all()[0])


def stick_a_message() -> None:
    with shifted(timedelta(minutes=-11)):
        messages.queue_sms(phone="19900000099", text="测试", dedup_key="stuck")


def record_a_phone() -> None:
    audit.record(actor=None, action="test.leak", obj=Need.objects.all()[0], changes={"phone": "19900000099"})


def end_village() -> None:
    """A merge that forgot to take along what was open."""
    end = f"UPDATE accounts_region SET valid_to = '2026-01-01', successor_id = {factories.VILLAGE_2}"
    sql(f"{end} WHERE code = {factories.VILLAGE}")


DAMAGE: dict[str, Callable[[], object]] = {
    "append-only": lambda: sql("ALTER TABLE donors_transfer DISABLE TRIGGER donors_transfer_append_only"),
    "audit-chain": lambda: unguarded("accounts_auditseal", "DELETE FROM accounts_auditseal WHERE seq = 3"),
    "audit-chain-full": lambda: unguarded(
        "accounts_auditentry",
        "UPDATE accounts_auditentry SET action = 'x' WHERE id IN (SELECT min(id) FROM accounts_auditentry)",
    ),
    "audit-sealed": forget_to_seal,
    "permissions-equal-posts": lambda: sql(
        "DELETE FROM accounts_regionpermission WHERE id IN (SELECT min(id) FROM accounts_regionpermission)"
    ),
    "posts-in-force": end_village,
    "needs-in-force": end_village,
    "posts-in-lattice": lambda: sql("UPDATE accounts_user SET is_active = false"),
    "outbox-moves": stick_a_message,
    "secrets-open": lambda: sql("UPDATE accounts_user SET phone = 'v1:k0:broken:broken'"),
    "audit-no-personal-data": record_a_phone,
    "needs-counters": lambda: sql(
        "ALTER TABLE needs_needprogress DROP CONSTRAINT need_never_over_pledged;"
        "UPDATE needs_needprogress SET pledged_fen = target_fen + 1 WHERE target_fen > 0"
    ),
    "needs-open": lambda: sql("UPDATE needs_needprogress SET is_open = NOT is_open"),
    "needs-consent": lambda: sql("UPDATE needs_consent SET withdrawn_at = now() WHERE kind = 'publish'"),
    "needs-gates": lambda: unguarded(
        "needs_needreview",
        "UPDATE needs_needreview r SET actor_id = c.actor_id FROM needs_needreview c"
        " WHERE c.need_id = r.need_id AND c.action = 'check' AND r.action = 'approve'",
    ),
    "needs-state": lambda: unguarded("needs_needreview", "UPDATE needs_needreview SET target = 'checked'"),
    "needs-no-personal-data": lambda: sql("UPDATE needs_need SET story = '请打电话 19900000099'"),
    "needs-photos": lose_photo,
    "needs-members": lambda: sql("UPDATE needs_household SET members = 1"),
    "needs-minors": lambda: sql("UPDATE needs_householdmember SET guardian = ''"),
    "needs-shared": lambda: sql("UPDATE needs_household SET phone_index = 'same'"),
    "ledger-money": lambda: sql(
        "UPDATE needs_needprogress SET delivered_fen = delivered_fen - 1 WHERE delivered_fen > 0"
    ),
    "ledger-items": lambda: sql("UPDATE needs_needitem SET received = 0"),
    "ledger-pledges": lambda: unguarded(
        "donors_transfer", "DELETE FROM donors_transfer WHERE source = 'open'"
    ),
    "pledge-helpers": lambda: sql("UPDATE needs_needprogress SET helpers = helpers + 1"),
    "pledge-steps": lambda: sql("UPDATE donors_pledge SET status = 'paid' WHERE form = 'money'"),
    "pledge-account": lambda: sql("UPDATE donors_charityaccount SET licence_to = '2020-12-31'"),
    "account-four-eyes": lambda: sql("UPDATE donors_charityaccount SET bank = '谁也没有同意过的支行'"),
    "payout-gifts": lambda: sql("UPDATE donors_payout SET state = 'planned'"),
    "payout-proofs": lambda: sql("UPDATE donors_payout SET amount_fen = amount_fen + 1"),
    "statement-lines": lambda: unguarded(
        "donors_statementmatch", "UPDATE donors_statementmatch SET amount_fen = amount_fen - 1"
    ),
    "statement-pledges": lambda: unguarded(
        "donors_statementmatch",
        "INSERT INTO donors_statementmatch (line_id, purpose, pledge_id, amount_fen, automatic, actor_id, note, at)"
        " SELECT line_id, purpose, pledge_id, amount_fen, automatic, actor_id, note, at FROM donors_statementmatch"
        " WHERE pledge_id IS NOT NULL",
    ),
    "hours-book": lambda: sql(
        "INSERT INTO donors_hoursentry (donor_id, pledge_id, kind, hours, day, region_id, at)"
        " SELECT donor_id, id, 'hours', 1, now(), 430426000000, now() FROM donors_pledge WHERE form = 'goods'"
    ),
    "goods-received": lambda: sql("UPDATE donors_pledgeitem SET released = 1"),
    "delivery-cases": lambda: sql("UPDATE donors_pledge SET outcome = 'problem' WHERE form = 'goods'"),
    "adoption-steps": lambda: sql("UPDATE donors_adoption SET status = 'withdrawn'"),
    "adoption-instalments": lambda: sql("UPDATE donors_adoption SET agreed_at = now()"),
    "callback-draws": lambda: sql(
        "INSERT INTO donors_callbacksheet (region_id, month, seed, population, drawn_at)"
        " SELECT 430426100000, '2026-01-01', 'abc', array_agg(id), now() FROM donors_pledge"
    ),
    "certificate-earned": lambda: sql("UPDATE donors_pledge SET certificate_due = true"),
    "certificate-numbers": lambda: sql("UPDATE donors_certificateseries SET last = last + 1"),
    "certificate-signature": lambda: sql(
        """UPDATE donors_certificate SET payload = jsonb_set(payload, '{donor}', '"别人"')"""
    ),
}


OURS = {"accounts.invariants", "needs.invariants", "donors.invariants"}


def test_every_invariant_has_its_damage_here() -> None:
    assert set(DAMAGE) == {id for id, check in REGISTRY.items() if check.check.__module__ in OURS}


@pytest.mark.parametrize("depth", ["--fast", "--full"])
def test_true_data_hold_every_invariant(world: Need, depth: str) -> None:
    code, report = look(depth)
    assert (code, report["violations"]) == (0, [])


@pytest.mark.parametrize("id", DAMAGE)
def test_damage_is_found_and_named(world: Need, id: str) -> None:
    DAMAGE[id]()
    code, report = look("--fast" if REGISTRY[id].fast else "--full")
    assert code == 1
    found = [row for row in report["violations"] if row["id"] == id]  # type: ignore[attr-defined]
    assert found
    assert all(row["table"] and row["pk"] for row in found)
    assert "19900000099" not in json.dumps(report)


def test_an_unearned_gift_has_no_certificate(world: Need) -> None:
    unguarded(
        "donors_pledgestep", "UPDATE donors_pledgestep SET target = 'pledged' WHERE target = 'received'"
    )
    sql("UPDATE donors_pledge SET status = 'pledged' WHERE id IN (SELECT pledge_id FROM donors_certificate)")
    code, report = look()
    assert code == 1
    assert "certificate-earned" in {row["id"] for row in report["violations"]}  # type: ignore[attr-defined]


def test_the_lines_name_table_row_expected_and_actual(
    world: Need, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(f"UPDATE needs_needprogress SET helpers = 7 WHERE need_id = {world.pk}")
    with pytest.raises(SystemExit) as stop:
        call_command("audit")
    assert stop.value.code == 1
    line = f"pledge-helpers needs_needprogress {world.pk}: expected 1 helpers, actual 7"
    assert line in capsys.readouterr().out
    assert Pledge.objects.filter(need=world).count() == 1


def test_an_unreachable_database_is_not_a_violation() -> None:
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    done = subprocess.run(
        [sys.executable, "manage.py", "audit"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert "无法检查" in done.stderr.decode()
