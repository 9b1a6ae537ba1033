"""The public directory: office phones of a place and those above it, nobody's own number, nobody's whole name."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Appointment, Region, User
from accounts.queries import CONTACTS_SHOWN
from fupin.lib.clock import today
from tests import factories

pytestmark = pytest.mark.django_db


def page(client: Client, code: int) -> str:
    answer = client.get(f"/contacts/?region={code}")
    assert answer.status_code == 200
    return answer.content.decode()


def with_phone(person: User, phone: str) -> None:
    Appointment.objects.filter(user=person).update(duty_phone=phone)


def named(name: str, role: str, code: int) -> User:
    return factories.officer(role, code, name)


def test_levels_stand_nearest_first_with_their_office_phones(client: Client) -> None:
    factories.regions()
    for role, code, phone in (
        (Role.VILLAGE_OFFICER, factories.VILLAGE, "0734-0000001"),
        (Role.TOWNSHIP_MANAGER, factories.TOWN, "0734-0000002"),
        (Role.COUNTY_ADMIN, factories.QIDONG, "0734-0000003"),
        (Role.CITY_OFFICE, factories.HENGYANG, "0734-0000004"),
    ):
        with_phone(named("欧阳秘密", role, code), phone)
    shown = page(client, factories.VILLAGE)
    places = [shown.index(f'href="tel:0734-000000{number}"') for number in (1, 2, 3, 4)]
    assert places == sorted(places)
    county = page(client, factories.QIDONG)
    assert "0734-0000003" in county
    assert "0734-0000002" not in county


def test_names_are_masked_and_own_numbers_never_shown(client: Client) -> None:
    factories.regions()
    person = named("钱某人", Role.VILLAGE_OFFICER, factories.VILLAGE)
    shown = page(client, factories.VILLAGE)
    assert "钱**" in shown
    assert "钱某人" not in shown
    assert person.phone is not None
    assert person.phone.open()[-11:] not in shown
    assert "没有登记办公电话" in shown


def test_only_todays_posts_that_people_turn_to_are_listed(client: Client, people: factories.Staff) -> None:
    with_phone(people.village, "0734-0000001")
    with_phone(factories.officer(Role.LEADER, factories.QIDONG), "0734-0000009")
    with_phone(factories.officer(Role.AUDITOR, factories.QIDONG), "0734-0000008")
    shown = page(client, factories.VILLAGE)
    assert "0734-0000001" in shown
    assert "0734-0000009" not in shown
    assert "0734-0000008" not in shown
    Appointment.objects.filter(user=people.village).update(
        starts_on=today() - timedelta(days=9), ends_on=today() - timedelta(days=1)
    )
    gone = page(client, factories.VILLAGE)
    assert "0734-0000001" not in gone
    assert "还没有任命" in gone


def test_another_places_posts_do_not_show(
    client: Client, people: factories.Staff, other_county: factories.Staff
) -> None:
    with_phone(other_county.village, "0734-0000007")
    assert "0734-0000007" not in page(client, factories.VILLAGE)
    assert "0734-0000007" not in page(client, factories.QIDONG)


def test_queries_do_not_grow_with_the_posts_and_the_list_is_bounded(
    client: Client, people: factories.Staff, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(8) as first:
        page(client, factories.VILLAGE)
    for number in range(CONTACTS_SHOWN + 3):
        named(f"钱{number}", Role.VILLAGE_OFFICER, factories.VILLAGE)
    with django_assert_max_num_queries(len(first)):
        shown = page(client, factories.VILLAGE)
    assert shown.count("<strong>信息员") <= CONTACTS_SHOWN


def test_a_merged_village_leads_on_and_an_unknown_place_is_not_found(client: Client) -> None:
    factories.regions()
    Region.objects.filter(code=factories.VILLAGE_2).update(valid_to=today(), successor_id=factories.VILLAGE)
    assert client.get(f"/contacts/?region={factories.VILLAGE_2}")["Location"].endswith(
        f"region={factories.VILLAGE}"
    )
    assert client.get("/contacts/?region=430499999999").status_code == 404
    assert client.get("/contacts/?region=abc").status_code == 404
    assert "选到村" in client.get("/contacts/").content.decode()


def test_the_pages_of_a_place_lead_there(client: Client, people: factories.Staff) -> None:
    link = f"/contacts/?region={factories.QIDONG}"
    assert link in client.get(f"/needs/?region={factories.QIDONG}").content.decode()
    assert link in client.get(f"/needs/regions/?parent={factories.QIDONG}").content.decode()
