"""Change reports: the village says it, the township decides, and what it accepts is done in the same breath."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, Message, User
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.enums import Focus
from needs.models import Household, HouseholdReport, Need
from needs.services import household_reports as reports
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
QUEUE = "/office/households/reports/"
NEW = {
    "kind": "missed",
    "village": str(factories.VILLAGE),
    "name": "孙测试",
    "members": "2",
    "cause": "illness",
    "phone": "19900008888",
    "reason": "走访时发现，主要劳动力病倒三个月。",
    "evidence": "fingerprint",
    "consent": "on",
}


@pytest.fixture
def home(people: factories.Staff) -> Household:
    return factories.household(people.village)


def correction(people: factories.Staff, home: Household, **wanted: object) -> HouseholdReport:
    return reports.report_correction(
        actor=people.village, household=home, wanted=wanted, reason="户口簿上就是这样"
    )


def test_groups_address_and_situation_are_corrected_too(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    Household.objects.filter(pk=home.pk).update(focus=["disaster", "registered"])
    form = {"focus": ["registered", "disaster"], "address": "9 组", "reason": "搬到了安置点"}
    url = f"/office/households/{home.pk}/correct/"
    page = as_user(people.village).get(url).content.decode()
    assert page.count("checked") == 2
    assert as_user(people.village).post(url, {**form, "address": ""}).status_code == 400
    changed = {**form, "focus": ["illness"], "situation": "老人独自照看两个孩子"}
    assert as_user(people.village).post(url, changed).status_code == 302
    report = HouseholdReport.objects.get()
    page = as_user(people.township).get(f"{QUEUE}{report.pk}/").content.decode()
    assert f"改为 {Focus.ILLNESS.label}" in page
    assert "9 组" not in page
    assert "两个孩子" not in page
    reports.accept(actor=people.township, report=report)
    home.refresh_from_db()
    assert home.focus == ["illness"]
    assert (home.address.open(), home.situation.open()) == ("9 组", "老人独自照看两个孩子")  # type: ignore[union-attr]


def test_a_correction_is_read_field_by_field_and_done_when_accepted(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    old = home.phone.open()  # type: ignore[union-attr]
    typed = {"name": "张更正", "phone": "19900007777", "reason": "户口簿上就是这样"}
    assert as_user(people.village).post(f"/office/households/{home.pk}/correct/", typed).status_code == 302
    report = HouseholdReport.objects.get()
    page = as_user(people.township).get(f"{QUEUE}{report.pk}/").content.decode()
    assert "张测试 改为 张更正" in page
    assert "199****7777" in page
    assert "19900007777" not in page
    assert old.removeprefix("+86") not in page
    home.refresh_from_db()
    assert home.name == "张测试"
    answer = as_user(people.township).post(f"{QUEUE}{report.pk}/", {"action": "accept", "comment": ""})
    assert answer.status_code == 302
    home.refresh_from_db()
    assert (home.name, home.phone.open()) == ("张更正", "+8619900007777")  # type: ignore[union-attr]
    assert AuditEntry.objects.filter(action="household.report.accept").count() == 1
    assert Message.objects.filter(user=people.village, dedup_key=f"household-report:{report.pk}").exists()
    assert "张更正" in as_user(people.village).get(f"/office/households/{home.pk}/").content.decode()


def test_a_report_needs_a_change_a_reason_and_no_numbers_in_words(
    people: factories.Staff, home: Household
) -> None:
    with pytest.raises(InvalidInput):
        correction(people, home, name=home.name, cause="")
    for reason in ("", "他的电话 19900001234 打不通"):
        with pytest.raises(InvalidInput) as caught:
            reports.report_ending(actor=people.village, household=home, kind="close", reason=reason)
        assert "reason" in caught.value.fields
    with pytest.raises(InvalidInput):
        correction(people, home, phone=people.township.phone.open())  # type: ignore[union-attr]


def test_nobody_decides_on_an_own_report(people: factories.Staff, home: Household, as_user: As) -> None:
    report = reports.report_ending(
        actor=people.township, household=home, kind="close", reason="已搬到外县居住"
    )
    with pytest.raises(Conflict):
        reports.accept(actor=people.township, report=report)
    same_person = factories.officer("county_admin", factories.QIDONG)
    User.objects.filter(pk__in=(same_person.pk, people.township.pk)).update(id_index="a" * 64)
    with pytest.raises(Conflict):
        reports.accept(actor=User.objects.get(pk=same_person.pk), report=report)
    assert f"{QUEUE}{report.pk}/" not in as_user(people.township).get("/office/").content.decode()
    reports.accept(actor=people.county, report=report)
    with pytest.raises(StaleState):
        reports.refuse(actor=people.county, report=report, comment="还住在村里")


def test_villages_do_not_decide_and_strangers_do_not_see(
    people: factories.Staff, other_county: factories.Staff, home: Household, as_user: As
) -> None:
    report = correction(people, home, cause="disaster")
    for person in (people.village, other_county.township, people.charity):
        with pytest.raises(NotAllowed):
            reports.accept(actor=person, report=report)
    for path in (f"{QUEUE}{report.pk}/", f"/office/households/{home.pk}/correct/",
                 f"/office/households/{home.pk}/end/"):  # fmt: skip
        assert as_user(other_county.township).get(path).status_code == 404
        assert as_user(people.charity).get(path).status_code == 403
    assert home.name not in as_user(other_county.township).get(QUEUE).content.decode()
    page = as_user(people.village).get(f"{QUEUE}{report.pk}/").content.decode()
    assert 'value="accept"' not in page
    assert 'value="withdraw"' in page
    gone = as_user(people.village).post(f"{QUEUE}{report.pk}/", {"action": "withdraw", "comment": ""})
    assert gone.status_code == 302


def test_refusing_says_why_and_changes_nothing(people: factories.Staff, home: Household, as_user: As) -> None:
    report = correction(people, home, cause="disaster")
    browser, path = as_user(people.township), f"{QUEUE}{report.pk}/"
    assert browser.post(path, {"action": "refuse", "comment": ""}).status_code == 400
    assert browser.post(path, {"action": "refuse", "comment": "没有受灾记录"}).status_code == 302
    assert browser.post(path, {"action": "refuse", "comment": "没有受灾记录"}).status_code == 409
    home.refresh_from_db()
    assert home.cause == "schooling"
    assert "没有受灾记录" in browser.get(path).content.decode()


def test_a_report_on_what_has_changed_since_is_not_applied(people: factories.Staff, home: Household) -> None:
    report = correction(people, home, cause="disaster")
    Household.objects.filter(pk=home.pk).update(cause="illness")
    with pytest.raises(StaleState):
        reports.accept(actor=people.township, report=report)
    report.refresh_from_db()
    assert report.state == "open"


@pytest.mark.parametrize("kind", ["close", "false"])
def test_a_household_that_leaves_is_public_no_more(
    people: factories.Staff, home: Household, client: Client, as_user: As, kind: str
) -> None:
    need = factories.published_need(people, home)
    report = reports.report_ending(actor=people.village, household=home, kind=kind, reason="经核查家里有商铺")
    reports.accept(actor=people.township, report=report)
    assert client.get(need.get_absolute_url()).status_code == 404
    assert Need.objects.get(pk=need.pk).status == "returned"
    listed = f'href="/office/households/{home.pk}/"'
    browser = as_user(people.township)
    assert listed not in browser.get("/office/households/").content.decode()
    assert listed in browser.get("/office/households/?watch=closed").content.decode()
    with pytest.raises(Conflict):
        correction(people, home, cause="disaster")


def test_somebody_missed_is_registered_when_the_township_agrees(people: factories.Staff, as_user: As) -> None:
    assert as_user(people.village).post(f"{QUEUE}new/", {**NEW, "evidence": ""}).status_code == 400
    assert as_user(people.village).post(f"{QUEUE}new/", NEW).status_code == 302
    assert not Household.objects.filter(name="孙测试").exists()
    report = HouseholdReport.objects.get()
    assert "走访时发现" in as_user(people.township).get(f"{QUEUE}{report.pk}/").content.decode()
    reports.accept(actor=people.township, report=report)
    made = Household.objects.get(name="孙测试")
    assert (made.members, made.registered_by, made.consents.count()) == (2, people.village, 2)
    report.refresh_from_db()
    assert report.household == made


def test_the_inbox_of_the_township_shows_what_waits(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    report = correction(people, home, cause="disaster")
    assert f"{QUEUE}{report.pk}/" in as_user(people.township).get("/office/").content.decode()
    assert f"{QUEUE}{report.pk}/" not in as_user(people.village).get("/office/").content.decode()
