"""Quotas over the API."""

import pytest

from accounts.enums import Role
from accounts.models import Appointment
from grid.services import months
from tests import factories
from tests.grid.test_months import county as county
from tests.grid.test_months import month_back

pytestmark = pytest.mark.django_db
URL = "/api/v1/quotas/"


def test_county_reads_every_post_and_an_officer_their_own(api, people, county):
    colleague = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2)
    Appointment.objects.filter(user=colleague).update(starts_on=month_back(2))
    asked = {"month": f"{month_back(1):%Y-%m}", "region": county.code}
    rows = api(people.county).get(URL, asked).json()["results"]
    assert [row["region"] for row in rows] == [factories.VILLAGE, factories.VILLAGE_2]
    own = api(people.village).get(URL, asked).json()["results"]
    assert own == [
        {
            "officer": people.village.get_full_name(), "region": factories.VILLAGE, "expected": 2, "submitted": 0,
            "on_time": 0, "confirmed": 0, "met": False,
        }
    ]  # fmt: skip


def test_closed_month_reads_the_same_as_before_it_was_closed(api, people, county):
    asked = {"month": f"{month_back(1):%Y-%m}", "region": factories.TOWN}
    client = api(people.township)
    before = client.get(URL, asked).json()
    months.close(county, month_back(1))
    assert client.get(URL, asked).json() == before


def test_pages_follow_one_another(api, people, county):
    for _ in range(2):
        factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    client = api(people.county)
    first = client.get(URL, {"region": county.code, "page_size": 2}).json()
    rest = client.get(first["next"]).json()
    assert (len(first["results"]), len(rest["results"]), rest["next"]) == (2, 1, None)


def test_foreign_county_donor_and_stranger_read_nothing(api, people, other_county, donor, county):
    asked = {"region": county.code}
    assert api(other_county.county).get(URL, asked).status_code == 404
    assert api(donor).get(URL, asked).status_code == 404
    assert api().get(URL, asked).status_code == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"month": "2026-13"}, 400),
        ({"region": "x"}, 400),
        ({"region": ""}, 400),
        ({"region": 110000000000}, 404),
    ],
)
def test_bad_question_is_told(api, people, county, change, status):
    assert api(people.county).get(URL, {"region": county.code, **change}).status_code == status
