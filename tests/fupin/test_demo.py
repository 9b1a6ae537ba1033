"""The demo: seeded once for this file, through the services, then looked at from every side."""

import io
import json
from collections import Counter
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import Region, User
from accounts.permissions import grants
from accounts.queries import applications_waiting
from accounts.services.regions import load_regions
from accounts.slots import vacancies
from donors import account_queries, payout_queries
from donors.adoptions import OFFICE
from donors.adoptions import may as adoption_may
from donors.enums import AdoptionStatus, PayoutState, PledgeStatus
from donors.models import Adoption, Certificate, CharityAccount, Pledge
from donors.queries import in_office, of_donor
from donors.services import matching, statements
from donors.statements.queries import lines_waiting
from fupin.demo import pacing
from fupin.demo.bank_files import LAYOUTS
from fupin.demo.household_cases import HOUSEHOLD
from fupin.demo.personas import BY_SLUG, PERSONAS, user_of
from fupin.demo.places import CITIES, HENGNAN, QIDONG, SCALES
from fupin.demo.seed import seed
from grid.services import handover
from grid.services.regions import changes_seen_by
from needs.deadlines import due
from needs.enums import Form, Kind, Status
from needs.models import Campaign, Household, Need
from needs.office_queries import queue
from needs.queries import waiting_for
from needs.reasonableness import BRANDS
from needs.snapshots import changes_since_last_round


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The small demo in one transaction that is rolled back after the last test of this file."""
    media, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path_factory.mktemp("demo") / "media"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                load_regions()
                seed(SCALES["small"])
                yield
                transaction.set_rollback(True)
        finally:
            settings.MEDIA_ROOT = media


def persona(slug: str) -> User:
    found = user_of(BY_SLUG[slug])
    assert found
    return found


def test_adoptions_wait_for_the_township_and_for_the_family_and_one_runs(demo: None) -> None:
    town = persona("township")
    asked = Adoption.objects.filter(status=AdoptionStatus.ASKED)
    assert any(adoption_may(town, adoption, OFFICE) for adoption in asked)
    waiting = Adoption.objects.get(status=AdoptionStatus.APPROVED)
    assert waiting.need.household
    assert waiting.need.household.account == persona("household")
    running = Adoption.objects.get(status=AdoptionStatus.RUNNING)
    assert running.donor == persona("donor")
    assert running.instalments.exists()


def test_one_county_holds_routine_needs_back_and_shows_its_queue(demo: None, as_user) -> None:
    page = as_user(persona("other-county")).get("/office/pace/")
    assert "一般求助正在排队" in page.content.decode()
    waiting = [need for need, _ in page.context["waiting"]]
    assert len(waiting) == pacing.QUEUED
    assert all(need.county == HENGNAN // 10**6 and need.kind != Kind.MEDICAL for need in waiting)


def test_all_states_in_five_cities_are_there(demo: None) -> None:
    assert Need.objects.count() >= 300
    assert set(Need.objects.values_list("status", flat=True)) == set(Status.values)
    assert set(Need.objects.values_list("kind", flat=True)) == set(Kind.values)
    assert {form for forms in Need.objects.values_list("forms", flat=True) for form in forms} == set(
        Form.values
    )
    for city in CITIES:
        size = 10**10 if city % 10**10 == 0 else 10**8
        assert Household.objects.filter(region__gte=city, region__lt=city + size).count() >= 40
        assert (
            Need.objects.filter(region__gte=city, region__lt=city + size).values("county").distinct().count()
            >= 3
        )


def test_gifts_are_in_every_state_with_their_certificates(demo: None) -> None:
    assert set(Pledge.objects.values_list("status", flat=True)) == set(PledgeStatus.values)
    assert Pledge.objects.filter(outcome="problem").exists()
    assert Certificate.objects.count() > 50
    counties = set(Pledge.objects.values_list("county", flat=True))
    assert counties <= {code // 10**6 for code in CharityAccount.objects.values_list("region", flat=True)}


def test_the_gates_show_what_is_late_a_second_round_and_a_campaign_to_come(demo: None) -> None:
    waiting = list(queue(persona("township"), Status.VERIFIED))
    assert "late" in {due(need)["urgency"] for need in waiting}
    assert any(changes_since_last_round(need) for need in waiting)
    campaign = Campaign.objects.get()
    assert not campaign.is_released
    assert campaign.needs.filter(status=Status.CHECKED, publish_at=campaign.release_at).exists()


def test_the_past_lies_in_the_past(demo: None) -> None:
    days = {moment.date() for moment in Need.objects.values_list("created_at", flat=True)}
    assert len(days) > 60


def test_stories_are_plain_and_none_repeats(demo: None) -> None:
    needs = list(Need.objects.values_list("story", "title"))
    assert max(Counter(story for story, _ in needs).values()) == 1
    assert all(60 <= len(story) <= 200 for story, _ in needs)
    assert not any(BRANDS.search(story + title) for story, title in needs)
    assert not any("{" in story + title for story, title in needs)


def test_no_first_page_shows_the_same_title_twice(demo: None) -> None:
    page = list(
        Need.objects.filter(is_listed=True).order_by("-published_at").values_list("title", flat=True)[:20]
    )
    assert len(set(page)) >= len(page) - 1


def test_names_reach_beyond_the_common_ones(demo: None) -> None:
    names = " ".join(Household.objects.values_list("name", flat=True)) + " ".join(
        User.objects.values_list("name", flat=True)
    )
    assert "𠮷" in names
    assert "阿依古丽·" in names


def test_the_demo_holds_every_fast_invariant(demo: None) -> None:
    call_command("audit", "--fast")


def test_a_second_seeding_is_refused_or_skipped(demo: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="已经"):
        call_command("seed_demo")
    call_command("seed_demo", "--if-empty")
    assert capsys.readouterr().out == ""


@pytest.mark.django_db
def test_seeding_is_refused_in_production(settings: object) -> None:
    settings.DEMO = settings.TESTING = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="FUPIN_MODE"):
        call_command("seed_demo")


@pytest.mark.django_db
def test_seeding_without_regions_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="load_regions"):
        call_command("seed_demo")


@pytest.mark.parametrize("slug", ["village", "township", "county"])
def test_work_waits_at_every_gate(demo: None, slug: str) -> None:
    assert waiting_for(persona(slug)).exists()


def test_people_and_villages_wait_for_the_county(demo: None) -> None:
    county = persona("county")
    assert applications_waiting(county).count() == 2
    assert handover.due(county).count() == 1
    assert changes_seen_by(county).get().state == "planned"
    assert vacancies(Region.objects.get(pk=QIDONG)).vacant > 2


def test_the_personas_belong_to_one_village(demo: None) -> None:
    home = persona("household").household
    assert {"draft", "returned", "published"} <= set(home.needs.values_list("status", flat=True))
    assert grants(persona("village")).allow("verify", home.region_id)
    assert grants(persona("township")).allow("check", home.region_id)
    assert grants(persona("county")).allow("approve", home.region_id)
    assert not grants(persona("other-county")).allow("view", home.region_id)
    assert in_office(persona("charity")).filter(status="paid").exists()
    assert len(set(of_donor(persona("donor")).values_list("status", flat=True))) >= 4


@pytest.mark.parametrize("slug", [persona.slug for persona in PERSONAS])
def test_one_click_enters_as_a_persona(demo: None, slug: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/demo/")
    token = client.cookies["csrftoken"].value
    response = client.post("/demo/enter/", {"persona": slug, "csrfmiddlewaretoken": token})
    assert (response.status_code, response["Location"]) == (302, BY_SLUG[slug].landing)
    assert int(client.session["_auth_user_id"]) == persona(slug).pk
    assert client.session["staff"] is (BY_SLUG[slug].role is not None)
    try:
        resolve(BY_SLUG[slug].landing)
    except Resolver404:
        pytest.fail(f"{BY_SLUG[slug].landing} is no page")


def test_the_page_explains_every_persona(demo: None) -> None:
    html = Client().get("/demo/").content.decode()
    for persona in PERSONAS:
        assert persona.sentence in html
        assert f'value="{persona.slug}"' in html
    assert "虚构" in html


def test_entering_needs_a_token_a_post_and_a_known_persona(demo: None) -> None:
    assert Client(enforce_csrf_checks=True).post("/demo/enter/", {"persona": "donor"}).status_code == 403
    assert Client().get("/demo/enter/").status_code == 405
    for unknown in ({"persona": "root"}, {}):
        assert Client().post("/demo/enter/", unknown).status_code == 404


@pytest.mark.django_db
def test_a_persona_not_seeded_yet_is_not_found() -> None:
    assert Client().post("/demo/enter/", {"persona": "donor"}).status_code == 404
    assert "seed_demo" in Client().get("/demo/").content.decode()


@pytest.mark.django_db
def test_the_inbox_shows_the_newest_messages_first(settings: object) -> None:
    lines = [
        json.dumps(
            {"to": "+8619900000001", "text": f"第 {n} 条", "code": None, "at": "2026-11-22T08:00:00+00:00"}
        )
        for n in range(1, 103)
    ]
    path = settings.DATA_DIR / "sms.jsonl"  # type: ignore[attr-defined]
    path.write_text("\n".join(lines) + '\n{"to": "+86199', encoding="utf-8")
    html = Client().get("/demo/inbox/").content.decode()
    assert html.index("第 102 条") < html.index("第 101 条")
    assert "第 3 条" in html
    assert "第 2 条" not in html


@pytest.mark.django_db
def test_an_empty_inbox_says_what_will_come() -> None:
    assert "还没有短信" in Client().get("/demo/inbox/").content.decode()


@pytest.mark.django_db
def test_the_styleguide_renders() -> None:
    assert Client().get("/styleguide/").status_code == 200


def test_every_case_has_two_titles_and_asks_for_something() -> None:
    assert {case.kind for case in HOUSEHOLD} == set(Kind.values)
    assert all(case.forms and len(set(case.titles)) == 2 for case in HOUSEHOLD)


def test_the_charity_has_lists_lines_and_a_proposal_to_look_at(demo: None) -> None:
    charity = persona("charity")
    states = Counter(payout_queries.payouts_of_mine(charity).values_list("state", flat=True))
    assert states[PayoutState.PLANNED] >= 1
    assert states[PayoutState.PAID] >= 2
    assert len(payout_queries.waiting(charity)) >= 1
    assert not payout_queries.missing_lines(charity)
    assert set(lines_waiting(charity).values_list("reason", flat=True)) == {"amount", "none"}
    assert account_queries.changes_waiting(persona("county")).count() == 1
    assert account_queries.expiring(persona("other-county")).count() == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_sample_statements_are_read_and_match_what_they_name(demo: None, layout: str) -> None:
    charity = persona("charity")
    with transaction.atomic():
        account = CharityAccount.objects.get(region=QIDONG)
        page = Client()
        assert "怎样试" in page.get("/demo/statements/").content.decode()
        answer = page.get(f"/demo/statements/{layout}/")
        made = statements.upload(
            actor=charity, account=account, file_name="a", source=io.BytesIO(answer.content)
        )
        statements.confirm(actor=charity, statement=made)
        matching.match_due()
        settled = Counter(made.lines.values_list("direction", "state"))
        assert settled["out", "settled"] >= 1
        assert settled["in", "settled"] >= 1
        assert settled["in", "open"] >= 1
        transaction.set_rollback(True)
