"""What visitors see: the first page, the list, places, one need and its photos; and what they never see."""

import io

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import User
from donors.models import CharityAccount
from fupin.lib.clock import now
from needs.models import Need, NeedPhoto
from needs.services import drafts, review
from tests import factories
from tests.factories import HENGNAN, HENGYANG, HUNAN, QIDONG, TOWN, VILLAGE, Staff

FULL_NAME = "欧阳受助"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def charity(people: Staff) -> CharityAccount:
    return factories.charity_account()


@pytest.fixture
def home(people: Staff) -> object:
    return factories.household(people.village, account=factories.user(FULL_NAME), name=FULL_NAME)


@pytest.fixture
def need(people: Staff, home, charity: CharityAccount) -> Need:
    return factories.published_need(people, home)


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def photo_of(need: Need, user: User, *, reviewed: bool) -> NeedPhoto:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "JPEG")
    row = NeedPhoto(need=need, sha256=f"{reviewed}", uploaded_by=user)
    row.reviewed_at, row.reviewed_by = (now(), user) if reviewed else (None, None)
    row.file.save("photo.jpg", ContentFile(buffer.getvalue()), save=False)
    row.save()
    return row


def test_home_shows_who_waits_longest_and_the_ways_in(client: Client, need: Need) -> None:
    page = client.get("/").content.decode()
    assert need.title in page
    assert "衡阳市" in page
    assert "全凭自愿" in page
    assert "/needs/?kind=education" in page


def test_home_renders_on_an_empty_platform(client: Client, db: None) -> None:
    assert "现在没有人在等" in client.get("/").content.decode()


@pytest.mark.parametrize("code", [HUNAN, HENGYANG, QIDONG, TOWN, VILLAGE])
def test_list_finds_a_need_at_every_level_of_place(client: Client, need: Need, code: int) -> None:
    page = client.get(
        "/needs/", {"region": code, "kind": "education", "form": "money", "subject": "household"}
    )
    assert need.title in page.content.decode()


def test_list_of_another_county_says_how_to_go_on(client: Client, need: Need) -> None:
    answer = client.get("/needs/", {"region": HENGNAN})
    page = answer.content.decode()
    assert answer.context["cards"] == []
    assert "这里暂时没有这样的求助" in page
    assert f"/needs/?region={HENGYANG}" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "999999999999"},
        {"region": "abc"},
        {"region": "１" * 4000},
        {"kind": "gold"},
        {"form": "gold"},
        {"subject": "gold"},
        {"status": "draft"},
        {"order": "random"},
        {"cursor": "zzz"},
        {"cursor": "😀"},
        {"cursor": "A" * 100_000},
        {"q": "长" * 41},
    ],
)
def test_list_answers_a_wrong_parameter_plainly_and_keeps_the_others(
    client: Client, need: Need, wrong: dict
) -> None:
    answer = client.get("/needs/", {"kind": "education", "q": "洪桥", **wrong})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "筛选条件不对" in page
    assert "kind" in wrong or "kind=education" in page


def test_list_pages_hang_together_without_gaps(client: Client, people: Staff, home) -> None:
    made = [factories.published_need(people, home, title=f"求助第{number}条") for number in range(23)]
    first = client.get("/needs/?kind=education&order=newest")
    second = client.get(first.context["next_url"])
    seen = [card["title"] for card in first.context["cards"] + second.context["cards"]]
    assert seen == [need.title for need in reversed(made)]
    assert second.context["next_url"] == ""
    assert client.get(second.context["previous_url"]).context["cards"] == first.context["cards"]


def test_list_costs_the_same_queries_for_one_row_or_three(
    client: Client, people: Staff, home, need: Need
) -> None:
    url = f"/needs/?region={QIDONG}"
    one = queries_of(client, url)
    for number in range(2):
        factories.published_need(people, home, title=f"又一条{number}")
    assert queries_of(client, url) == one <= 9


def test_detail_costs_nine_queries_for_one_helper_or_three(
    client: Client, people: Staff, need: Need, donor: User
) -> None:
    factories.published_need(people, factories.household(people.village, name="邻居甲"))
    factories.money_pledge(donor, need, 100_00)
    one = queries_of(client, need.get_absolute_url())
    for number in range(2):
        factories.money_pledge(
            factories.user(f"又一位{number}".replace("0", "甲").replace("1", "乙")), need, 100_00
        )
    assert queries_of(client, need.get_absolute_url()) == one <= 9


def test_place_chooser_leads_from_province_to_village(client: Client, need: Need) -> None:
    for parent, child in (
        (None, HUNAN),
        (HUNAN, HENGYANG),
        (HENGYANG, QIDONG),
        (QIDONG, TOWN),
        (TOWN, VILLAGE),
    ):
        page = client.get(reverse("needs:regions"), {"parent": parent} if parent else {}).content.decode()
        assert f"/needs/?region={child}" in page
    assert client.get(reverse("needs:regions"), {"parent": "nowhere"}).status_code == 400


def test_detail_tells_posts_and_dates_but_no_names(client: Client, people: Staff, need: Need) -> None:
    page = client.get(need.get_absolute_url()).content.decode()
    assert "乡镇检查通过" in page
    assert "县级管理员" in page
    assert "衡阳市祁东县洪桥镇" in page
    for officer in (people.village, people.township, people.county):
        assert officer.name not in page


def test_public_pages_never_hold_the_households_name_or_phone(
    client: Client, need: Need, donor: User
) -> None:
    factories.money_pledge(donor, need)
    phone = need.household.phone.open().removeprefix("+86")
    for url in ("/", "/needs/", f"/needs/?region={VILLAGE}", need.get_absolute_url(), "/transparency/"):
        page = client.get(url).content.decode()
        assert FULL_NAME not in page
        assert phone not in page
    assert "欧**" in client.get(need.get_absolute_url()).content.decode()


def test_donors_are_shown_as_they_wish(client: Client, people: Staff, need: Need, donor: User) -> None:
    hidden = factories.user("不愿留名")
    factories.money_pledge(donor, need)
    type(factories.money_pledge(hidden, need)).objects.filter(donor=hidden).update(display="anonymous")
    page = client.get(need.get_absolute_url()).content.decode()
    assert "李爱心" in page
    assert "不愿留名" not in page
    assert "另有 1 份" in page


def test_a_draft_is_seen_by_its_own_side_only(
    client: Client, people: Staff, other_county: Staff, home, as_user
) -> None:
    draft = drafts.create_draft(actor=people.village, household=home, content=factories.content())
    url = draft.get_absolute_url()
    assert client.get(url).status_code == 404
    assert as_user(other_county.county).get(url).status_code == 404
    assert as_user(factories.user("路人")).get(url).status_code == 404
    assert reverse("needs:office-need", args=[draft.pk]) in as_user(people.village).get(url).content.decode()
    assert "只有您和经办人员看得到" in as_user(home.account).get(url).content.decode()


def test_a_withdrawn_need_is_gone_for_the_public(client: Client, people: Staff, need: Need) -> None:
    review.withdraw(actor=people.village, need=need)
    assert client.get(need.get_absolute_url()).status_code == 404
    assert need.title not in client.get("/needs/").content.decode()


def test_a_need_promised_in_full_offers_no_button(client: Client, need: Need, donor: User) -> None:
    factories.money_pledge(donor, need, 1_000_00)
    page = client.get(need.get_absolute_url()).content.decode()
    assert "已经全部认领" in page
    assert reverse("donors:pledge-new", args=[need.pk]) not in page


def test_photos_show_once_reviewed_and_to_their_own_side_before(
    client: Client, people: Staff, other_county: Staff, need: Need, as_user
) -> None:
    fresh = photo_of(need, people.village, reviewed=False)
    seen = photo_of(need, people.village, reviewed=True)
    urls = {row.pk: f"{need.get_absolute_url()}photos/{row.pk}.jpg" for row in (fresh, seen)}
    answer = client.get(urls[seen.pk])
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    assert client.get(urls[fresh.pk]).status_code == 404
    assert as_user(other_county.village).get(urls[fresh.pk]).status_code == 404
    assert as_user(people.county).get(urls[fresh.pk]).status_code == 200
    page = client.get(need.get_absolute_url()).content.decode()
    assert urls[seen.pk] in page
    assert urls[fresh.pk] not in page


def test_a_photo_answers_only_under_its_own_need(client: Client, people: Staff, home, need: Need) -> None:
    other = factories.published_need(people, home, title="另一条求助")
    row = photo_of(need, people.village, reviewed=True)
    assert client.get(f"{other.get_absolute_url()}photos/{row.pk}.jpg").status_code == 404
