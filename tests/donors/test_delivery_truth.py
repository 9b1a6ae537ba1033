"""What really arrived: cases with the county, call-backs drawn by chance, thanks read before they are sent."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from donors import inbox
from donors.models import Callback, CallbackSheet, CaseStep, DeliveryCase, Pledge, Thanks
from donors.services import callbacks, cases, photos, steps, thanks
from donors.services.proofs import Witness
from fupin.lib.clock import month_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.models import Household
from tests import factories

pytestmark = pytest.mark.django_db
WITNESS = Witness("周见证", "邻居")


@pytest.fixture
def home(people):
    return factories.household(people.village, account=factories.user("欧阳受助"), name="欧阳受助")


@pytest.fixture
def need(people, home):
    return factories.published_need(people, home, items=factories.goods_content().items)


@pytest.fixture
def troubled(donor, home, need):
    shipped = factories.shipped_pledge(donor, need)
    return steps.receive(actor=home.account, pledge=shipped, outcome="problem", note="书桌断了一条腿")


@pytest.fixture
def confirmed(donor, people, need):
    shipped = factories.shipped_pledge(donor, need)
    return steps.receive(actor=people.village, pledge=shipped, witness=WITNESS)


def last_month() -> date:
    return month_of(month_of(today()) - timedelta(days=1))


def sheet_of(confirmed: Pledge) -> CallbackSheet:
    """Last month's sheet with this pledge on it."""
    Pledge.objects.filter(pk=confirmed.pk).update(closed_at=month_start())
    assert callbacks.draw_due() == 1
    return CallbackSheet.objects.get()


def month_start():
    return now() - timedelta(days=(today() - last_month()).days)


def test_a_problem_opens_a_case_and_the_donor_hears_of_every_step(donor, people, home, troubled):
    case = DeliveryCase.objects.get()
    assert (case.pledge, case.status, case.county) == (troubled, "opened", 430426)
    before, told = donor.inbox.count(), home.account.inbox.count()
    case = cases.work(actor=people.county, case=case, action="answer", note="已联系爱心人士补寄")
    case = cases.work(actor=people.county, case=case, action="solve", note="新书桌已经送到")
    assert (case.status, donor.inbox.count(), home.account.inbox.count()) == ("solved", before + 2, told + 2)
    steps.receive(actor=home.account, pledge=troubled, note="换了新的")
    case.refresh_from_db()
    assert (case.status, case.closed_at is not None) == ("closed", True)
    assert list(case.steps.values_list("action", flat=True)) == ["open", "answer", "solve", "close"]
    assert AuditEntry.objects.filter(action__startswith="case.").count() == 4


def test_cases_belong_to_their_county_and_want_words(donor, people, other_county, troubled):
    case = DeliveryCase.objects.get()
    for actor in (people.township, people.village, other_county.county, donor):
        with pytest.raises(NotAllowed):
            cases.work(actor=actor, case=case, action="answer", note="已联系双方")
    with pytest.raises(InvalidInput):
        cases.work(actor=people.county, case=case, action="answer", note="好")
    case = cases.work(actor=people.county, case=case, action="close", note="无法补寄，已说明")
    for action in ("answer", "solve", "close"):
        with pytest.raises(StaleState):
            cases.work(actor=people.county, case=case, action=action, note="再说一次")


def test_nobody_works_a_case_about_the_own_gift(people, home):
    need = factories.published_need(people, home, items=factories.goods_content().items)
    shipped = factories.shipped_pledge(people.county, need)
    steps.receive(actor=home.account, pledge=shipped, outcome="problem", note="少了一张书桌")
    with pytest.raises(Conflict):
        cases.work(actor=people.county, case=DeliveryCase.objects.get(), action="answer", note="没有问题")


def test_steps_of_cases_only_grow(troubled):
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseStep.objects.update(note="改写")


def test_the_county_works_a_case_on_its_pages(as_user, people, other_county, donor, troubled):
    case = DeliveryCase.objects.get()
    county = as_user(people.county)
    assert case.get_absolute_url() in county.get("/office/cases/").content.decode()
    assert "书桌断了一条腿" in county.get(case.get_absolute_url()).content.decode()
    refused = county.post(f"{case.get_absolute_url()}answer/", {"note": "好"})
    assert refused.status_code == 400
    assert county.post(f"{case.get_absolute_url()}answer/", {"note": "已联系爱心人士"}).status_code == 302
    assert "已联系爱心人士" in as_user(donor).get(troubled.get_absolute_url()).content.decode()
    other = as_user(other_county.county)
    assert case.get_absolute_url() not in other.get("/office/cases/").content.decode()
    assert other.get(case.get_absolute_url()).status_code == 404
    assert other.post(f"{case.get_absolute_url()}answer/", {"note": "已联系双方"}).status_code == 404
    township = as_user(people.township)
    assert township.get(case.get_absolute_url()).status_code == 200
    assert township.post(f"{case.get_absolute_url()}answer/", {"note": "已联系双方"}).status_code == 403
    assert as_user(people.village).get("/office/cases/").status_code == 403
    assert county.post(f"{case.get_absolute_url()}steal/", {"note": "已联系双方"}).status_code == 404


def test_the_draw_is_a_twentieth_by_the_seed_and_one_at_least():
    population = list(range(1, 201))
    assert len(callbacks.draw(population, "a" * 32)) == 10
    assert callbacks.draw(population, "a" * 32) == callbacks.draw(population, "a" * 32)
    assert callbacks.draw(population, "a" * 32) != callbacks.draw(population, "b" * 32)
    assert callbacks.draw([7], "c" * 32) == [7]
    assert callbacks.draw([], "c" * 32) == []
    assert len(callbacks.draw(list(range(21)), "d" * 32)) == 2


def test_last_months_sheet_is_drawn_once_and_recorded(confirmed):
    assert callbacks.draw_due() == 0  # this month is not over
    sheet = sheet_of(confirmed)
    assert (sheet.region_id, sheet.month, sheet.population) == (factories.TOWN, last_month(), [confirmed.pk])
    assert callbacks.draw_due() == 0
    assert AuditEntry.objects.filter(action="callback.draw").count() == 1
    assert {row.pledge_id for row in sheet.callbacks.all()} == set(
        callbacks.draw(sheet.population, sheet.seed)
    )


def test_what_an_officer_confirmed_alone_is_always_asked_about(donor, people, need):
    quilt, desk = need.items.all()
    first = steps.receive(
        actor=people.village, pledge=factories.shipped_pledge(donor, need, {quilt.pk: 1}), witness=WITNESS
    )
    second = steps.receive(
        actor=people.village, pledge=factories.shipped_pledge(donor, need, {quilt.pk: 1}), witness=WITNESS
    )
    alone = steps.receive(actor=people.village, pledge=factories.shipped_pledge(donor, need, {desk.pk: 1}))
    Pledge.objects.update(closed_at=month_start())
    callbacks.draw_due()
    assert Callback.objects.get(pledge=alone).always
    assert not Callback.objects.filter(pledge__in=[first, second], always=True).exists()


def test_a_mismatch_opens_a_case_and_three_vain_calls_end_it(confirmed, donor, people):
    row = sheet_of(confirmed).callbacks.get()
    with pytest.raises(InvalidInput):
        callbacks.call(actor=people.township, callback=row, result="mismatch", note="少")
    for number in (1, 2):
        row = callbacks.call(actor=people.township, callback=row, result="unreached")
        assert (row.calls, row.result) == (number, "")
    row = callbacks.call(actor=people.township, callback=row, result="mismatch", note="说没有收到书桌")
    assert DeliveryCase.objects.get().reason == "callback"
    assert "核实" in donor.inbox.order_by("-id").first().text.open()
    with pytest.raises(StaleState):
        callbacks.call(actor=people.township, callback=row, result="matches")


def test_three_vain_calls_are_enough(confirmed, people):
    row = sheet_of(confirmed).callbacks.get()
    for _ in range(3):
        row = callbacks.call(actor=people.township, callback=row, result="unreached")
    assert row.result == "unreached"


def test_call_backs_are_the_townships_and_not_of_whoever_confirmed(donor, people, other_county, need):
    shipped = factories.shipped_pledge(donor, need)
    row = sheet_of(steps.receive(actor=people.township, pledge=shipped, witness=WITNESS)).callbacks.get()
    with pytest.raises(Conflict):
        callbacks.call(actor=people.township, callback=row, result="matches")
    for actor in (people.village, other_county.township, donor):
        with pytest.raises(NotAllowed):
            callbacks.call(actor=actor, callback=row, result="matches")
        with pytest.raises(NotAllowed):
            callbacks.open_phone(actor=actor, callback=row)


def test_the_sheet_shows_a_number_only_on_request_and_records_it(
    as_user, confirmed, people, other_county, home
):
    sheet = sheet_of(confirmed)
    row, number = sheet.callbacks.get(), home.phone.open().removeprefix("+86")
    township = as_user(people.township)
    page = township.get(f"/office/callbacks/{sheet.pk}/").content.decode()
    assert "欧阳受助" in page
    assert number not in page
    assert f"/office/callbacks/{sheet.pk}/" in township.get("/office/callbacks/").content.decode()
    assert number in township.post(f"/office/callbacks/{row.pk}/phone/").content.decode()
    assert AuditEntry.objects.filter(action="secret.reveal", reason__contains="回访").count() == 1
    assert township.post(f"/office/callbacks/{row.pk}/call/", {"result": ""}).status_code == 400
    assert township.post(f"/office/callbacks/{row.pk}/call/", {"result": "matches"}).status_code == 302
    other = as_user(other_county.township)
    assert other.get(f"/office/callbacks/{sheet.pk}/").status_code == 404
    assert other.post(f"/office/callbacks/{row.pk}/phone/").status_code == 404
    assert other.post(f"/office/callbacks/{row.pk}/call/", {"result": "matches"}).status_code == 404
    assert "还没有回访名单" in other.get("/office/callbacks/").content.decode()


def test_thanks_reach_the_donor_only_after_the_township_has_read_them(
    as_user, confirmed, donor, home, people, other_county
):
    url, words = confirmed.get_absolute_url(), "被子很暖和，孩子晚上睡得好。"
    household = as_user(home.account)
    assert household.post(f"{url}thanks/", {"text": words}).status_code == 302
    photo = photos.add(actor=home.account, pledge=confirmed, purpose="thanks", jpeg=b"1")
    browser = as_user(donor)
    assert words not in browser.get(url).content.decode()
    assert browser.get(f"{url}photos/{photo.pk}.jpg").status_code == 404
    row = Thanks.objects.get()
    township = as_user(people.township)
    assert words in township.get("/office/thanks/").content.decode()
    address = f"/office/thanks/{row.pk}/"
    assert as_user(other_county.township).get(address).status_code == 404
    assert township.post(address, {"then": "return", "reason": ""}).status_code == 400
    assert township.post(address, {"then": "pass"}).status_code == 302
    page = browser.get(url).content.decode()
    assert words in page
    assert "欧阳受助" not in page
    assert browser.get(f"{url}photos/{photo.pk}.jpg").status_code == 200
    with pytest.raises(Conflict):
        thanks.write(actor=home.account, pledge=confirmed, text="再改一改这段话")


@pytest.mark.parametrize("text", ["谢谢", "我叫欧阳受助，谢谢您", "电话 19900001234，有空来坐坐"])
def test_thanks_hold_no_names_and_numbers(confirmed, home, text):
    with pytest.raises(InvalidInput):
        thanks.write(actor=home.account, pledge=confirmed, text=text)


def test_thanks_are_the_recipients_and_read_by_somebody_else(confirmed, troubled_free, donor, people, home):
    with pytest.raises(NotAllowed):
        thanks.write(actor=donor, pledge=confirmed, text="自己谢谢自己")
    row = thanks.write(actor=people.township, pledge=confirmed, text="代这家人谢谢您")
    with pytest.raises(Conflict):
        thanks.review(actor=people.township, thanks=row, passes=True)
    with pytest.raises(NotAllowed):
        thanks.review(actor=people.village, thanks=row, passes=True)
    other = factories.officer("township_manager", factories.TOWN)
    row = thanks.review(actor=other, thanks=row, passes=False, reason="话太客套，请自己写")
    assert row.status == "returned"
    with pytest.raises(StaleState):
        thanks.review(actor=other, thanks=row, passes=True)
    assert thanks.write(actor=home.account, pledge=confirmed, text="孩子说被子很软").status == "waiting"


@pytest.fixture
def troubled_free(need):
    """Nothing stands in the way of the receipt."""
    assert not DeliveryCase.objects.exists()


def test_thanks_wait_for_a_complete_receipt(home, troubled):
    with pytest.raises(Conflict):
        thanks.write(actor=home.account, pledge=troubled, text="谢谢，不过坏了一张")


def test_the_inbox_holds_cases_thanks_and_sheets_of_the_own_place_only(
    confirmed, home, people, other_county, need
):
    sheet_of(confirmed)
    thanks.write(actor=home.account, pledge=confirmed, text="孩子说被子很软")
    assert [row["title"] for row in map(inbox.thanks_row, inbox.thanks_waiting(people.township))] == [
        need.title
    ]
    assert "还有 1 户" in inbox.callback_row(inbox.callbacks_waiting(people.township)[0])["what"]
    assert not inbox.thanks_waiting(other_county.township)
    assert not inbox.callbacks_waiting(other_county.township)


def test_lists_cost_the_same_for_one_and_three(as_user, donor, people, home):
    county = as_user(people.county)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert county.get("/office/cases/").status_code == 200
        return len(seen)

    def trouble() -> None:
        house = Household.objects.get(pk=factories.household(people.village).pk)
        need = factories.published_need(people, house, items=factories.goods_content().items)
        steps.receive(
            actor=people.village,
            pledge=factories.shipped_pledge(donor, need),
            outcome="problem",
            note="书桌断了",
        )

    trouble()
    cost()
    one = cost()
    trouble()
    trouble()
    assert cost() == one
