"""Search by household name: exact, in one village, limited, recorded, and no oracle of who is registered (B7)."""

import re

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from needs.models import Need
from needs.services import drafts, name_search
from tests import factories
from tests.factories import TOWN, VILLAGE, VILLAGE_2, Staff

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "欧阳金丝雀", f"/needs/by-name/{VILLAGE}/"


def ask(client: Client, name: str, address: str = ADDRESS) -> tuple[int, str]:
    """Status and body, without the number that each form shown carries."""
    answer = client.post(address, {"name": name})
    return answer.status_code, re.sub(
        r'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"', "", answer.content.decode()
    )


@pytest.fixture
def need(people: Staff) -> Need:
    factories.charity_account()
    return factories.published_need(people, factories.household(people.village, name=NAME))


@pytest.fixture
def client(donor: User, as_user) -> Client:
    return as_user(donor)


def test_exact_full_name_finds_the_public_need_and_stays_masked(client: Client, need: Need) -> None:
    status, page = ask(client, NAME)
    assert (status, need.title in page, NAME in page) == (200, True, False)


def test_every_miss_reads_the_same(people: Staff, need: Need, client: Client) -> None:
    drafts.create_draft(
        actor=people.village,
        household=factories.household(people.village, name="没有公开"),
        content=factories.content(),
    )
    factories.household(people.village, name="没有求助")
    for _ in range(2):
        factories.published_need(people, factories.household(people.village, name="同名同姓"))
    misses = [ask(client, name) for name in ("查无此人", "没有公开", "没有求助", "同名同姓", "欧阳金丝")]
    assert {status for status, _ in misses} == {200}
    assert len({body for _, body in misses}) == 1
    assert need.title not in misses[0][1]


def test_name_of_another_village_is_a_miss(need: Need, client: Client) -> None:
    _, page = ask(client, NAME, f"/needs/by-name/{VILLAGE_2}/")
    assert need.title not in page


@pytest.mark.parametrize("code", [TOWN, 1, 430426100099])
def test_larger_and_unknown_places_have_no_such_page(need: Need, client: Client, code: int) -> None:
    assert client.get(f"/needs/by-name/{code}/").status_code == 404


def test_visitor_must_enter_first(need: Need) -> None:
    answer = Client().post(ADDRESS, {"name": NAME})
    assert (answer.status_code, answer["Location"].startswith("/accounts/enter/")) == (302, True)
    assert not AuditEntry.objects.filter(action="need.search_name").exists()


def test_question_is_limited_and_a_hit_then_reads_like_a_miss(need: Need, client: Client) -> None:
    for _ in range(name_search.HOURLY):
        assert ask(client, "查无此人")[0] == 200
    limited = [client.post(ADDRESS, {"name": name}) for name in (NAME, "查无此人")]
    assert [answer.status_code for answer in limited] == [429, 429]
    assert all(need.title not in answer.content.decode() for answer in limited)


def test_each_question_is_recorded_by_place_and_never_by_name(
    need: Need, donor: User, client: Client
) -> None:
    ask(client, NAME)
    ask(client, "查无此人")
    rows = AuditEntry.objects.filter(action="need.search_name", actor=donor)
    assert [row.region_code for row in rows] == [VILLAGE, VILLAGE]
    assert NAME not in str(list(rows.values()))


def test_name_never_stands_in_an_address(need: Need, client: Client) -> None:
    assert need.title not in client.get(ADDRESS, {"name": NAME}).content.decode()
    assert 'method="post"' in client.get(ADDRESS).content.decode()
    assert ADDRESS in client.get("/needs/", {"region": VILLAGE}).content.decode()


def test_something_that_is_no_name_is_refused_in_words(need: Need, client: Client) -> None:
    assert ask(client, "")[0] == 400
    assert ask(client, "12")[0] == 400
