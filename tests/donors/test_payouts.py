"""Money out of a charity's account: lists for the bank, single payouts, the bank's proof, what came back."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.invariants import REGISTRY
from accounts.models import AuditEntry, Message, User
from donors import payout_queries
from donors.models import CharityAccount, Payout, PayoutBatch, PayoutPhoto, Pledge, StatementLine
from donors.services import matching, money, payout_matching, payouts, statements, steps
from donors.services.payouts import Terms
from fupin.demo.pictures import picture
from fupin.lib.clock import shifted, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.sheet_reading import read_rows, to_rows
from needs.models import Household, Need
from needs.services import review
from tests import factories
from tests.donors import bank_files
from tests.factories import Staff

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
CARD = "6217000000001234"


@pytest.fixture
def account(people: Staff) -> CharityAccount:
    return factories.charity_account()


@pytest.fixture
def home(people: Staff) -> Household:
    return _home(people, "张测试", CARD)


@pytest.fixture
def need(people: Staff, account: CharityAccount, home: Household) -> Need:
    return factories.published_need(people, home)


@pytest.fixture
def gift(people: Staff, donor: User, need: Need) -> Pledge:
    return factories.received_pledge(donor, need, people, 200_00)


def _home(people: Staff, name: str, card: str) -> Household:
    made = factories.household(people.village, account=factories.user(name), name=name)
    return factories.bank_account(people, made, card)


def _bank(**more: Any) -> Terms:
    return Terms(method="bank", paid_on=today(), **more)


def _line(
    people: Staff, account: CharityAccount, *rows: tuple[str, str, str], day: str = ""
) -> StatementLine:
    """The statement that brings these lines (memo, yuan, name; minus is money out), looked at by the worker."""
    file = bank_files.as_csv(bank_files.credits(account.number, *rows, day=day or f"{today()}"))
    made = statements.upload(
        actor=people.charity, account=account, file_name="流水.csv", source=io.BytesIO(file)
    )
    statements.confirm(actor=people.charity, statement=made)
    matching.match_due()
    return StatementLine.objects.order_by("-id")[0]


def _all_hold() -> None:
    ours = {id: row for id, row in REGISTRY.items() if row.check.__module__ in OURS}
    assert {id: found for id, row in ours.items() if (found := list(row.check()))} == {}


OURS = {"donors.invariants", "needs.invariants"}


def test_gifts_of_one_household_go_out_together_and_each_takes_its_step(people, donor, need, gift):
    second = factories.received_pledge(factories.user("王爱心"), need, people, 300_00)
    payout = payouts.record(actor=people.charity, pledges=[gift, second], terms=_bank())
    assert (payout.state, payout.amount_fen, payout.paid_to) == ("paid", 500_00, "张测试")
    assert payout.payee_account.open() == CARD
    for one in (gift, second):
        one.refresh_from_db()
        last = one.steps.order_by("-id")[0]
        assert (one.status, last.note) == ("delivered", f"{today()} 银行转账到家庭账户")
    need.progress.refresh_from_db()
    assert need.progress.delivered_fen == 500_00
    assert AuditEntry.objects.filter(action="payout.pay", object_id=str(payout.pk)).exists()
    assert Message.objects.filter(user=donor, text__isnull=False).exists()
    _all_hold()


def test_a_list_for_the_bank_holds_one_line_a_household_and_binds_its_gifts(people, donor, need, gift):
    more = factories.received_pledge(donor, need, people, 100_00)
    other = _home(people, "李测试", "6217000000005678")
    theirs = factories.received_pledge(
        donor, factories.published_need(people, other, title="冬天取暖的煤"), people, 50_00
    )
    batch = payouts.plan(actor=people.charity, pledges=[gift, theirs, more])
    assert sorted(row.amount_fen for row in batch.payouts.all()) == [50_00, 300_00]
    rows = payouts.payment_list(actor=people.charity, batch=batch)
    first = batch.payouts.order_by("id")[0]
    assert rows[0] == ["1", "张测试", CARD, "300.00", first.number]
    assert AuditEntry.objects.filter(action="payout.list", object_id=str(batch.pk)).exists()
    assert not payout_queries.waiting(people.charity)
    with pytest.raises(Conflict, match="付款清单"):
        payouts.plan(actor=people.charity, pledges=[gift])
    with pytest.raises(Conflict, match="付款清单"):
        payouts.record(actor=people.charity, pledges=[gift], terms=_bank())
    for work in (money.refund, money.undo_receipt):
        with pytest.raises(Conflict, match="付款清单"):
            work(actor=people.charity, pledge=gift, reason="求助人不再需要")
    _all_hold()
    payouts.mark_paid(actor=people.charity, payout=first, paid_on=today())
    with pytest.raises(StaleState):
        payouts.mark_paid(actor=people.charity, payout=first, paid_on=today())
    gift.refresh_from_db()
    theirs.refresh_from_db()
    assert (gift.status, theirs.status) == ("delivered", "received")
    _all_hold()


def test_a_line_that_was_not_paid_gives_its_gifts_back(people, gift):
    (payout,) = payouts.plan(actor=people.charity, pledges=[gift]).payouts.all()
    with pytest.raises(InvalidInput):
        payouts.drop(actor=people.charity, payout=payout, reason="没")
    payouts.drop(actor=people.charity, payout=payout, reason="账号和户名不符")
    assert list(payout_queries.waiting(people.charity)) == [gift]
    with pytest.raises(StaleState):
        payouts.drop(actor=people.charity, payout=payout, reason="账号和户名不符")
    assert payouts.plan(actor=people.charity, pledges=[gift]).payouts.count() == 1
    _all_hold()


def test_money_that_the_bank_gives_back_waits_again_until_somebody_confirmed(people, home, need, gift):
    payout = payouts.record(actor=people.charity, pledges=[gift], terms=_bank())
    payouts.drop(actor=people.charity, payout=payout, reason="银行退回，账号已注销")
    gift.refresh_from_db()
    need.progress.refresh_from_db()
    assert (gift.status, need.progress.received_fen, need.progress.delivered_fen) == ("received", 200_00, 0)
    assert "银行退回" in Message.objects.filter(user=home.account).order_by("-id")[0].text.open()
    _all_hold()
    again = payouts.record(actor=people.charity, pledges=[gift], terms=_bank())
    steps.receive(actor=home.account, pledge=gift)
    need.progress.refresh_from_db()
    assert need.progress.delivered_fen == 200_00
    with pytest.raises(StaleState):
        payouts.drop(actor=people.charity, payout=again, reason="银行退回，账号已注销")
    _all_hold()


def test_a_household_that_confirms_before_the_list_is_paid_is_paid_once(people, home, need, gift):
    (payout,) = payouts.plan(actor=people.charity, pledges=[gift]).payouts.all()
    steps.receive(actor=home.account, pledge=gift)
    payouts.mark_paid(actor=people.charity, payout=payout, paid_on=today())
    gift.refresh_from_db()
    need.progress.refresh_from_db()
    assert (gift.status, need.progress.delivered_fen) == ("confirmed", 200_00)
    _all_hold()


def test_nothing_is_paid_out_while_the_need_is_taken_down(people, gift, need):
    (payout,) = payouts.plan(actor=people.charity, pledges=[gift]).payouts.all()
    review.recall(actor=people.county, need=need, reason="unclear", comment="请补充说明")
    with pytest.raises(Conflict, match="撤下"):
        payouts.mark_paid(actor=people.charity, payout=payout, paid_on=today())
    assert not payout_queries.waiting(people.charity)


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        ({"method": "cash", "signer": "张测试"}, ["second_signer", "photo"]),
        ({"method": "cash", "signer": "张测试", "second_signer": "张测试"}, ["second_signer", "photo"]),
        ({"method": "supplier"}, ["payee", "photo"]),
        ({"method": "bank", "paid_on": today() + timedelta(days=2)}, ["paid_on"]),
        ({"method": "bank", "paid_on": today() - timedelta(days=400)}, ["paid_on"]),
    ],
)
def test_a_payout_without_its_evidence_is_refused_beside_the_field(people, gift, terms, fields):
    with pytest.raises(InvalidInput) as error:
        payouts.record(actor=people.charity, pledges=[gift], terms=Terms(**{"paid_on": today(), **terms}))
    assert list(error.value.fields) == fields
    assert not Payout.objects.exists()


def test_cash_needs_two_signatures_and_a_picture_and_the_household_needs_an_account_for_the_bank(
    people, donor, account
):
    poor = factories.published_need(people)
    gift = factories.received_pledge(donor, poor, people)
    with pytest.raises(InvalidInput) as error:
        payouts.record(actor=people.charity, pledges=[gift], terms=_bank())
    assert list(error.value.fields) == ["method"]
    with pytest.raises(InvalidInput, match="没有登记银行账号"):
        payouts.plan(actor=people.charity, pledges=[gift])
    terms = Terms("cash", today(), signer="张测试", second_signer="刘见证")
    payout = payouts.record(actor=people.charity, pledges=[gift], terms=terms, photos=[picture("quilt", 1)])
    assert (payout.paid_to, payout.second_signer.open(), payout.photos.count()) == ("张测试", "刘见证", 1)
    _all_hold()


def test_a_choice_of_two_households_is_no_single_payout_and_of_nothing_no_list(people, donor, gift):
    other = _home(people, "李测试", "6217000000005678")
    theirs = factories.received_pledge(donor, factories.published_need(people, other), people)
    with pytest.raises(InvalidInput, match="只给一个"):
        payouts.record(actor=people.charity, pledges=[gift, theirs], terms=_bank())
    with pytest.raises(InvalidInput):
        payouts.plan(actor=people.charity, pledges=[])


def test_only_the_charity_of_the_account_pays_out(people, other_county, gift, need, donor):
    for stranger in (people.village, people.county, other_county.charity, donor):
        with pytest.raises((NotAllowed, Conflict)):
            payouts.record(actor=stranger, pledges=[gift], terms=_bank())
    batch = payouts.plan(actor=people.charity, pledges=[gift])
    for work in (
        lambda: payouts.mark_paid(actor=other_county.charity, payout=batch.payouts.get(), paid_on=today()),
        lambda: payouts.drop(actor=people.county, payout=batch.payouts.get(), reason="没有权限"),
        lambda: payouts.payment_list(actor=people.county, batch=batch),
    ):
        with pytest.raises(NotAllowed):
            work()


# ---- the bank's word --------------------------------------------------------------------------------


def test_an_outgoing_line_with_the_number_pays_what_was_planned(people, account, gift):
    (payout,) = payouts.plan(actor=people.charity, pledges=[gift]).payouts.all()
    line = _line(people, account, (f"善款 {payout.number.lower()}", "-200.00", "张测试"))
    payout.refresh_from_db()
    gift.refresh_from_db()
    assert (line.state, payout.state, payout.paid_on, gift.status) == (
        "settled",
        "paid",
        today(),
        "delivered",
    )
    assert line.matches.get().automatic
    assert not payout_queries.unproven(Payout.objects.all())
    _all_hold()


def test_a_list_booked_in_one_sum_is_matched_to_all_its_lines(people, donor, account, gift):
    other = _home(people, "李测试", "6217000000005678")
    theirs = factories.received_pledge(
        donor, factories.published_need(people, other, title="冬天取暖的煤"), people, 50_00
    )
    batch = payouts.plan(actor=people.charity, pledges=[gift, theirs])
    line = _line(people, account, (f"批量代付 {batch.number}", "-250.00", "批量"))
    assert (line.state, line.matches.count()) == ("settled", 2)
    assert set(batch.payouts.values_list("state", flat=True)) == {"paid"}
    _all_hold()


def test_a_differing_amount_waits_for_a_person_and_nothing_is_paid_by_it(people, account, gift):
    (payout,) = payouts.plan(actor=people.charity, pledges=[gift]).payouts.all()
    line = _line(people, account, (payout.number, "-180.00", "张测试"))
    payout.refresh_from_db()
    assert (line.state, line.reason, line.payout, payout.state) == ("open", "amount", payout, "planned")
    with pytest.raises(Conflict, match="比流水上的多"):
        payout_matching.prove(actor=people.charity, line=line, payout=payout)
    more = _line(people, account, (payout.number, "-205.00", "张测试"))
    assert more.reason == "amount"
    more = payout_matching.prove(actor=people.charity, line=more, payout=payout)
    assert (more.state, more.open_fen) == ("open", 5_00)
    _all_hold()


def test_a_line_without_a_number_is_matched_by_amount_and_name_by_a_person(people, account, gift, as_user):
    payout = payouts.record(actor=people.charity, pledges=[gift], terms=_bank())
    line = _line(people, account, ("善款", "-200.00", "张测试"))
    assert (line.state, line.reason) == ("open", "none")
    page = as_user(people.charity)
    rows = page.get(line.get_absolute_url()).context["payouts"]
    assert [(row["payout"], row["same_name"]) for row in rows] == [(payout, True)]
    act = reverse("donors:statement-act", args=[line.pk, "match"])
    assert page.post(act, {"reference": payout.number}).status_code == 302
    assert payout_matching.is_proven(payout)
    assert page.post(act, {"reference": payout.number}).status_code == 409
    with pytest.raises(Conflict, match="流水里已经有"):
        payouts.drop(actor=people.charity, payout=payout, reason="银行退回了")
    match = line.matches.get()
    matching.undo(actor=people.charity, match=match, reason="对错了一行")
    payouts.drop(actor=people.charity, payout=payout, reason="银行退回了")
    _all_hold()


def test_the_second_line_for_one_payout_is_told_apart(people, account, gift):
    (payout,) = payouts.plan(actor=people.charity, pledges=[gift]).payouts.all()
    _line(people, account, (payout.number, "-200.00", "张测试"))
    again = _line(people, account, (payout.number, "-200.00", "张测试"), day=f"{today() - timedelta(days=1)}")
    assert (again.state, again.reason) == ("open", "counted")
    with pytest.raises(Conflict, match="已经有流水"):
        payout_matching.prove(actor=people.charity, line=again, payout=payout)


def test_payouts_the_bank_does_not_tell_of_come_up_after_three_working_days(people, gift):
    payout = payouts.record(actor=people.charity, pledges=[gift], terms=_bank())
    assert not payout_queries.missing_lines(people.charity)
    with shifted(timedelta(days=7)):
        assert list(payout_queries.missing_lines(people.charity)) == [payout]
        assert not payout_queries.missing_lines(people.county)


# ---- the pages ---------------------------------------------------------------------------------------


def test_the_charity_makes_a_list_downloads_it_and_marks_it_paid(people, gift, as_user, tmp_path):
    page = as_user(people.charity)
    shown = page.get("/office/payouts/")
    assert CARD not in shown.content.decode()
    key = shown.context["rows"][0]["key"]
    assert page.post("/office/payouts/", {"chosen": ["1.2.3"]}).status_code == 400
    answer = page.post("/office/payouts/", {"chosen": [key]})
    batch = PayoutBatch.objects.get()
    assert answer.url == batch.get_absolute_url()
    file = page.post(reverse("donors:payout-sheet", args=[batch.pk]))
    assert file["Cache-Control"] == "private, no-store"
    to_rows(io.BytesIO(file.content), tmp_path / "rows.csv")
    assert list(read_rows(tmp_path / "rows.csv"))[1][1:4] == ["张测试", CARD, "200.00"]
    assert page.get(reverse("donors:payout-sheet", args=[batch.pk])).status_code == 405
    (payout,) = batch.payouts.all()
    paid = {"lines": [payout.pk], "paid_on": f"{today()}"}
    assert page.post(answer.url, {**paid, "paid_on": "2020-01-01"}).status_code == 400
    assert page.post(answer.url, paid).status_code == 302
    assert page.post(answer.url, paid).status_code == 400
    gift.refresh_from_db()
    assert gift.status == "delivered"
    for url in (
        answer.url,
        "/office/payouts/batches/",
        "/office/payouts/records/",
        payout.get_absolute_url(),
    ):
        text = page.get(url).content.decode()
        assert CARD not in text
        assert "张测试" in text or "清单" in text


def test_a_payout_with_its_picture_is_recorded_on_the_page_and_seen_by_the_place(
    people, gift, donor, other_county, as_user
):
    page = as_user(people.charity)
    url = f"/office/payouts/new/?pledge={gift.pk}"
    assert "付现金时填写" in page.get(url).content.decode()
    form = {"gifts": [str(gift.pk)], "method": "supplier", "paid_on": f"{today()}", "payee": "县第一中学"}
    assert page.post(url, form).status_code == 400
    sent = {**form, "photo": SimpleUploadedFile("a.jpg", picture("book", 2), "image/jpeg")}
    answer = page.post(url, sent)
    payout = Payout.objects.get()
    assert answer.url == payout.get_absolute_url()
    photo = PayoutPhoto.objects.get()
    address = reverse("donors:payout-photo", args=[payout.pk, photo.pk])
    assert as_user(people.village).get(payout.get_absolute_url()).status_code == 200
    assert as_user(people.village).get(address).status_code == 200
    assert payout.number in as_user(people.village).get(gift.get_absolute_url()).content.decode()
    for stranger in (donor, other_county.county, other_county.charity):
        assert as_user(stranger).get(address).status_code == 404
        assert as_user(stranger).get(payout.get_absolute_url()).status_code == 404
    drop = reverse("donors:payout-act", args=[payout.pk, "drop"])
    assert as_user(people.village).post(drop, {"reason": "没有权限"}).status_code == 403
    assert page.post(drop, {"reason": ""}).status_code == 400
    assert page.post(drop, {"reason": "学校退回"}).status_code == 302
    assert page.get(url).status_code == 200
    assert page.get("/office/payouts/new/?pledge=99999999999999999999").status_code == 404


def test_the_donor_reads_the_payout_as_a_dated_step_and_nothing_of_the_account(people, gift, donor, as_user):
    payouts.record(actor=people.charity, pledges=[gift], terms=_bank())
    text = as_user(donor).get(gift.get_absolute_url()).content.decode()
    assert f"{today()} 银行转账到家庭账户" in text
    assert "1234" not in text
    assert "张测试" not in text


def test_lists_ask_the_same_questions_for_one_and_for_three(people, donor, need, gift, as_user):
    page = as_user(people.charity)

    def questions(url: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert page.get(url).status_code == 200
        return len(asked)

    waiting = questions("/office/payouts/")
    for number in range(2):
        other = _home(people, f"李{'甲乙'[number]}", f"621700000000567{number}")
        factories.received_pledge(donor, factories.published_need(people, other), people)
    assert questions("/office/payouts/") == waiting
    rows = list(payout_queries.waiting(people.charity))
    payouts.plan(actor=people.charity, pledges=rows[:1])
    urls = (
        "/office/payouts/batches/",
        "/office/payouts/records/",
        PayoutBatch.objects.get().get_absolute_url(),
    )
    one = [questions(url) for url in urls]
    payouts.plan(actor=people.charity, pledges=rows[1:])
    many = PayoutBatch.objects.order_by("-id")[0].get_absolute_url()
    assert [questions(url) for url in (*urls[:2], many)] == one
