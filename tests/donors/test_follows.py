"""爱心关注: following places and needs, the weekly digest, and the one tap that stops it."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Message, Region, User
from accounts.services import messages
from donors.models import Digest, DigestPlan, Follow
from donors.services import digests, follows
from donors.services.follows import next_week, week_of
from fupin.lib.clock import shifted, today
from fupin.lib.errors import Conflict, NotVisible
from needs.models import Need, NeedReview
from needs.services import drafts
from tests import factories
from tests.factories import HENGNAN, QIDONG, TOWN, VILLAGE, VILLAGE_2, Staff

pytestmark = pytest.mark.django_db
CANARY = "欧阳金丝雀"
WEEK = timedelta(days=7)


def region(code: int) -> Region:
    return Region.objects.get(code=code)


def texts(user: User, channel: str = "site") -> list[str]:
    return [row.text.open() for row in Message.objects.filter(user=user, channel=channel).order_by("id")]


@pytest.fixture
def need(people: Staff) -> Need:
    factories.charity_account()
    return factories.published_need(people, factories.household(people.village, name=CANARY))


def test_following_twice_is_following_once_and_is_recorded(people: Staff, donor: User) -> None:
    first = follows.follow(actor=donor, region=region(QIDONG))
    assert follows.follow(actor=donor, region=region(QIDONG)) == first
    assert AuditEntry.objects.filter(action="follow.add", actor=donor).count() == 1
    assert DigestPlan.objects.get(user=donor).next_on == next_week(today())


def test_need_that_is_not_public_can_not_be_followed(people: Staff, donor: User) -> None:
    draft = drafts.create_draft(
        actor=people.village, household=factories.household(people.village), content=factories.content()
    )
    with pytest.raises(NotVisible):
        follows.follow(actor=donor, need=draft)


def test_fifty_are_the_most(people: Staff, donor: User) -> None:
    Region.objects.bulk_create(
        Region(code=430426200000 + number * 1000, name=f"乡{number}", level=4, parent_id=QIDONG)
        for number in range(51)
    )
    places = list(Region.objects.filter(name__startswith="乡").order_by("code"))
    for place in places[:50]:
        follows.follow(actor=donor, region=place)
    with pytest.raises(Conflict):
        follows.follow(actor=donor, region=places[50])
    assert Follow.objects.filter(user=donor).count() == 50


def test_button_follows_and_stops_following_where_it_stands(need: Need, donor: User, as_user) -> None:
    client = as_user(donor)
    here = f"/needs/?region={QIDONG}"
    answer = client.post("/me/follows/add/", {"region": QIDONG, "next": here})
    assert (answer.status_code, answer["Location"]) == (302, here)
    assert "已关注" in client.get(here).content.decode()
    follow = Follow.objects.get(user=donor)
    assert client.post(f"/me/follows/{follow.pk}/drop/", {"next": here})["Location"] == here
    assert not Follow.objects.exists()


@pytest.mark.parametrize("wrong", [{}, {"region": "1"}, {"need": "abc"}, {"region": QIDONG, "need": "1"}])
def test_nothing_that_is_not_there_can_be_followed(need: Need, donor: User, as_user, wrong: dict) -> None:
    wrong = {**wrong, "need": need.pk} if len(wrong) == 2 else wrong
    assert as_user(donor).post("/me/follows/add/", wrong).status_code == 404
    assert not Follow.objects.exists()


def test_button_never_leads_to_another_site(need: Need, donor: User, as_user) -> None:
    answer = as_user(donor).post("/me/follows/add/", {"need": need.pk, "next": "https://evil.example/"})
    assert answer["Location"] == "/me/follows/"


def test_others_follows_are_not_found(need: Need, donor: User, as_user) -> None:
    follow = follows.follow(actor=donor, need=need)
    stranger = as_user(factories.user("王陌生"))
    assert stranger.post(f"/me/follows/{follow.pk}/drop/").status_code == 404
    assert need.title not in re.sub(
        r'<section aria-labelledby="suggested".*',
        "",
        stranger.get("/me/follows/").content.decode(),
        flags=re.S,
    )


def test_visitor_is_asked_to_enter_first(client: Client, need: Need) -> None:
    page = client.get(need.get_absolute_url()).content.decode()
    assert f"/accounts/enter/?next={need.get_absolute_url()}" in page
    assert client.post("/me/follows/add/", {"need": need.pk}).status_code == 302
    assert not Follow.objects.exists()


def test_page_costs_the_same_for_one_follow_and_for_thirty(people: Staff, donor: User, as_user) -> None:
    factories.charity_account()
    client, home = as_user(donor), factories.household(people.village)
    town = follows.follow(actor=donor, region=region(TOWN))
    needs = [factories.published_need(people, home) for _ in range(4)]
    follows.follow(actor=donor, need=needs[0])

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/me/follows/").status_code == 200
        return len(seen)

    one = cost()
    follows.unfollow(actor=donor, follow=town)
    for code in (HENGNAN, VILLAGE_2, VILLAGE, QIDONG, TOWN):
        follows.follow(actor=donor, region=region(code))
    for _ in range(25):
        follows.follow(actor=donor, need=factories.published_need(people, home))
    assert cost() <= one


def test_full_names_show_nowhere(need: Need, donor: User, as_user) -> None:
    follows.follow(actor=donor, need=need)
    follows.follow(actor=donor, region=region(QIDONG))
    client = as_user(donor)
    with shifted(WEEK):
        digests.send_due()
    pages = [client.get(url).content.decode() for url in ("/me/follows/", "/me/messages/", "/me/", "/")]
    assert all(CANARY not in page for page in [*pages, *texts(donor)])


def test_digest_tells_who_waits_longest_in_a_followed_place(need: Need, donor: User) -> None:
    follows.follow(actor=donor, region=region(QIDONG))
    with shifted(WEEK):
        assert digests.send_due() == 1
    (text,) = texts(donor)
    assert "祁东县的“初三学生住校费用”已等 7 天，还没有人帮" in text


def test_digest_of_a_place_without_needs_tells_of_its_neighbour(need: Need, donor: User) -> None:
    follows.follow(actor=donor, region=region(VILLAGE_2))
    with shifted(WEEK):
        assert digests.send_due() == 1
    assert "石岭村现在没有人在等，附近沙井村的“初三学生住校费用”" in texts(donor)[0]


def test_digest_tells_what_became_of_a_followed_need(need: Need, donor: User) -> None:
    with shifted(timedelta(days=-1)):
        follows.follow(actor=donor, need=need)
    need.status = "fulfilled"
    need.save()
    NeedReview.objects.create(
        need=need,
        action="fulfil",
        actor_name="系统",
        source="matched",
        target="fulfilled",
        at=need.published_at,
    )
    with shifted(WEEK - timedelta(days=1)):
        Digest.objects.all().delete()
        DigestPlan.objects.update(next_on=today())
        assert digests.send_due() == 1
    assert texts(donor) == ["您关注的一周：“初三学生住校费用”已经圆满。"]


def test_need_taken_from_the_public_is_not_told_of(need: Need, donor: User) -> None:
    with shifted(timedelta(days=-1)):
        follows.follow(actor=donor, need=need)
    NeedReview.objects.create(
        need=need,
        action="reopen",
        actor_name="系统",
        source="matched",
        target="published",
        at=need.published_at,
    )
    Need.objects.filter(pk=need.pk).update(status="withdrawn")
    DigestPlan.objects.update(next_on=today())
    assert digests.send_due() == 0
    assert texts(donor) == []


def test_one_digest_a_week_however_often_the_sweep_runs(need: Need, donor: User) -> None:
    follows.follow(actor=donor, region=region(QIDONG))
    assert digests.send_due() == 0, "the first comes next week"
    for week in (1, 2):
        with shifted(WEEK * week):
            assert [digests.send_due() for _ in range(3)] == [1, 0, 0]
    assert Digest.objects.filter(user=donor).count() == len(texts(donor)) == 2


def test_week_with_nothing_to_tell_sends_nothing(people: Staff, donor: User) -> None:
    follows.follow(actor=donor, region=region(QIDONG))
    with shifted(WEEK):
        assert digests.send_due() == 0
        assert Digest.objects.get(user=donor).lines == 0
    assert texts(donor) == []


def test_text_message_comes_only_where_it_was_chosen_and_carries_the_way_out(
    need: Need, donor: User, as_user
) -> None:
    follows.follow(actor=donor, region=region(QIDONG))
    with shifted(WEEK):
        digests.send_due()
    assert texts(donor, "sms") == []
    as_user(donor).post("/me/follows/plan/", {"weekly": "on", "by_sms": "on"})
    with shifted(WEEK * 2):
        digests.send_due()
        messages.deliver_due()
    (line,) = Path(django_settings.DATA_DIR, "sms.jsonl").read_text(encoding="utf-8").splitlines()
    path = re.search(r"https?://[^/]+(/follows/stop/\S+)", json.loads(line)["text"])
    visitor = Client()
    assert visitor.get(path[1]).status_code == 200
    assert DigestPlan.objects.get(user=donor).stopped_at is None, (
        "a mail reader that opens links stops nothing"
    )
    assert "已经停了" in visitor.post(path[1]).content.decode()
    assert visitor.post(path[1]).status_code == 200
    with shifted(WEEK * 3):
        assert digests.send_due() == 0
    assert AuditEntry.objects.filter(action="follow.stop").count() == 1


@pytest.mark.parametrize("forge", [lambda token: token + "x", lambda token: "1" + token, lambda token: "x:y"])
def test_forged_stopping_address_is_not_found(donor: User, client: Client, forge) -> None:
    DigestPlan.objects.create(user=donor, next_on=today())
    path = follows.stop_path(donor.pk).split("/")
    path[3] = forge(path[3])
    assert client.post("/".join(path)).status_code == 404
    assert DigestPlan.objects.get(user=donor).stopped_at is None


def test_digests_stopped_by_choice_can_be_taken_up_again(need: Need, donor: User, as_user) -> None:
    follows.follow(actor=donor, region=region(QIDONG))
    as_user(donor).post("/me/follows/plan/", {})
    assert DigestPlan.objects.get(user=donor).stopped_at
    as_user(donor).post("/me/follows/plan/", {"weekly": "on"})
    with shifted(WEEK):
        assert digests.send_due() == 1


def test_suggestions_come_from_the_followed_place_and_leave_out_what_one_helps_already(
    people: Staff, other_county: Staff, donor: User, as_user
) -> None:
    factories.charity_account()
    here = factories.published_need(people, title="祁东的求助一")
    mine = factories.published_need(people, title="祁东的求助二")
    there = factories.published_need(
        other_county,
        factories.household(other_county.village, code=factories.VILLAGE_OTHER),
        title="衡南的求助",
    )
    factories.money_pledge(donor, mine)
    follows.follow(actor=donor, region=region(HENGNAN))
    cards = as_user(donor).get("/me/follows/").context["cards"]
    assert [card["title"] for card in cards] == [there.title, here.title]


def test_place_with_few_needs_shows_who_waits_next_door(client: Client, need: Need) -> None:
    answer = client.get("/needs/", {"region": VILLAGE_2})
    assert [card["title"] for card in answer.context["around"]] == [need.title]
    assert client.get("/needs/", {"region": VILLAGE}).context["around"] == []
    assert client.get("/needs/", {"region": VILLAGE_2, "kind": "medical"}).context["around"] == []


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 29)])
def test_week_begins_on_monday(day: date) -> None:
    assert week_of(day) == date(2026, 11, 23)
    assert next_week(day) == date(2026, 11, 30)
