"""Links of campaigns and officers are counted by the day: no person, no cookie, no machine."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import RateCount, Region, User
from accounts.services import referrals
from fupin.lib.clock import now, shifted
from needs.models import Campaign, SourceCount
from needs.services import sources
from tests import factories
from tests.factories import Staff

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Mobile MicroMessenger/8.0"


@pytest.fixture
def campaign(people: Staff) -> Campaign:
    county = Region.objects.get(code=factories.QIDONG)
    return Campaign.objects.create(
        region=county, name="冬衣行动", release_at=now() - timedelta(days=1), created_by=people.county
    )


@pytest.fixture
def code(people: Staff) -> str:
    return referrals.code_of(actor=people.village)


def open_page(source: str, path: str = "/needs/", agent: str = PHONE, **headers: str):
    return Client().get(path, {"from": source}, headers={"user-agent": agent, **headers})


def counted() -> dict[str, int]:
    return dict(SourceCount.objects.values_list("source", "count"))


def test_openings_are_counted_by_source_and_day(campaign: Campaign, code: str) -> None:
    for _ in range(3):
        assert open_page(f"c{campaign.pk}").status_code == 200
    open_page(f"c{campaign.pk}", path=campaign.get_absolute_url())
    open_page(code, path="/")
    assert counted() == {f"c{campaign.pk}": 4, code: 1}
    with shifted(timedelta(days=1)):
        open_page(code)
    assert SourceCount.objects.filter(source=code).count() == 2


def test_nothing_is_kept_on_the_device_or_about_the_person(campaign: Campaign) -> None:
    answer = open_page(f"c{campaign.pk}", path=campaign.get_absolute_url())
    assert "sessionid" not in answer.cookies
    assert {field.name for field in SourceCount._meta.fields} == {"id", "day", "source", "county", "count"}
    assert not RateCount.objects.filter(bucket__contains="127.0.0").exists()


@pytest.mark.parametrize(
    "agent", ["", "Googlebot/2.1", "Baiduspider", "python-requests/2", "curl/8", "facebookexternalhit"]
)
def test_machines_do_not_count(campaign: Campaign, agent: str) -> None:
    open_page(f"c{campaign.pk}", agent=agent)
    assert counted() == {}


def test_pages_fetched_ahead_signed_in_or_missing_do_not_count(
    campaign: Campaign, donor: User, as_user
) -> None:
    source = f"c{campaign.pk}"
    open_page(source, **{"sec-purpose": "prefetch;prerender"})
    Client().head("/needs/", {"from": source}, headers={"user-agent": PHONE})
    as_user(donor).get("/needs/", {"from": source}, headers={"user-agent": PHONE})
    open_page(source, path="/needs/999999/")
    assert counted() == {}


@pytest.mark.parametrize("source", ["c999999", "c", "c１", "abcdefgh", "x" * 300, "c1' OR 1=1", "c0"])
def test_unknown_sources_change_nothing(people: Staff, source: str) -> None:
    assert open_page(source).status_code == 200
    assert counted() == {}


def test_campaign_to_come_is_no_source(people: Staff, campaign: Campaign) -> None:
    Campaign.objects.update(release_at=now() + timedelta(days=1))
    open_page(f"c{campaign.pk}")
    assert counted() == {}


def test_one_network_counts_a_bounded_number_of_times(campaign: Campaign, monkeypatch) -> None:
    monkeypatch.setattr(sources, "A_NETWORK", 2)
    for _ in range(5):
        open_page(f"c{campaign.pk}")
    assert counted() == {f"c{campaign.pk}": 2}


def test_county_reads_its_own_sources_by_post_and_never_by_name(
    people: Staff, other_county: Staff, campaign: Campaign, code: str, as_user
) -> None:
    open_page(f"c{campaign.pk}")
    open_page(code)
    page = as_user(people.county).get("/office/sources/").content.decode()
    assert "冬衣行动" in page
    assert "沙井村村信息员的二维码" in page
    assert people.village.name not in page
    assert "冬衣行动" not in as_user(other_county.county).get("/office/sources/").content.decode()
    assert as_user(people.village).get("/office/sources/").status_code == 403
    own = as_user(people.county).get(f"/office/campaigns/{campaign.pk}/").content.decode()
    assert "被打开 1 次" in own
    assert f"?from=c{campaign.pk}" in own


def test_page_costs_the_same_for_two_sources_and_for_three(
    people: Staff, campaign: Campaign, code: str, as_user
) -> None:
    browser, counts = as_user(people.county), []
    for more in ([f"c{campaign.pk}", code], [referrals.code_of(actor=people.township)]):
        for source in more:
            open_page(source)
        browser.get("/office/sources/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/office/sources/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
