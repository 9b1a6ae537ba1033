"""A charity's statement matches promises by itself where nothing is in doubt, and asks a person where something is."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import Role
from accounts.models import AuditEntry, Message
from donors.enums import Book
from donors.models import CharityAccount, Pledge, Statement, StatementLine, StatementMatch, Transfer
from donors.services import certificates, matching, money, statements, steps
from donors.statements.queries import overdue_before
from fupin.lib.clock import shifted
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.models import Need, NeedProgress
from tests import factories
from tests.donors import bank_files
from tests.factories import Staff

pytestmark = pytest.mark.django_db
Rows = bank_files.Rows


@pytest.fixture
def account(people: Staff) -> CharityAccount:
    return factories.charity_account()


@pytest.fixture
def need(people: Staff, account: CharityAccount) -> Need:
    return factories.published_need(people)


def take_in(people: Staff, account: CharityAccount, rows: Rows) -> Statement:
    """Upload, confirm, and let the worker look at it."""
    source = io.BytesIO(bank_files.as_csv(rows))
    made = statements.upload(actor=people.charity, account=account, file_name="流水.csv", source=source)
    if made.state == "preview":
        made = statements.confirm(actor=people.charity, statement=made)
    matching.match_due()
    made.refresh_from_db()
    return made


def line_for(
    people: Staff, account: CharityAccount, memo: str, yuan: str, name: str = "李爱心"
) -> StatementLine:
    take_in(people, account, bank_files.credits(account.number, (memo, yuan, name)))
    return StatementLine.objects.get()


def test_a_line_with_the_reference_and_the_exact_amount_is_received_by_itself(people, account, need, donor):
    pledge = steps.pay(actor=donor, pledge=factories.money_pledge(donor, need, 200_00))
    memo = f"捐款 {pledge.reference[:4]} {pledge.reference[4:].lower()}"
    line = line_for(people, account, memo, "200.00")
    pledge.refresh_from_db()
    need.progress.refresh_from_db()
    assert (pledge.status, need.progress.received_fen) == ("received", 200_00)
    assert (line.state, line.settled_fen) == ("settled", 200_00)
    match = line.matches.get()
    assert (match.pledge, match.automatic, match.purpose) == (pledge, True, "pledge")
    assert Statement.objects.get().state == "done"
    assert AuditEntry.objects.filter(action="statement.match", object_id=str(line.pk)).exists()


def test_the_same_file_three_times_changes_nothing(people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 200_00)
    rows = bank_files.credits(account.number, (pledge.reference, "200.00", "李爱心"))
    for _ in range(3):
        take_in(people, account, rows)
    assert (Statement.objects.count(), StatementLine.objects.count(), StatementMatch.objects.count()) == (
        1,
        1,
        1,
    )
    assert Transfer.objects.filter(target=Book.HELD).count() == 1


def test_overlapping_files_take_each_line_once(people, account, need, donor):
    first, second, third = (factories.money_pledge(donor, need, fen) for fen in (100_00, 200_00, 300_00))
    lines = [(p.reference, f"{p.amount_fen / 100:.2f}", "李爱心") for p in (first, second, third)]
    whole = bank_files.credits(account.number, *lines)
    take_in(people, account, whole[:4])
    again = take_in(people, account, whole)
    assert (again.total_lines, again.new_lines) == (3, 1)
    assert StatementLine.objects.count() == 3
    assert set(Pledge.objects.values_list("status", flat=True)) == {"received"}


def test_two_equal_gifts_on_one_day_stay_two(people, account, need):
    header = ["交易日期", "金额", "对方户名", "附言"]
    same = ["2026-11-20", "50.00", "王测试", "捐款"]
    for _ in range(2):
        take_in(people, account, [["账号", account.number], header, same, same])
    assert StatementLine.objects.count() == 2


def test_the_statement_of_another_account_is_refused(people, account):
    rows = bank_files.credits("6200000000999999", ("", "10.00", "王测试"))
    with pytest.raises(InvalidInput) as error:
        take_in(people, account, rows)
    assert "尾号 9999" in error.value.fields["file"][0]
    assert not Statement.objects.exists()


def test_an_earlier_file_that_ended_elsewhere_warns_of_a_gap(people, account):
    take_in(people, account, bank_files.credits(account.number, ("", "10.00", "王测试"), day="2026-11-01"))
    later = bank_files.credits(account.number, ("", "10.00", "王测试"), day="2026-11-10", opening=1500)
    assert "中间少了一段流水" in take_in(people, account, later).warnings[0]


@pytest.mark.parametrize("yuan", ["199.99", "200.01"])
def test_one_fen_off_waits_for_a_person(people, account, need, donor, yuan):
    pledge = factories.money_pledge(donor, need, 200_00)
    line = line_for(people, account, pledge.reference, yuan)
    pledge.refresh_from_db()
    assert (line.state, line.reason, line.pledge, pledge.status) == ("open", "amount", pledge, "pledged")


def test_less_than_promised_is_received_as_it_is_and_the_rest_is_open_again(people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 1_000_00)
    line = matching.accept(
        actor=people.charity, line=line_for(people, account, pledge.reference, "150.00"), pledge=pledge
    )
    pledge.refresh_from_db()
    need.refresh_from_db()
    progress = NeedProgress.objects.get(need=need)
    assert (pledge.status, pledge.amount_fen, line.state) == ("received", 150_00, "settled")
    assert (progress.pledged_fen, progress.received_fen, progress.helpers) == (150_00, 150_00, 1)
    assert (need.status, progress.is_open) == ("published", True)
    assert "实到 150 元" in pledge.steps.last().note


def test_more_than_promised_leaves_the_rest_for_a_decision(people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 200_00)
    line = line_for(people, account, pledge.reference, "250.00")
    line = matching.accept(actor=people.charity, line=line, pledge=pledge)
    assert (line.state, line.open_fen) == ("open", 50_00)
    line = matching.settle(actor=people.charity, line=line, purpose="other", note="捐赠人同意用于其他求助")
    assert (line.state, line.open_fen) == ("settled", 0)
    with pytest.raises(Conflict):
        matching.settle(actor=people.charity, line=line, purpose="other", note="再来一次")


def test_settling_asks_for_a_purpose_and_a_word(people, account):
    line = line_for(people, account, "", "10.00")
    with pytest.raises(InvalidInput) as error:
        matching.settle(actor=people.charity, line=line, purpose="pledge", note="")
    assert set(error.value.fields) == {"purpose", "note"}


def test_money_confirmed_by_hand_is_proven_by_its_line_and_not_received_twice(people, account, need, donor):
    pledge = factories.received_pledge(donor, need, people)
    line = line_for(people, account, pledge.reference, "200.00")
    assert (line.state, NeedProgress.objects.get(need=need).received_fen) == ("settled", 200_00)
    assert Transfer.objects.filter(target=Book.HELD).count() == 1


def test_a_second_line_for_the_same_promise_waits(people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 200_00)
    both = [(pledge.reference, "200.00", "李爱心")] * 2
    take_in(people, account, bank_files.credits(account.number, *both))
    states = StatementLine.objects.order_by("id").values_list("state", "reason")
    assert list(states) == [("settled", ""), ("open", "counted")]
    with pytest.raises(Conflict):
        matching.accept(actor=people.charity, line=StatementLine.objects.last(), pledge=pledge)


def test_money_for_a_lapsed_promise_takes_it_up_again_while_there_is_room(people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 1_000_00)
    with shifted(timedelta(days=4)):
        steps.lapse_due()
        line = line_for(people, account, pledge.reference, "1000.00")
    pledge.refresh_from_db()
    need.refresh_from_db()
    assert (pledge.status, pledge.closed_at, line.state, need.status) == (
        "received",
        None,
        "settled",
        "matched",
    )


def test_money_for_a_lapsed_promise_waits_when_others_filled_the_need(people, account, need, donor):
    late = factories.money_pledge(donor, need, 1_000_00)
    with shifted(timedelta(days=4)):
        steps.lapse_due()
        factories.money_pledge(factories.user("王测试"), need, 1_000_00)
        line = line_for(people, account, late.reference, "1000.00")
    late.refresh_from_db()
    assert (late.status, line.state, line.reason) == ("lapsed", "open", "full")


def test_a_cancelled_promise_and_two_references_wait(people, account, need, donor):
    gone = steps.cancel(actor=donor, pledge=factories.money_pledge(donor, need, 100_00))
    one, two = (factories.money_pledge(donor, need, 100_00) for _ in range(2))
    lines = [(gone.reference, "100.00", "李"), (f"{one.reference} {two.reference}", "150.00", "李")]
    take_in(people, account, bank_files.credits(account.number, *lines))
    reasons = StatementLine.objects.order_by("id").values_list("reason", flat=True)
    assert list(reasons) == ["ended", "several"]


def test_undoing_a_wrong_match_appends_rows_and_takes_the_certificate_back(people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 200_00)
    line = line_for(people, account, pledge.reference, "200.00")
    certificates.issue_due()
    match = line.matches.get()
    line = matching.undo(actor=people.charity, match=match, reason="汇款人另有其人")
    pledge.refresh_from_db()
    assert (pledge.status, line.state, line.settled_fen) == ("pledged", "open", 0)
    assert [row.amount_fen for row in line.matches.all()] == [200_00, -200_00]
    assert NeedProgress.objects.get(need=need).received_fen == 0
    assert pledge.certificates.get().revoked_at
    with pytest.raises(Conflict):
        matching.undo(actor=people.charity, match=match, reason="再撤一次")


def test_a_match_stays_once_the_money_was_paid_out(people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 200_00)
    line = line_for(people, account, pledge.reference, "200.00")
    steps.pay_out(actor=people.charity, pledge=pledge)
    with pytest.raises(StaleState):
        matching.undo(actor=people.charity, match=line.matches.get(), reason="对错了人")
    assert line.matches.count() == 1


def test_money_paid_back_is_proven_by_the_outgoing_line(people, account, need, donor):
    pledge = factories.received_pledge(donor, need, people)
    money.refund(actor=people.charity, pledge=pledge, reason="求助人不再需要")
    rows = bank_files.credits(account.number, (f"退款 {pledge.reference}", "-200.00", "李爱心"))
    take_in(people, account, rows)
    line = StatementLine.objects.get()
    assert (line.direction, line.state, line.matches.get().purpose) == ("out", "settled", "refund")


def test_only_finance_of_the_account_imports_and_decides(people, other_county, account, need, donor):
    pledge = factories.money_pledge(donor, need, 200_00)
    rows = bank_files.credits(account.number, ("", "200.00", "李"))
    for stranger in (people.county, people.village, other_county.charity, donor):
        source = io.BytesIO(bank_files.as_csv(rows))
        with pytest.raises(NotAllowed):
            statements.upload(actor=stranger, account=account, file_name="a.csv", source=source)
    line = line_for(people, account, "", "200.00")
    for stranger in (people.county, other_county.charity):
        with pytest.raises(NotAllowed):
            matching.accept(actor=stranger, line=line, pledge=pledge)
        with pytest.raises(NotAllowed):
            matching.settle(actor=stranger, line=line, purpose="other", note="不该成功")


def test_the_own_gift_of_the_finance_officer_is_left_to_a_colleague(people, account, need):
    pledge = factories.money_pledge(people.charity, need, 200_00)
    line = line_for(people, account, pledge.reference, "200.00")
    pledge.refresh_from_db()
    assert (line.state, line.reason, pledge.status) == ("open", "refused", "pledged")
    colleague = factories.officer(Role.CHARITY_FINANCE, factories.QIDONG)
    assert matching.accept(actor=colleague, line=line, pledge=pledge).state == "settled"


def test_a_power_that_ended_after_the_upload_matches_nothing(people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 200_00)
    source = io.BytesIO(
        bank_files.as_csv(bank_files.credits(account.number, (pledge.reference, "200.00", "李")))
    )
    made = statements.upload(actor=people.charity, account=account, file_name="a.csv", source=source)
    statements.confirm(actor=people.charity, statement=made)
    people.charity.appointments.update(ended_at="2026-01-01T00:00:00Z")
    matching.match_due()
    assert StatementLine.objects.get().reason == "refused"


def test_long_numbers_in_a_memo_are_masked_and_the_sender_is_secret(people, account):
    line = line_for(people, account, "捐款 19900001234 FPAAAA2222", "10.00", "王测试")
    assert line.memo == "捐款 ****1234 FPAAAA2222"
    assert str(line.counterparty) == "王**"


def test_a_refund_opens_the_need_again_and_revokes_the_certificate(people, account, need, donor):
    pledge = factories.received_pledge(donor, need, people, 1_000_00)
    certificates.issue_due()
    pledge = money.refund(actor=people.charity, pledge=pledge, reason="求助人不再需要")
    need.refresh_from_db()
    progress = NeedProgress.objects.get(need=need)
    assert (pledge.status, need.status, progress.is_open) == ("refunded", "published", True)
    assert (progress.pledged_fen, progress.received_fen, progress.helpers) == (0, 0, 0)
    assert pledge.certificates.get().revoked_at
    assert AuditEntry.objects.filter(action="pledge.refund", object_id=str(pledge.pk)).exists()
    assert Message.objects.filter(user=donor, dedup_key__startswith=f"pledge:{pledge.pk}:").count() == 2
    certificates.issue_due()
    assert pledge.certificates.count() == 1


def test_a_refund_needs_a_reason_the_right_side_and_money_that_is_still_there(people, account, need, donor):
    pledge = factories.received_pledge(donor, need, people)
    with pytest.raises(InvalidInput):
        money.refund(actor=people.charity, pledge=pledge, reason=" ")
    for stranger in (donor, people.county, people.village):
        with pytest.raises((NotAllowed, Conflict)):
            money.refund(actor=stranger, pledge=pledge, reason="不该成功")
    steps.pay_out(actor=people.charity, pledge=pledge)
    with pytest.raises(StaleState):
        money.refund(actor=people.charity, pledge=pledge, reason="已经拨付")


def test_a_refund_before_the_certificate_is_issued_leaves_none(people, account, need, donor):
    pledge = factories.received_pledge(donor, need, people)
    money.refund(actor=people.charity, pledge=pledge, reason="重复转账")
    assert certificates.issue_due() == 0


def test_the_command_imports_a_file_and_tells_what_is_wrong(people, account, need, donor, tmp_path: Path):
    pledge = factories.money_pledge(donor, need, 200_00)
    file, out = tmp_path / "流水.csv", io.StringIO()
    file.write_bytes(
        bank_files.as_csv(bank_files.credits(account.number, (pledge.reference, "200.00", "李")), "gb18030")
    )
    for _ in range(2):
        call_command("import_receipts", str(file), "--account", str(account.pk), stdout=out)
    assert "已对上 1 笔，待处理 0 笔" in out.getvalue()
    for arguments, words in (
        ([str(file), "--account", "999999"], "没有这个慈善账户"),
        ([str(tmp_path / "no.csv"), "--account", str(account.pk)], "没有找到这个文件"),
        ([str(file), "--account", str(account.pk), "--actor", "19900009999"], "没有这个手机号"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("import_receipts", *arguments)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 11, 20), date(2026, 11, 17)),
        (date(2026, 11, 23), date(2026, 11, 18)),
        (date(2026, 11, 22), date(2026, 11, 18)),
    ],
)
def test_working_days_leave_weekends_out(day, before):
    assert overdue_before(day) == before


def test_one_transfer_for_several_promises_of_one_donor_is_received_by_itself(people, account, donor):
    pledges = [
        factories.money_pledge(donor, factories.published_need(people), fen) for fen in (100_00, 250_00)
    ]
    line = line_for(people, account, " ".join(pledge.reference for pledge in pledges), "350.00")
    assert set(Pledge.objects.values_list("status", flat=True)) == {"received"}
    assert (line.state, line.settled_fen, line.matches.count()) == ("settled", 350_00, 2)


@pytest.mark.parametrize("case", ["another sum", "two donors", "one is over"])
def test_one_transfer_for_several_promises_waits_for_a_person_in_any_doubt(people, account, donor, case):
    other = factories.user("别人") if case == "two donors" else donor
    first = factories.money_pledge(donor, factories.published_need(people), 100_00)
    second = factories.money_pledge(other, factories.published_need(people), 250_00)
    if case == "one is over":
        steps.cancel(actor=other, pledge=second)
    paid = "300.00" if case == "another sum" else "350.00"
    line = line_for(people, account, f"{first.reference} {second.reference}", paid)
    assert (line.state, line.reason, line.matches.count()) == ("open", "several", 0)
    first.refresh_from_db()
    assert first.status == "pledged"
