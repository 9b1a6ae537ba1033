"""The same person, phone or account in two households: found when saved, decided by the county, blocking until then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.invariants import REGISTRY
from accounts.models import AuditEntry, User
from fupin.lib.clock import now, shifted
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from needs import invariants  # noqa: F401
from needs.models import Campaign, Household, HouseholdFlag, Need
from needs.services import (
    drafts,
    household_flags,
    household_records,
    households,
    members,
    publication,
    review,
)
from needs.services import household_reports as reports
from needs.services.households import HouseholdInput
from needs.services.members import MemberInput
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
QUEUE = "/office/households/flags/"


def home(people: factories.Staff, name: str, code: int = factories.VILLAGE, **values: str) -> Household:
    return households.register(
        actor=people.village,
        region=factories.regions()[code],
        content=HouseholdInput(name=name, cause="illness", **values),  # type: ignore[arg-type]
        evidence="signed_paper",
    )


def flags() -> list[tuple[str, str, str]]:
    rows = HouseholdFlag.objects.order_by("household_id", "kind")
    return [(row.household.name, row.kind, row.state) for row in rows]


def waiting_need(people: factories.Staff, household: Household) -> Need:
    need = drafts.create_draft(actor=people.village, household=household, content=factories.content())
    review.submit(actor=people.village, need=need)
    return review.check(actor=people.township, need=need, comment="已电话核对")


def test_one_phone_in_two_households_flags_both_and_blocks_publication(people: factories.Staff) -> None:
    home(people, "甲测试", phone="19900005555")
    second = home(people, "乙测试", phone="19900005555")
    home(people, "丙测试", phone="19900005556")
    assert flags() == [("甲测试", "phone", "open"), ("乙测试", "phone", "open")]
    need = waiting_need(people, second)
    with pytest.raises(Conflict) as caught:
        review.approve(actor=people.county, need=need)
    assert "同一个手机号" in caught.value.message
    flag = HouseholdFlag.objects.get(household=second)
    household_flags.decide(actor=people.county, flag=flag, action="legitimate", comment="两兄弟共用一部手机")
    assert review.approve(actor=people.county, need=need).status == "published"
    assert AuditEntry.objects.filter(action="household.flag.legitimate").count() == 1


def test_a_scheduled_publication_waits_for_a_flag_found_since(people: factories.Staff) -> None:
    first = home(people, "甲测试", phone="19900005555")
    need = review.approve(
        actor=people.county, need=waiting_need(people, first), publish_at=now() + timedelta(hours=1)
    )
    campaign = Campaign.objects.create(
        region_id=factories.QIDONG, name="冬衣行动", release_at=need.publish_at, created_by=people.county
    )
    Need.objects.filter(pk=need.pk).update(campaign=campaign)
    home(people, "乙测试", phone="19900005555")
    with shifted(timedelta(hours=2)):
        assert publication.publish_due() == 0
    need.refresh_from_db()
    assert (need.status, need.publish_at, need.campaign) == ("checked", None, None)


def test_a_person_is_found_among_heads_and_members_alike(people: factories.Staff) -> None:
    number = factories.id_number("19600101")
    first, second = home(people, "甲测试", id_number=number), home(people, "乙测试")
    person = MemberInput(name="甲测试", relation="parent", labour="weak", id_number=number)
    row = members.add(actor=people.village, household=second, content=person)
    assert flags() == [("甲测试", "person", "open"), ("乙测试", "person", "open")]
    members.remove(actor=people.village, member=row, why="mistake")
    assert {state for _, _, state in flags()} == {"gone"}
    members.add(actor=people.village, household=second, content=person)
    assert {state for _, _, state in flags()} == {"open"}
    assert first.shared_flags.get().other == second


def test_one_bank_account_in_two_households_is_found(people: factories.Staff) -> None:
    homes = [home(people, "甲测试"), home(people, "乙测试")]
    for one in homes:
        household_records.set_bank_account(
            actor=people.township, household=one, number="6200000000001234", holder=one.name
        )
    assert flags() == [("甲测试", "bank", "open"), ("乙测试", "bank", "open")]


def test_a_correction_makes_the_flags_go_and_a_third_household_brings_them_back(
    people: factories.Staff,
) -> None:
    first, second = (home(people, name, phone="19900005555") for name in ("甲测试", "乙测试"))
    flag = HouseholdFlag.objects.get(household=first)
    household_flags.decide(actor=people.county, flag=flag, action="legitimate", comment="母女共用")
    home(people, "丙测试", phone="19900005555")
    assert [state for _, _, state in flags()] == ["open", "open", "open"]
    report = reports.report_correction(
        actor=people.village, household=second, wanted={"phone": "19900005557"}, reason="号码登错了"
    )
    reports.accept(actor=people.township, report=report)
    states = {name: state for name, _, state in flags()}
    assert states == {"甲测试": "open", "乙测试": "gone", "丙测试": "open"}


def test_an_officers_own_phone_is_refused_at_once(people: factories.Staff) -> None:
    for person in (people.village, people.county, people.charity):
        with pytest.raises(InvalidInput) as caught:
            home(people, "甲测试", phone=person.phone.open())  # type: ignore[union-attr]
        assert "phone" in caught.value.fields
    assert not Household.objects.exists()


def test_the_county_decides_in_its_queue_and_nobody_else(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    first = home(people, "甲测试", phone="19900005555")
    home(other_county, "乙测试", factories.VILLAGE_OTHER, phone="19900005555")
    flag = HouseholdFlag.objects.get(household=first)
    path = f"{QUEUE}{flag.pk}/"
    assert as_user(people.township).get(path).status_code == 403
    assert as_user(other_county.county).get(path).status_code == 404
    assert path in as_user(people.county).get("/office/").content.decode()
    page = as_user(people.county).get(path).content.decode()
    assert "别的县登记的一户" in page
    assert "乙测试" not in page
    with pytest.raises(NotAllowed):
        household_flags.decide(actor=people.township, flag=flag, action="correct", comment="号码登错了")
    browser = as_user(people.county)
    assert browser.post(path, {"action": "correct", "comment": ""}).status_code == 400
    assert browser.post(path, {"action": "correct", "comment": "号码登错了"}).status_code == 302
    assert browser.post(path, {"action": "correct", "comment": "号码登错了"}).status_code == 409
    with pytest.raises(Conflict):
        household_flags.ensure_none_open(first)
    warned = as_user(people.village).get(f"/office/households/{first.pk}/").content.decode()
    assert "同一个手机号在两户" in warned


def test_the_audit_finds_sharing_that_nobody_flagged(people: factories.Staff) -> None:
    first, second = home(people, "甲测试", phone="19900005555"), home(people, "乙测试")
    assert not list(REGISTRY["needs-shared"].violations())
    Household.objects.filter(pk=second.pk).update(phone_index=first.phone_index)
    assert {found.pk for found in REGISTRY["needs-shared"].violations()} == {str(first.pk), str(second.pk)}
