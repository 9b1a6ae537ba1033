"""A household's own door: registering step by step, writing, handing in, confirming what arrived."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from needs.enums import Evidence, Status
from needs.models import Household, Need
from needs.services import review
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
REGISTER = f"/apply/register/?region={factories.VILLAGE}"
FAMILY = {"name": "周测试", "members": "3", "cause": "illness", "phone": "", "consent": "on"}
NEED = {
    "title": "大病后的康复费用",
    "kind": "medical",
    "story": factories.STORY,
    "forms": ["money"],
    "target_amount": "800.50",
    "rows": "3",
    "then": "submit",
}


def text_of(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def person(people: factories.Staff) -> User:
    return factories.user("周测试")


@pytest.fixture
def own_home(person: User, as_user: As) -> Household:
    assert as_user(person).post(REGISTER, FAMILY).status_code == 302
    return Household.objects.get(account=person)


def test_strangers_sign_in_first(client: Client) -> None:
    for path in ("/apply/", "/apply/register/", "/apply/new/"):
        assert client.get(path)["Location"].startswith("/accounts/enter/?next=/apply/")


def test_before_registering_the_page_explains_and_writing_leads_to_it(person: User, as_user: As) -> None:
    client = as_user(person)
    assert "开始登记" in text_of(client.get("/apply/"))
    assert client.get("/apply/new/")["Location"] == "/apply/register/"


def test_the_village_is_reached_by_taps_from_the_province_down(person: User, as_user: As) -> None:
    client, path = as_user(person), "/apply/register/"
    for code in (factories.HUNAN, factories.HENGYANG, factories.QIDONG, factories.TOWN, factories.VILLAGE):
        page = text_of(client.get(path))
        assert f"?region={code}" in page
        assert 'name="cause"' not in page
        path = f"/apply/register/?region={code}"
    page = text_of(client.get(path))
    assert 'name="cause"' in page
    assert "同意登记" in page


def test_the_form_knows_my_name_and_number(person: User, as_user: As) -> None:
    page = text_of(as_user(person).get(REGISTER))
    assert 'value="周测试"' in page
    assert f'value="{person.phone.open().removeprefix("+86")}"' in page


def test_registering_records_the_consent_as_given_online(
    own_home: Household, person: User, as_user: As
) -> None:
    assert set(own_home.consents.values_list("evidence", flat=True)) == {Evidence.OWN_ACCOUNT}
    assert as_user(person).get("/apply/register/")["Location"] == "/apply/"


def test_a_township_is_no_place_to_live_in(person: User, as_user: As) -> None:
    as_user(person).post(f"/apply/register/?region={factories.TOWN}", FAMILY)
    assert not Household.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "周\x00"),
        ("name", "😀"),
        ("name", "周" * 100_000),
        ("members", "-1"),
        ("members", "1e9"),
        ("members", "1_000"),
        ("members", ""),
        ("cause", ""),
        ("phone", "110"),
        ("consent", ""),
    ],
)
def test_bad_registrations_are_kept_and_explained(person: User, as_user: As, field: str, typed: str) -> None:
    answer = as_user(person).post(REGISTER, {**FAMILY, field: typed})
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in text_of(answer)
    assert not Household.objects.exists()


def test_full_width_digits_are_understood(person: User, as_user: As) -> None:
    assert as_user(person).post(REGISTER, {**FAMILY, "members": "３"}).status_code == 302


def test_an_own_need_goes_to_the_village_and_says_what_comes_next(
    own_home: Household, person: User, people: factories.Staff, as_user: As
) -> None:
    client = as_user(person)
    assert client.post("/apply/new/", NEED)["Location"] == "/apply/"
    need = Need.objects.get()
    assert (need.status, need.on_behalf, need.progress.target_fen) == (Status.SUBMITTED, False, 80_050)
    assert "村信息员会上门" in text_of(client.get("/apply/"))
    steps = ((people.village, "verify"), (people.township, "check"), (people.county, "approve"))
    for officer, action in steps:
        url = f"/office/needs/{need.pk}/"
        assert as_user(officer).post(f"{url}{action}/", {"comment": "已核实"}).status_code == 302
    assert "正在求助" in text_of(client.get("/apply/"))


def test_a_returned_need_shows_why_and_goes_in_again(
    own_home: Household, person: User, people: factories.Staff, as_user: As
) -> None:
    client = as_user(person)
    client.post("/apply/new/", NEED)
    need = Need.objects.get()
    review.send_back(actor=people.village, need=need, reason="incomplete", comment="请写明医院")
    assert "请写明医院" in text_of(client.get("/apply/"))
    assert client.post(f"/needs/{need.pk}/edit/", NEED)["Location"] == "/apply/"
    need.refresh_from_db()
    assert need.status == Status.SUBMITTED


def test_a_draft_can_wait_be_handed_in_and_taken_back(own_home: Household, person: User, as_user: As) -> None:
    client = as_user(person)
    client.post("/apply/new/", {**NEED, "then": "save"})
    need = Need.objects.get()
    assert need.status == Status.DRAFT
    assert client.post(f"/needs/{need.pk}/submit/")["Location"] == "/apply/"
    assert client.get(f"/needs/{need.pk}/withdraw/").status_code == 405
    assert client.post(f"/needs/{need.pk}/withdraw/")["Location"] == "/apply/"
    need.refresh_from_db()
    assert need.status == Status.WITHDRAWN
    assert need.title not in text_of(client.get("/apply/"))


def test_nobody_else_touches_an_own_need(
    own_home: Household, person: User, people: factories.Staff, donor: User, as_user: As
) -> None:
    as_user(person).post("/apply/new/", {**NEED, "then": "save"})
    need = Need.objects.get()
    for verb in ("edit", "submit", "withdraw"):
        assert as_user(donor).post(f"/needs/{need.pk}/{verb}/", NEED).status_code == 404
    assert as_user(people.village).get(f"/needs/{need.pk}/edit/").status_code == 403
    assert as_user(people.village).post(f"/needs/{need.pk}/submit/").status_code == 403


def test_what_is_on_its_way_waits_on_the_household_page(
    own_home: Household, person: User, people: factories.Staff, donor: User, as_user: As
) -> None:
    factories.charity_account()
    pledge = factories.received_pledge(donor, factories.published_need(people, own_home), people)
    page = text_of(as_user(person).get("/apply/"))
    assert "请您确认" in page
    assert f'href="/pledges/{pledge.pk}/"' in page
    assert donor.name not in page
