"""The honest score (B1): what counted needs became since, computed by hand, and where it is shown."""

import pytest
from django.urls import reverse

from donors.models import Pledge
from grid.queries import outcomes
from grid.queries.outcomes import Fate, Outcome
from grid.services import months, quotas
from needs.models import Need
from needs.services import review
from tests import factories
from tests.grid.test_months import county as county
from tests.grid.test_months import handed, month_back

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("counted", "confirmed", "void", "score"),
    [
        (4, 2, 1, 25),  # (2 - 1) / 4
        (8, 5, 0, 63),  # 62.5: halves up
        (3, 0, 2, 0),  # never below nothing
        (1, 1, 0, 100),
        (0, 0, 0, None),
    ],
)
def test_score_by_hand(counted, confirmed, void, score):
    assert Outcome(counted, confirmed, void).score == score


@pytest.fixture
def counted(people, county, donor):
    """Five needs of a closed month: fulfilled, received, received with a problem, taken back, waiting."""
    month = month_back(1)
    rows = [handed(people, month, day, number=day) for day in (2, 3, 4, 5, 6)]
    closed = months.close(county, month)
    assert closed.results.get().submitted == 5
    fulfilled, received, problem, taken_back, _waiting = rows
    Need.objects.filter(pk=fulfilled.pk).update(status="fulfilled", published_at=fulfilled.submitted_at)
    for need, outcome in ((received, "complete"), (problem, "problem")):
        Pledge.objects.create(
            need=need, county=need.region_id // 10**6, donor=donor, form="service", status="confirmed",
            display="named", outcome=outcome, idempotency_key=f"k{need.pk}", fingerprint="",
            created_at=need.submitted_at, expires_at=need.submitted_at,
        )  # fmt: skip
    review.send_back(actor=people.township, need=taken_back, reason="incomplete", comment="查无此事，请说明")
    return rows


def test_score_is_what_was_confirmed_less_what_was_taken_back(people, counted):
    post = people.village.appointments.get()
    assert outcomes.of_posts([post]) == {post.pk: Outcome(5, 2, 1)}
    assert outcomes.of_posts([post])[post.pk].score == 20
    fates = outcomes.fates([need.pk for need in counted])
    wanted = [Fate.CONFIRMED, Fate.CONFIRMED, Fate.WAITING, Fate.VOID, Fate.WAITING]
    assert [fates[need.pk] for need in counted] == wanted


def test_a_need_the_county_excludes_subtracts_and_one_let_in_again_does_not(people, counted):
    post, need = people.village.appointments.get(), counted[1]
    quotas.exclude(actor=people.county, need=need, reason="入户核实，情况不属实")
    assert outcomes.of_posts([post])[post.pk] == Outcome(5, 1, 2)
    quotas.include(actor=people.county, need=need, reason="复查以后属实")
    assert outcomes.of_posts([post])[post.pk] == Outcome(5, 2, 1)


def test_months_older_than_a_year_are_left_out(people, county, counted, monkeypatch):
    monkeypatch.setattr(outcomes, "MONTHS", 1)
    post = people.village.appointments.get()
    assert outcomes.of_posts([post])[post.pk].counted == 5
    monkeypatch.setattr(outcomes, "MONTHS", 0)
    assert outcomes.of_posts([post]) == {}


def test_officer_township_and_county_read_the_score(people, counted, as_user):
    page = as_user(people.village).get("/office/quotas/").content.decode()
    assert "得分 20%" in page
    assert "（2 − 1）÷ 5" in page
    for reader in (people.township, people.county):
        page = as_user(reader).get(f"/office/quotas/area/?month={month_back(1):%Y-%m}").content.decode()
        assert "得分 20%" in page
        assert page.count(">20%<") == 1  # the officer's own line
    result = people.village.appointments.get().quota_results.get()
    page = as_user(people.village).get(reverse("grid:quota-result", args=[result.pk])).content.decode()
    assert page.count(Fate.VOID.label) == 1
    assert 'href="/office/quotas/"' in page
    back = f"/office/quotas/area/?region={factories.QIDONG}&amp;month={month_back(1):%Y-%m}"
    assert back in as_user(people.county).get(reverse("grid:quota-result", args=[result.pk])).content.decode()
    assert page.count(Fate.CONFIRMED.label) == 3  # two needs and the frozen number


def test_an_area_of_another_county_adds_nothing(people, other_county, counted):
    assert outcomes.of_posts(other_county.village.appointments.all()) == {}
    assert outcomes.of_posts([]) == {}
    assert factories.QIDONG // 10**6 != factories.HENGNAN // 10**6
