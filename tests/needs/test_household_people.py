"""The people of a household, the watch over it and its bank account: who may record what, and what never shows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.invariants import REGISTRY
from accounts.models import AuditEntry, User
from fupin.lib.errors import InvalidInput, NotAllowed
from needs import invariants  # noqa: F401
from needs.models import Household, HouseholdMember
from needs.services import household_records, members
from needs.services.members import MemberInput
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
ILLNESS = "甲乙丙丁综合征"
PERSON = {
    "name": "张小苗",
    "relation": "grandchild",
    "birth_year": "2015",
    "sex": "female",
    "guardian": "张测试",
    "stage": "primary",
    "health": "chronic",
    "illness": ILLNESS,
    "labour": "none",
}


@pytest.fixture
def home(people: factories.Staff) -> Household:
    return factories.household(people.village)


def url(home: Household, rest: str = "") -> str:
    return f"/office/households/{home.pk}/{rest}"


def adult(**changes: object) -> MemberInput:
    values: dict[str, object] = {
        "name": "李成员",
        "relation": "spouse",
        "labour": "ordinary",
        "sex": "female",
        "birth_year": 1975,
    }
    return MemberInput(**{**values, **changes})  # type: ignore[arg-type]


def add(people: factories.Staff, home: Household, **changes: object) -> HouseholdMember:
    return members.add(actor=people.village, household=home, content=adult(**changes))


def refused(people: factories.Staff, home: Household, **changes: object) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as caught:
        add(people, home, **changes)
    return caught.value.fields


def test_an_officer_records_a_person_and_corrects_it(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    browser = as_user(people.village)
    assert browser.post(url(home, "people/new/"), PERSON).status_code == 302
    child = home.people.get()
    assert child.illness is not None
    assert child.illness.open() == ILLNESS
    page = browser.get(url(home)).content.decode()
    assert "张小苗" in page
    assert "长期慢性病" in page
    assert ILLNESS not in page
    form = browser.get(url(home, f"people/{child.pk}/")).content.decode()
    assert ILLNESS not in form
    changed = {**PERSON, "illness": "", "stage": "junior"}
    assert browser.post(url(home, f"people/{child.pk}/"), changed).status_code == 302
    child.refresh_from_db()
    assert child.stage == "junior"
    assert child.illness.open() == ILLNESS
    assert AuditEntry.objects.filter(action="household.member.edit").count() == 1
    assert ILLNESS not in str(AuditEntry.objects.values_list("changes", flat=True))


def test_the_same_form_sent_twice_records_one_person(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    key = {"submission_key": "5f1d7a84-7df2-4b4e-8a40-9e6f31f1f0aa"}
    for _ in range(2):
        assert as_user(people.village).post(url(home, "people/new/"), {**PERSON, **key}).status_code == 302
    assert home.people.count() == 1


def test_the_family_is_never_smaller_than_its_list(people: factories.Staff, home: Household) -> None:
    assert home.members == 3
    rows = [add(people, home, name=f"李{word}", relation="child") for word in "一二三四"]
    home.refresh_from_db()
    assert home.members == 5
    members.remove(actor=people.village, member=rows[0], why="mistake")
    home.refresh_from_db()
    assert home.members == 5
    members.remove(actor=people.village, member=rows[1], why="died")
    home.refresh_from_db()
    assert home.members == 4


def test_removing_asks_why_and_leaves_nothing(people: factories.Staff, home: Household, as_user: As) -> None:
    person, browser = add(people, home), as_user(people.village)
    assert browser.get(url(home, f"people/{person.pk}/remove/")).status_code == 200
    assert browser.post(url(home, f"people/{person.pk}/remove/"), {"why": ""}).status_code == 400
    assert browser.post(url(home, f"people/{person.pk}/remove/"), {"why": "moved"}).status_code == 302
    assert not home.people.exists()
    assert AuditEntry.objects.get(action="household.member.remove").reason == "moved"


def test_a_minor_needs_a_guardian(people: factories.Staff, home: Household) -> None:
    assert "guardian" in refused(people, home, relation="child", birth_year=2014)
    assert add(people, home, relation="child", birth_year=2014, guardian="张测试").is_minor


def test_an_id_number_says_birth_and_sex_and_must_agree(people: factories.Staff, home: Household) -> None:
    number = factories.id_number("19810203", serial=121)
    person = add(people, home, id_number=number, birth_year=None, sex="")
    assert (person.birth_year, person.sex) == (1981, "male")
    assert "birth_year" in refused(people, home, id_number=factories.id_number("19810203"), birth_year=1990)
    assert "id_number" in refused(people, home, id_number=number, birth_year=None)


def test_left_behind_children_women_and_elders_are_named(people: factories.Staff, home: Household) -> None:
    child = add(people, home, relation="child", birth_year=2015, guardian="张测试", left_behind=True)
    woman, elder = add(people, home, left_behind=True), add(people, home, birth_year=1940, left_behind=True)
    words = [person.left_behind_words for person in (child, woman, elder, add(people, home))]
    assert words == ["留守儿童", "留守妇女", "留守老人", ""]


def test_the_audit_finds_a_family_smaller_than_its_list_and_a_child_without_a_guardian(
    people: factories.Staff, home: Household
) -> None:
    child = add(people, home, relation="child", birth_year=2015, guardian="张测试")
    assert not [*REGISTRY["needs-members"].violations(), *REGISTRY["needs-minors"].violations()]
    Household.objects.filter(pk=home.pk).update(members=1)
    HouseholdMember.objects.filter(pk=child.pk).update(guardian="")
    assert [found.pk for found in REGISTRY["needs-members"].violations()] == [str(home.pk)]
    assert [found.pk for found in REGISTRY["needs-minors"].violations()] == [str(child.pk)]


def test_there_is_one_head_and_its_number_stands_on_the_household(
    people: factories.Staff, home: Household
) -> None:
    assert "id_number" in refused(people, home, relation="head", id_number=factories.id_number("19750101"))
    head = add(people, home, relation="head", name="别的名字")
    assert head.name == home.name
    assert "relation" in refused(people, home, relation="head")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"disability": "sight"}, "grade"),
        ({"grade": 2}, "grade"),
        ({"needs": ["device"]}, "disability"),
        ({"disability": "physical", "grade": 2, "certificate": "123"}, "certificate"),
        ({"disability": "physical", "grade": 2, "certificate": "430000197501010011" + "12"}, "certificate"),
    ],
)
def test_a_disability_is_recorded_whole(
    people: factories.Staff, home: Household, changes: dict[str, object], field: str
) -> None:
    assert field in refused(people, home, **changes)


def test_a_disability_profile_shows_its_needs_and_hides_its_number(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    number = f"{factories.id_number('19750101')}42"
    add(people, home, disability="physical", grade=2, certificate=number, needs=["access", "training"])
    page = as_user(people.township).get(url(home)).content.decode()
    assert "肢体残疾二级" in page
    assert "家庭无障碍改造" in page
    assert "就业培训" in page
    assert number not in page


def test_another_county_and_other_posts_find_no_door(
    people: factories.Staff, other_county: factories.Staff, home: Household, as_user: As
) -> None:
    person = add(people, home)
    for rest in (
        "people/new/",
        f"people/{person.pk}/",
        f"people/{person.pk}/remove/",
        "monitoring/",
        "bank/",
    ):
        assert as_user(other_county.county).get(url(home, rest)).status_code == 404
        assert as_user(other_county.county).post(url(home, rest), PERSON).status_code == 404
        assert as_user(people.charity).get(url(home, rest)).status_code == 403
    for rest in ("monitoring/", "bank/"):
        assert as_user(people.village).post(url(home, rest), {}).status_code == 403
    with pytest.raises(NotAllowed):
        members.add(actor=other_county.village, household=home, content=adult())
    elsewhere = factories.household(people.village)
    assert as_user(people.village).get(url(elsewhere, f"people/{person.pk}/")).status_code == 404


def test_the_township_records_the_watch_and_the_list_finds_it(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    browser = as_user(people.township)
    half = {"monitored": "marginal", "risk": "", "since": ""}
    assert browser.post(url(home, "monitoring/"), half).status_code == 400
    whole = {"monitored": "marginal", "risk": "open", "since": "2026-05-01"}
    assert browser.post(url(home, "monitoring/"), whole).status_code == 302
    assert "边缘易致贫户，风险未消除（2026-05-01 起）" in browser.get(url(home)).content.decode()
    for watch, there in (("open", True), ("marginal", True), ("cleared", False), ("sudden", False)):
        page = browser.get("/office/households/", {"watch": watch}).content.decode()
        assert (url(home) in page) is there
    for watch, there in (("focus-illness", True), ("focus-exam", False)):
        Household.objects.filter(pk=home.pk).update(focus=["illness"])
        page = browser.get("/office/households/", {"watch": watch}).content.decode()
        assert (url(home) in page) is there
    assert AuditEntry.objects.get(action="household.monitor").changes["risk"] == ["", "open"]


def test_an_officer_of_the_village_never_enters_a_bank_account(
    people: factories.Staff, home: Household
) -> None:
    with pytest.raises(NotAllowed):
        household_records.set_bank_account(
            actor=people.village, household=home, number="6200000000001234", holder=home.name
        )


def test_a_bank_account_is_in_the_family_and_shows_four_digits(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    add(people, home, name="李成员")
    browser = as_user(people.township)
    typed = {"number": "6200 0000 0000 1234", "again": "6200000000001234"}
    assert browser.post(url(home, "bank/"), {**typed, "holder": "某工作人员"}).status_code == 400
    slip = {**typed, "again": "6200000000001235", "holder": "李成员"}
    assert browser.post(url(home, "bank/"), slip).status_code == 400
    assert browser.post(url(home, "bank/"), {**typed, "holder": "李成员"}).status_code == 302
    page = browser.get(url(home)).content.decode()
    assert "李成员 ****1234" in page
    assert "6200000000001234" not in page
    assert "6200000000001234" not in browser.get(url(home, "bank/")).content.decode()


def test_what_is_encrypted_opens_with_a_reason_and_a_trace(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    person = add(people, home, health="serious", illness=ILLNESS)
    key = f"{person.pk}-illness"
    wanted = {"field": key, "reason": "核对医疗救助"}
    assert as_user(people.village).post(url(home, "reveal/"), wanted).status_code == 403
    assert ILLNESS not in as_user(people.county).get(url(home, "reveal/")).content.decode()
    answer = as_user(people.county).post(url(home, "reveal/"), wanted)
    assert ILLNESS in answer.content.decode()
    entry = AuditEntry.objects.get(action="secret.reveal")
    assert entry.changes == {"field": "illness"}
    assert entry.reason == "核对医疗救助"
    unknown = {"field": f"{person.pk}-certificate", "reason": "核对医疗救助"}
    assert as_user(people.county).post(url(home, "reveal/"), unknown).status_code == 400


def test_nothing_about_members_leaves_the_office(
    people: factories.Staff, home: Household, donor: User, client: Client, as_user: As
) -> None:
    need = factories.published_need(people, home)
    add(people, home, name="丑寅卯", relation="child", birth_year=2014, guardian="辰巳午", illness=ILLNESS,
        health="serious")  # fmt: skip
    for browser in (client, as_user(donor), as_user(people.charity)):
        for path in (
            "/",
            "/needs/",
            f"/needs/{need.pk}/",
            f"/api/v1/needs/{need.pk}/",
            "/api/v1/households/",
        ):
            page = browser.get(path).content.decode()
            assert not any(word in page for word in ("丑寅卯", "辰巳午", ILLNESS, "2014"))


def test_the_page_asks_the_same_for_one_person_and_for_many(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    browser = as_user(people.township)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(url(home))
        return len(queries)

    add(people, home)
    count()
    one = count()
    for word in "一二三四五":
        add(people, home, name=f"李{word}", relation="child")
    assert count() == one
