"""Time given: its day agreed by both sides, its hours confirmed and booked; proof at the door; reminders."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from accounts.models import AuditEntry, Message
from donors.models import HoursEntry, Pledge
from donors.services import certificates, codes, pledges, reminders, service_days, steps
from donors.services.pledges import PledgeInput
from donors.services.proofs import Witness
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState, TooMany
from tests import factories

pytestmark = pytest.mark.django_db
WITNESS = Witness("周见证", "邻居")


@pytest.fixture
def home(people):
    return factories.household(people.village, account=factories.user("欧阳受助"), name="欧阳受助")


@pytest.fixture
def phoneless(people):
    made = factories.household(people.village, name="司马无机")
    made.phone = None
    made.save()
    return made


@pytest.fixture
def need(people, home):
    return factories.published_need(people, home, forms=["service"], target_fen=0, title="帮老人理发")


def offer(donor, need, **changes):
    values = {"form": "service", "hours": 4, "service_on": today(), **changes}
    key = f"service-{Pledge.objects.count()}"
    return pledges.pledge(actor=donor, need=need, content=PledgeInput(**values), idempotency_key=key)


def sent_code() -> str:
    """The six digits of the newest text message."""
    return Message.objects.filter(channel="sms").order_by("-id").first().code.open()


def test_confirmed_hours_may_differ_from_those_offered_and_are_booked_once(donor, people, need):
    made = steps.receive(actor=people.village, pledge=offer(donor, need), hours=6, witness=WITNESS)
    entry = HoursEntry.objects.get()
    assert (entry.donor, entry.hours, entry.kind, entry.region_id) == (donor, 6, "hours", factories.QIDONG)
    certificates.issue_due()
    assert certificates.payload_of(made.certificates.get()).content.startswith("志愿服务 6 小时")
    with pytest.raises(StaleState):
        steps.receive(actor=people.village, pledge=made)
    assert HoursEntry.objects.count() == 1


def test_hours_are_booked_when_a_problem_is_solved_and_not_before(donor, people, need):
    made = steps.receive(actor=people.village, pledge=offer(donor, need), outcome="problem", note="人没有来")
    assert not HoursEntry.objects.exists()
    steps.receive(actor=people.village, pledge=made, hours=2)
    assert HoursEntry.objects.get().hours == 2


@pytest.mark.parametrize("hours", [0, 201])
def test_hours_stay_within_limits(donor, people, need, hours):
    with pytest.raises(InvalidInput):
        steps.receive(actor=people.village, pledge=offer(donor, need), hours=hours)


def test_a_letter_counts_without_hours_and_a_visit_with_them(donor, people, need):
    letter = offer(donor, need, service="letter", hours=0)
    with pytest.raises(InvalidInput):
        offer(donor, need, service="visit", hours=0)
    made = steps.receive(actor=people.village, pledge=letter)
    assert (HoursEntry.objects.get().hours, made.service_words()) == (0, "写信问候")


def test_the_other_side_agrees_to_a_day_or_proposes_another(donor, people, home, need):
    made = offer(donor, need, service_on=today() + timedelta(days=3))
    with pytest.raises(NotAllowed):
        service_days.agree(actor=factories.user("路人"), pledge=made)
    with pytest.raises(Conflict):
        service_days.agree(actor=donor, pledge=made)
    later = today() + timedelta(days=60)
    before = donor.inbox.count()
    made = service_days.propose(actor=home.account, pledge=made, date=later)
    assert (made.service_on, made.date_by, donor.inbox.count()) == (later, "recipient", before + 1)
    assert made.expires_at > now() + timedelta(days=60)
    with pytest.raises((Conflict, NotAllowed)):
        service_days.agree(actor=people.village, pledge=made)
    made = service_days.agree(actor=donor, pledge=made)
    assert made.date_agreed_at is not None
    with pytest.raises(StaleState):
        service_days.agree(actor=donor, pledge=made)
    with pytest.raises(InvalidInput):
        service_days.propose(actor=donor, pledge=made, date=today() - timedelta(days=1))
    assert AuditEntry.objects.filter(action="pledge.propose").count() == 1


def test_a_service_far_ahead_does_not_lapse_before_its_day(donor, need):
    made = offer(donor, need, service_on=today() + timedelta(days=200))
    assert made.expires_at > now() + timedelta(days=200)


def test_proof_is_the_own_account_a_code_a_witness_or_the_officer_alone(donor, people, home, need):
    own = steps.receive(actor=home.account, pledge=offer(donor, need))
    seen = steps.receive(actor=people.village, pledge=offer(donor, need), witness=WITNESS)
    alone = steps.receive(actor=people.village, pledge=offer(donor, need))
    coded = offer(donor, need)
    codes.send(actor=people.village, pledge=coded)
    codes.prove(actor=people.village, pledge=coded, code=sent_code())
    coded = steps.receive(actor=people.village, pledge=coded)
    assert [row.proof for row in (own, seen, alone, coded)] == ["own", "witness", "officer", "code"]
    seen.refresh_from_db()
    assert seen.witness_name.open() == "周见证"


@pytest.mark.parametrize("name", ["李爱心", "测试村信息员", "李 爱心"])
def test_a_witness_is_neither_the_donor_nor_the_officer(donor, people, need, name):
    with pytest.raises(InvalidInput) as refusal:
        steps.receive(actor=people.village, pledge=offer(donor, need), witness=Witness(name, "邻居"))
    assert "witness_name" in refusal.value.fields


def test_the_donor_at_the_door_enters_the_households_code(donor, people, home, need):
    made = offer(donor, need)
    with pytest.raises(InvalidInput):
        steps.handover(actor=donor, pledge=made)
    codes.send(actor=donor, pledge=made)
    sms = Message.objects.filter(channel="sms").order_by("-id").first()
    assert sms.phone.open() == home.phone.open()
    codes.prove(actor=donor, pledge=made, code=sent_code())
    made = steps.handover(actor=donor, pledge=made, hours=3)
    assert (made.status, made.proof, HoursEntry.objects.get().hours) == ("confirmed", "code", 3)
    assert made.steps.last().actor_label == "受助家庭（短信确认码）"


def test_a_code_dies_of_wrong_guesses_and_of_age_and_is_no_ones_elses(donor, people, need):
    made = offer(donor, need)
    codes.send(actor=donor, pledge=made)
    right = sent_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(codes.MAX_TRIES):
        with pytest.raises(InvalidInput):
            codes.prove(actor=donor, pledge=made, code=wrong)
    with pytest.raises(InvalidInput):
        codes.prove(actor=donor, pledge=made, code=right)
    other = offer(donor, need)
    codes.send(actor=donor, pledge=other)
    other.codes.update(expires_at=now() - timedelta(seconds=1))
    with pytest.raises(InvalidInput):
        codes.prove(actor=donor, pledge=other, code=sent_code())
    third = offer(donor, need)
    codes.send(actor=people.village, pledge=third)
    codes.prove(actor=people.village, pledge=third, code=sent_code())
    with pytest.raises(InvalidInput):
        steps.handover(actor=donor, pledge=third)
    assert right not in third.codes.get().code_hash


def test_codes_are_not_for_strangers_nor_before_the_day_nor_twice_a_minute(
    donor, people, other_county, need, phoneless
):
    ahead = offer(donor, need, service_on=today() + timedelta(days=1))
    for actor in (donor, factories.user("路人"), other_county.village):
        with pytest.raises(NotAllowed):
            codes.send(actor=actor, pledge=ahead)
    codes.send(actor=people.village, pledge=ahead)
    with pytest.raises(TooMany):
        codes.send(actor=people.village, pledge=ahead)
    silent = factories.published_need(people, phoneless, forms=["service"], target_fen=0)
    with pytest.raises(Conflict) as refusal:
        codes.send(actor=people.village, pledge=offer(donor, silent))
    assert refusal.value.code == "no_phone"


def test_an_officers_page_asks_for_a_code_or_a_witness_and_spends_tries(as_user, donor, people, need):
    made = offer(donor, need)
    url, officer = made.get_absolute_url(), as_user(people.village)
    refused = officer.post(f"{url}receive/", {"outcome": "complete", "hours": "4"})
    assert refused.status_code == 400
    assert "见证人" in refused.content.decode()
    assert officer.post(f"{url}code/").status_code == 302
    wrong = f"{(int(sent_code()) + 1) % 1_000_000:06d}"
    assert (
        officer.post(f"{url}receive/", {"outcome": "complete", "hours": "4", "code": wrong}).status_code
        == 400
    )
    assert made.codes.get().tries == 1
    said = {"outcome": "complete", "hours": "5", "code": sent_code()}
    assert officer.post(f"{url}receive/", said).status_code == 302
    assert HoursEntry.objects.get().hours == 5


def test_donors_never_read_the_households_phone_or_name(as_user, donor, people, home, need):
    made = offer(donor, need)
    browser = as_user(donor)
    browser.post(f"{made.get_absolute_url()}code/")
    page = browser.get(made.get_absolute_url()).content.decode()
    assert "用确认码" in page
    steps.receive(actor=people.village, pledge=made, witness=WITNESS)
    page += browser.get(made.get_absolute_url()).content.decode()
    number = home.phone.open().removeprefix("+86")
    for secret in (number, number[3:7] + number[7:], "欧阳受助", "周见证"):
        assert secret not in page


def test_the_day_is_agreed_on_the_pages(as_user, donor, home, need):
    made = offer(donor, need, service_on=today() + timedelta(days=5))
    url, household = made.get_absolute_url(), as_user(home.account)
    assert "这个日期可以吗" in household.get(url).content.decode()
    day = (today() + timedelta(days=6)).isoformat()
    assert household.post(f"{url}propose/", {"date": "x"}).status_code == 400
    assert household.post(f"{url}propose/", {"date": day}).status_code == 302
    assert "这个日期可以吗" in as_user(donor).get(url).content.decode()
    assert as_user(donor).post(f"{url}agree/").status_code == 302
    assert "双方已约定" in household.get(url).content.decode()


def test_my_hours_are_mine_alone_and_go_out_as_files(as_user, donor, people, need):
    for hours in (1, 2, 3):
        steps.receive(actor=people.village, pledge=offer(donor, need), hours=hours)
    browser = as_user(donor)
    page = browser.get("/me/hours/").content.decode()
    assert "一共 6 小时" in page
    rows = list(csv.reader(io.StringIO(browser.get("/me/hours.csv").content.decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["1", "2", "3"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get("/me/hours.xlsx").content))
    lines = book.get_sheet_by_index(0).to_python()
    assert (len(lines), lines[1][3]) == (4, "帮老人理发")
    assert "还没有确认过的时长" in as_user(factories.user("路人")).get("/me/hours/").content.decode()
    assert browser.get("/me/hours.pdf").status_code == 404


def test_the_page_of_hours_costs_the_same_for_one_and_three(as_user, donor, people, need):
    def cost() -> int:
        browser = as_user(donor)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/me/hours/").status_code == 200
        return len(seen)

    steps.receive(actor=people.village, pledge=offer(donor, need))
    one = cost()
    for _ in range(2):
        steps.receive(actor=people.village, pledge=offer(donor, need))
    assert cost() == one


def test_a_promise_is_reminded_of_once_a_day_before_and_prolonged_once(donor, people):
    factories.charity_account()
    made = factories.money_pledge(donor, factories.published_need(people))
    assert reminders.remind_due() == 0
    Pledge.objects.filter(pk=made.pk).update(expires_at=now() + timedelta(hours=20))
    before = donor.inbox.count()
    assert (reminders.remind_due(), reminders.remind_due(), donor.inbox.count()) == (1, 0, before + 1)
    with pytest.raises(NotAllowed):
        steps.prolong(actor=people.village, pledge=made)
    made = steps.prolong(actor=donor, pledge=made)
    assert made.expires_at > now() + timedelta(days=3)
    with pytest.raises(StaleState):
        steps.prolong(actor=donor, pledge=made)
    assert AuditEntry.objects.filter(action="pledge.prolong").count() == 1


def test_my_help_is_filtered_by_state_and_an_unknown_state_is_not_found(as_user, donor, people):
    factories.charity_account()
    need = factories.published_need(people)
    first = factories.money_pledge(donor, need, 100_00)
    second = steps.pay(actor=donor, pledge=factories.money_pledge(donor, need, 100_00))
    browser = as_user(donor)
    todo, going = (browser.get(f"/pledges/?state={state}").content.decode() for state in ("todo", "going"))
    assert first.get_absolute_url() in todo
    assert second.get_absolute_url() not in todo
    assert second.get_absolute_url() in going
    assert "换个状态看看" in browser.get("/pledges/?state=ended").content.decode()
    assert browser.get("/pledges/?state=zzz").status_code == 404
