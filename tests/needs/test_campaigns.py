"""Campaigns: approved ahead, moved together, released at once by the sweep, shown on one public page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from fupin.lib.clock import ZONE, now
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from needs.enums import Status
from needs.models import Campaign, Need
from needs.services import campaigns, drafts, publication, review
from needs.services.campaigns import CampaignInput
from tests import factories

pytestmark = pytest.mark.django_db
SOON = timedelta(days=7)


def campaign(people, **changes):
    content = CampaignInput(**{"name": "十月集中发布", "release_at": now() + SOON, **changes})
    region = factories.Region.objects.get(code=factories.QIDONG)
    return campaigns.create(actor=people.county, region=region, content=content)


def checked(people, title="初三学生住校费用"):
    home = factories.household(people.village)
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content(title=title))
    review.submit(actor=people.village, need=need)
    return review.check(actor=people.township, need=need, comment="已核对")


def approved(people, into, **changes):
    return review.approve(actor=people.county, need=checked(people, **changes), campaign=into)


def let_it_come(made):
    """The moment has come, for the campaign and what waits in it."""
    Campaign.objects.filter(pk=made.pk).update(release_at=now())
    Need.objects.filter(campaign=made, publish_at__isnull=False).update(publish_at=now())


def local(moment):
    return f"{moment.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def test_needs_of_a_campaign_become_public_together_and_once(people):
    made = campaign(people)
    needs = [approved(people, made) for _ in range(3)]
    assert {need.status for need in needs} == {Status.CHECKED}
    assert {need.publish_at for need in needs} == {made.release_at}
    assert publication.publish_due() == 0
    let_it_come(made)
    assert (publication.publish_due(), publication.publish_due()) == (3, 0)
    assert set(made.needs.values_list("status", flat=True)) == {Status.PUBLISHED}
    assert AuditEntry.objects.filter(action="need.publish").count() == 3


def test_a_sweep_that_was_killed_is_finished_by_the_next(people):
    made = campaign(people)
    for _ in range(3):
        approved(people, made)
    let_it_come(made)
    assert (publication.publish_due(limit=1), publication.publish_due()) == (1, 2)


def test_moving_the_date_moves_everything_that_waits_in_it(people):
    made, later = campaign(people), now() + timedelta(days=20)
    need, alone = approved(people, made), checked(people)
    alone = review.approve(actor=people.county, need=alone, publish_at=now() + SOON)
    campaigns.move(actor=people.county, campaign=made, release_at=later)
    need.refresh_from_db()
    assert (need.publish_at, Need.objects.get(pk=alone.pk).publish_at == later) == (later, False)
    assert AuditEntry.objects.get(action="campaign.move").changes["release_at"][1] == later.isoformat()


def test_a_released_campaign_neither_moves_nor_takes_more(people):
    made = campaign(people)
    let_it_come(made)
    with pytest.raises(Conflict):
        campaigns.move(actor=people.county, campaign=made, release_at=now() + SOON)
    need = checked(people)
    with pytest.raises(Conflict):
        review.approve(actor=people.county, need=need, campaign=made)
    assert Need.objects.get(pk=need.pk).status == Status.CHECKED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"release_at": now() - timedelta(days=1)}, "release_at"),
        ({"closes_at": now() + timedelta(days=1)}, "closes_at"),
    ],
)
def test_moments_that_do_not_fit_are_refused_by_field(people, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        campaign(people, **changes)
    assert field in refusal.value.fields


def test_only_the_county_makes_moves_and_fills_its_campaigns(people, other_county):
    made = campaign(people)
    content = CampaignInput(name="别处的", release_at=now() + SOON)
    region = factories.Region.objects.get(code=factories.QIDONG)
    for person in (people.township, people.charity, other_county.county):
        with pytest.raises(NotAllowed):
            campaigns.create(actor=person, region=region, content=content)
        with pytest.raises(NotAllowed):
            campaigns.move(actor=person, campaign=made, release_at=now() + SOON)
    there = factories.Region.objects.get(code=factories.HENGNAN)
    foreign = campaigns.create(actor=other_county.county, region=there, content=content)
    with pytest.raises(Conflict):
        review.approve(actor=people.county, need=checked(people), campaign=foreign)


def test_a_returned_need_leaves_the_campaign(people):
    made = campaign(people)
    need = approved(people, made)
    review.send_back(actor=people.county, need=need, reason="unclear", comment="再看看")
    need = Need.objects.get(pk=need.pk)
    assert (need.campaign_id, need.publish_at) == (None, None)
    let_it_come(made)
    assert publication.publish_due() == 0


def test_the_county_makes_fills_and_moves_a_campaign_on_its_pages(people, as_user):
    county = as_user(people.county)
    typed = {"region": factories.QIDONG, "name": "冬日暖阳", "release_at": local(now() + SOON)}
    answer = county.post("/office/campaigns/new/", typed)
    made = Campaign.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/office/campaigns/{made.pk}/")
    need = checked(people)
    assert "冬日暖阳" in county.get(f"/office/needs/{need.pk}/").content.decode()
    sent = {"campaign": made.pk, "comment": "同意"}
    assert county.post(f"/office/needs/{need.pk}/approve/", sent).status_code == 302
    assert need.title in county.get(f"/office/campaigns/{made.pk}/").content.decode()
    moved = county.post(
        f"/office/campaigns/{made.pk}/move/", {"release_at": local(now() + timedelta(days=9))}
    )
    assert moved.status_code == 302
    bad = county.post(f"/office/campaigns/{made.pk}/move/", {"release_at": "昨天"})
    assert (bad.status_code, "昨天" in bad.content.decode()) == (400, True)
    let_it_come(made)
    late = county.post(f"/office/campaigns/{made.pk}/move/", {"release_at": local(now() + SOON)})
    assert late.status_code == 409


def test_bad_input_keeps_what_was_typed(people, as_user):
    typed = {"region": factories.QIDONG, "name": "冬日暖阳", "release_at": "2020-01-01T10:00"}
    answer = as_user(people.county).post("/office/campaigns/new/", typed)
    assert (answer.status_code, "冬日暖阳" in answer.content.decode()) == (400, True)
    assert not Campaign.objects.exists()


def test_campaign_pages_of_the_office_are_the_county_s_own(people, other_county, as_user, client):
    made = campaign(people)
    for path in ("/office/campaigns/", "/office/campaigns/new/", f"/office/campaigns/{made.pk}/"):
        assert client.get(path).status_code == 302
        assert as_user(people.township).get(path).status_code == 403
        assert as_user(people.county).get(path).status_code == 200
    foreign = as_user(other_county.county)
    assert foreign.get(f"/office/campaigns/{made.pk}/").status_code == 404
    assert foreign.post(f"/office/campaigns/{made.pk}/move/", {}).status_code == 404
    assert made.name not in foreign.get("/office/campaigns/").content.decode()


def test_the_public_page_opens_with_the_release_and_shows_only_what_is_public(people, client):
    made = campaign(people, intro="秋收以后，一起帮一把。")
    shown, hidden = (
        approved(people, made, title="先公开的求助"),
        approved(people, made, title="后来退回的求助"),
    )
    assert client.get(made.get_absolute_url()).status_code == 404
    let_it_come(made)
    publication.publish_due()
    review.recall(actor=people.county, need=hidden, reason="unclear", comment="要重新核对")
    page = client.get(made.get_absolute_url()).content.decode()
    assert (shown.title in page, hidden.title in page) == (True, False)
    assert "秋收以后" in page
    assert shown.household.name not in page
    assert f"{made.get_absolute_url()}" in page


def test_the_public_page_costs_the_same_for_one_and_for_three_needs(people, client):
    made, counts = campaign(people), []
    approved(people, made)
    for _ in range(2):
        let_it_come(made)
        publication.publish_due()
        with CaptureQueriesContext(connection) as queries:
            client.get(made.get_absolute_url())
        counts.append(len(queries))
        Campaign.objects.filter(pk=made.pk).update(release_at=now() + SOON)
        for _ in range(2):
            approved(people, Campaign.objects.get(pk=made.pk))
    assert counts[0] == counts[1]


def test_a_campaign_that_is_over_says_so_and_its_needs_stay(people, client):
    made = campaign(people, closes_at=now() + timedelta(days=8))
    need = approved(people, made)
    let_it_come(made)
    publication.publish_due()
    Campaign.objects.update(release_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
    page = client.get(made.get_absolute_url()).content.decode()
    assert "已经结束" in page
    assert need.title in page
