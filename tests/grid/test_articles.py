"""Articles: written by one person, published by another, read by those they are meant for."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import AuditEntry, Region, User
from fupin.demo import writing
from fupin.demo.cast import Casting, County
from fupin.demo.people import People
from fupin.lib.clock import shifted
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.article_lifecycle import steps_for
from grid.article_text import BODY_MAX, blocks
from grid.models import Article
from grid.models.article import ArticleState
from grid.services import articles
from grid.services.articles import ArticleInput
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def media(people):
    return factories.officer(Role.COUNTY_MEDIA, factories.QIDONG)


def published(people, author, **changes):
    row = factories.article(author, **changes)
    articles.act(actor=author, article=row, action="submit")
    return articles.act(actor=people.county, article=row, action="publish")


def test_media_manager_writes_and_the_county_publishes(people, media):
    row = published(people, media)
    assert (row.state, row.author, row.reviewed_by) == (ArticleState.PUBLISHED, media, people.county)
    assert row.published_at >= row.submitted_at
    entries = AuditEntry.objects.filter(object_type="grid.article", object_id=str(row.pk)).order_by("pk")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("article.write", media),
        ("article.submit", media),
        ("article.publish", people.county),
    ]
    assert {entry.region_code for entry in entries} == {factories.QIDONG}


def test_author_never_publishes_under_any_account(people):
    row = factories.article(people.county)
    articles.act(actor=people.county, article=row, action="submit")
    twin = factories.officer(Role.COUNTY_ADMIN, factories.QIDONG)
    User.objects.filter(pk__in=(twin.pk, people.county.pk)).update(id_index="a" * 64)
    for actor in (people.county, twin):
        with pytest.raises(Conflict):
            articles.act(actor=factories.fresh(actor), article=row, action="publish")
    row.refresh_from_db()
    assert row.state == ArticleState.SUBMITTED
    assert [step.action for step in steps_for(people.county, row)] == ["take_back"]
    colleague = factories.officer(Role.COUNTY_ADMIN, factories.QIDONG)
    assert articles.act(actor=colleague, article=row, action="publish").reviewed_by == colleague


def test_wrong_state_and_wrong_post_are_refused(people, other_county, media):
    row = factories.article(media)
    with pytest.raises(StaleState):
        articles.act(actor=people.county, article=row, action="publish")
    articles.act(actor=media, article=row, action="submit")
    for stranger in (media, people.township, other_county.county):
        with pytest.raises(NotAllowed):
            articles.act(actor=stranger, article=row, action="publish")
    with pytest.raises(StaleState):
        articles.edit(actor=media, article=row, content=ArticleInput(**factories.ARTICLE))
    with pytest.raises(NotAllowed):
        articles.edit(actor=people.county, article=row, content=ArticleInput(**factories.ARTICLE))
    with pytest.raises(InvalidInput):
        articles.act(actor=people.county, article=row, action="send_back", note="不")
    back = articles.act(actor=people.county, article=row, action="send_back", note="请写清到哪里申请")
    assert (back.state, back.note) == (ArticleState.DRAFT, "请写清到哪里申请")


@pytest.mark.parametrize("kind", ["policy", "story"])
def test_village_and_township_write_experience_alone(people, kind):
    for officer in (people.village, people.township):
        with pytest.raises(NotAllowed):
            factories.article(officer, kind=kind)
        assert factories.article(officer, kind="experience").region_id == factories.QIDONG
        with pytest.raises(NotAllowed):
            factories.article(officer, kind="experience", code=factories.HENGNAN)
    with pytest.raises(NotAllowed):
        factories.article(people.charity, kind="experience")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("policy", "有事打 13900001111 找老王。"),
        ("policy", f"证件号 {factories.id_number()} 的人。"),
        ("story", "座机零七三四六二六二六二六可以找到他。"),
        ("story", "村里的张 测试一家今年搬进了新房。"),
        ("experience", "像张测试这样的人家，要每月去一次。"),
    ],
)
def test_personal_data_and_names_of_households_are_refused(people, media, kind, words):
    factories.household(people.village)
    with pytest.raises(InvalidInput) as refused:
        factories.article(media, kind=kind, body=factories.ARTICLE["body"] + words)
    assert list(refused.value.fields) == ["body"]
    assert "张测试" not in str(refused.value.fields)
    assert not Article.objects.exists()


def test_a_household_registered_later_still_stops_the_publication(people, media):
    row = factories.article(media, kind="story", title="张测试的好日子")
    articles.act(actor=media, article=row, action="submit")
    factories.household(people.village)
    with pytest.raises(InvalidInput) as refused:
        articles.act(actor=people.county, article=row, action="publish")
    assert list(refused.value.fields) == ["title"]


def test_a_policy_may_print_an_office_telephone_and_names_its_source(people, media):
    body = factories.ARTICLE["body"] + "咨询电话 0734-6262626。"
    assert factories.article(media, body=body).body == body
    for wrong in ({"source": ""}, {"body": "太短"}, {"body": "长" * (BODY_MAX + 1)}):
        with pytest.raises(InvalidInput) as refused:
            factories.article(media, **wrong)
        assert refused.value.fields.keys() == wrong.keys()


def test_public_lists_show_what_is_published_of_the_place_and_above(people, media, client):
    shown, hidden = published(people, media), factories.article(media, title="还在写的政策")
    office = [factories.officer(Role.CITY_OFFICE, factories.HENGYANG) for _ in range(2)]
    of_city = factories.article(office[0], code=factories.HENGYANG, title="全市的政策")
    articles.act(actor=office[0], article=of_city, action="submit")
    articles.act(actor=office[1], article=of_city, action="publish")
    urls = {
        "/articles/": {shown.title, of_city.title},
        f"/articles/?region={factories.QIDONG}": {shown.title, of_city.title},
        f"/articles/?region={factories.HENGNAN}": {of_city.title},
        "/articles/?kind=story": set(),
    }
    for url, titles in urls.items():
        page = client.get(url).content.decode()
        assert {one for one in (shown.title, of_city.title, hidden.title) if one in page} == titles, url
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert client.get("/articles/?kind=experience").status_code == 404
    articles.act(actor=people.county, article=shown, action="withdraw", note="政策已经到期")
    assert client.get(shown.get_absolute_url()).status_code == 404


def test_article_page_escapes_and_carries_its_code(people, media, client):
    row = published(people, media, body=factories.ARTICLE["body"] + "\n<script>alert(1)</script>")
    page = client.get(row.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<h2>一、哪些人可以申请</h2>" in page
    assert row.source in page
    assert 'src="data:image/svg+xml' in page
    assert len(page.encode()) < 60_000


def test_experience_is_for_officers_around_alone(people, other_county, media, donor, client, as_user):
    row = published(people, people.village, kind="experience", title="每月走访的做法")
    for reader in (people.township, people.charity):
        assert row.title in as_user(reader).get("/office/experience/").content.decode()
        assert as_user(reader).get(row.get_absolute_url()).status_code == 200
    assert row.title not in as_user(other_county.village).get("/office/experience/").content.decode()
    for stranger in (client, as_user(donor), as_user(other_county.county)):
        assert stranger.get(row.get_absolute_url()).status_code == 404
    assert client.get("/office/experience/").status_code == 302
    assert as_user(donor).get("/office/experience/").status_code == 404


def test_office_pages_take_an_article_from_the_first_word_to_publication(people, media, as_user):
    writer, editor = as_user(media), as_user(people.county)
    sent = {**factories.ARTICLE, "kind": "story", "region": factories.QIDONG, "number": ""}
    refused = writer.post("/office/articles/new/", {**sent, "body": "电话 13900001111" + sent["body"]})
    assert refused.status_code == 400
    assert "电话 13900001111" in refused.content.decode()
    answer = writer.post("/office/articles/new/", sent)
    row = Article.objects.get()
    assert answer["Location"] == f"/office/articles/{row.pk}/"
    assert editor.get(answer["Location"]).status_code == 404
    assert writer.post(f"{answer['Location']}edit/", {**sent, "title": "改过的标题"}).status_code == 302
    page = writer.get(answer["Location"])
    assert "改过的标题" in page.content.decode()
    assert writer.post(f"{answer['Location']}submit/").status_code == 302
    assert "改过的标题" in editor.get("/office/").content.decode()
    assert writer.post(f"{answer['Location']}publish/").status_code == 403
    assert editor.post(f"{answer['Location']}send_back/", {"note": "不"}).status_code == 400
    stale = editor.post(f"{answer['Location']}publish/", {"seen": page.context["article"].mark})
    assert stale.status_code == 409
    assert editor.post(f"{answer['Location']}publish/").status_code == 302
    row.refresh_from_db()
    assert row.state == ArticleState.PUBLISHED
    assert editor.post(f"{answer['Location']}publish/").status_code == 409


def test_office_pages_are_shut_to_others(people, other_county, media, donor, client, as_user):
    row = factories.article(media)
    articles.act(actor=media, article=row, action="submit")
    url = f"/office/articles/{row.pk}/"
    assert client.get(url).status_code == 302
    for stranger in (donor, people.township, other_county.county, other_county.village):
        assert as_user(stranger).get(url).status_code == 404
        assert as_user(stranger).post(f"{url}publish/").status_code == 404
    assert as_user(people.charity).get("/office/articles/").status_code == 403
    assert as_user(people.charity).get("/office/articles/new/").status_code == 403


def queries_of(client, url):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    assert not [query for query in caught if "COUNT(" in query["sql"]]
    return len(caught)


def test_lists_cost_the_same_with_one_and_three_rows(people, media, client, as_user):
    published(people, media)
    published(people, people.village, kind="experience")
    pages = [
        (client, "/articles/"),
        (client, f"/articles/?region={factories.QIDONG}"),
        (as_user(people.county), "/office/articles/"),
        (as_user(people.village), "/office/experience/"),
    ]
    first = [queries_of(who, url) for who, url in pages]
    assert first[0] <= 3
    for _ in range(2):
        published(people, factories.officer(Role.COUNTY_MEDIA, factories.QIDONG))
        published(people, people.township, kind="experience")
    assert [queries_of(who, url) for who, url in pages] == first


def test_headings_are_short_numbered_lines():
    found = [
        (block.is_heading, block.text) for block in blocks("一、条件\n一、先核实，再上报。\n\n# 小标题\n正文")
    ]
    assert found == [(True, "一、条件"), (False, "一、先核实，再上报。"), (True, "小标题"), (False, "正文")]


def test_the_demo_county_has_a_policy_and_a_story(people, client):
    with shifted(timedelta(days=-60)):
        head, deputy = (factories.officer(Role.COUNTY_ADMIN, factories.QIDONG) for _ in range(2))
    county = County(Region.objects.get(code=factories.QIDONG), head, (deputy, deputy), people.charity)
    writing.tell(Casting(People(random.Random(1))), county)
    for kind, content in (("policy", writing.POLICY), ("story", writing.STORY)):
        assert content.title in client.get(f"/articles/?kind={kind}").content.decode()
