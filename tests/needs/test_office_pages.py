"""The office's pages of households and needs: by role, by place, with bad input, and the whole way to publication."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.enums import Role
from accounts.models import AuditEntry, User
from needs.enums import Status
from needs.models import Household, Need
from needs.services import drafts, review
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
NEED = {
    "title": "初三学生住校费用",
    "kind": "education",
    "story": factories.STORY,
    "forms": ["money", "goods"],
    "target_amount": "1000",
    "rows": "3",
    "item0-name": "棉被",
    "item0-unit": "床",
    "item0-quantity": "2",
    "then": "save",
}
HOUSEHOLD = {
    "village": str(factories.VILLAGE),
    "name": "赵测试",
    "members": "4",
    "cause": "illness",
    "focus": ["illness"],
    "phone": "19900009999",
    "id_number": "",
    "address": "三组 12 号",
    "situation": "",
    "evidence": "signed_paper",
    "consent": "on",
}
# typed text -> accepted as a quantity and as money
NUMBERS = [
    ("", False),
    ("-1", False),
    ("0", False),
    ("1e9", False),
    ("1_000", False),
    ("1\x000", False),
    ("😀", False),
    ("9" * 100_000, False),
    ("２", True),
]


def jpeg(colour: str = "navy") -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(buffer, "JPEG")
    buffer.seek(0)
    buffer.name = "IMG 张三.jpg"
    return buffer


def text_of(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def home(people: factories.Staff) -> Household:
    return factories.household(people.village)


@pytest.fixture
def waiting(people: factories.Staff, home: Household) -> Need:
    """Handed in by the village, waiting for the township."""
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content())
    return review.submit(actor=people.village, need=need)


def test_the_office_asks_strangers_in_and_hides_from_people_without_a_post(
    client: Client, donor: User, as_user: As
) -> None:
    for path in ("/office/needs/", "/office/households/", "/office/needs/new/", "/office/households/new/"):
        assert client.get(path).status_code == 302
        assert as_user(donor).get(path).status_code == 404


def test_posts_without_the_verb_are_refused(people: factories.Staff, as_user: As) -> None:
    for path in ("/office/needs/new/", "/office/households/new/", "/office/needs/"):
        assert as_user(people.charity).get(path).status_code == 403


def test_another_county_sees_none_of_it(waiting: Need, other_county: factories.Staff, as_user: As) -> None:
    for person in (other_county.village, other_county.county):
        client = as_user(person)
        assert client.get(f"/office/needs/{waiting.pk}/").status_code == 404
        assert client.post(f"/office/needs/{waiting.pk}/check/", {}).status_code == 404
        assert client.get(f"/needs/{waiting.pk}/edit/").status_code == 404
        assert client.get(f"/office/households/{waiting.household_id}/").status_code == 404
        assert client.get(f"/office/needs/new/?household={waiting.household_id}").status_code in {403, 404}
        assert waiting.title not in text_of(client.get("/office/needs/"))


def test_a_household_is_registered_with_its_consents(people: factories.Staff, as_user: As) -> None:
    answer = as_user(people.village).post("/office/households/new/", HOUSEHOLD)
    assert answer.status_code == 302
    made = Household.objects.get(name="赵测试")
    assert made.consents.count() == 2
    assert made.phone.masked == "199****9999"
    page = text_of(as_user(people.village).get(answer["Location"]))
    assert "赵测试" in page
    assert "19900009999" not in page


@pytest.mark.parametrize(("typed", "fine"), NUMBERS)
def test_odd_household_sizes_are_answered_beside_the_field(
    people: factories.Staff, as_user: As, typed: str, fine: bool
) -> None:
    answer = as_user(people.village).post("/office/households/new/", {**HOUSEHOLD, "members": typed})
    assert answer.status_code == (302 if fine else 400)
    if not fine:
        assert 'id="id_members_error"' in text_of(answer)
        assert "三组 12 号" in text_of(answer)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "赵\x00试"),
        ("name", "😀"),
        ("name", "赵" * 100_000),
        ("phone", "12345"),
        ("id_number", "430426199001010000"),
        ("cause", "money; drop"),
        ("village", str(factories.VILLAGE_OTHER)),
        ("evidence", "own_account"),
        ("consent", ""),
        ("situation", "字" * 100_000),
    ],
)
def test_bad_household_input_is_kept_and_explained(
    people: factories.Staff, as_user: As, field: str, typed: str
) -> None:
    answer = as_user(people.village).post("/office/households/new/", {**HOUSEHOLD, field: typed})
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in text_of(answer)
    assert not Household.objects.exists()


def test_a_household_already_registered_is_a_conflict_on_the_form(
    people: factories.Staff, as_user: As
) -> None:
    form = {**HOUSEHOLD, "id_number": "430426199001012510"}
    client = as_user(people.village)
    first = client.post("/office/households/new/", form)
    if first.status_code == 400:
        pytest.fail(text_of(first)[:500])
    again = client.post("/office/households/new/", {**form, "name": "钱测试"})
    assert again.status_code == 409
    assert "人工核对" in text_of(again)
    assert "钱测试" in text_of(again)


def test_households_are_found_by_name_within_scope(
    people: factories.Staff, home: Household, other_county: factories.Staff, as_user: As
) -> None:
    factories.household(other_county.village, code=factories.VILLAGE_OTHER, name="张别处")
    page = text_of(as_user(people.county).get("/office/households/", {"q": "张"}))
    assert "张测试" in page
    assert "张别处" not in page


def test_readers_of_figures_see_masked_names_and_open_none(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    leader = factories.officer(Role.LEADER, factories.QIDONG)
    page = text_of(as_user(leader).get("/office/households/"))
    assert "张**" in page
    assert "张测试" not in page
    assert "没有找到家庭" in text_of(as_user(leader).get("/office/households/?q=张测试"))
    assert as_user(leader).get(f"/office/households/{home.pk}/").status_code == 403


def test_a_secret_opens_only_with_the_verb_and_a_reason(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    url = f"/office/households/{home.pk}/reveal/"
    number = home.phone.open()
    assert as_user(people.village).get(url).status_code == 403
    client = as_user(people.county)
    refused = client.post(url, {"field": "phone", "reason": "看"})
    assert refused.status_code == 400
    assert number not in text_of(refused)
    opened = client.post(url, {"field": "phone", "reason": "核对送货电话"})
    assert number in text_of(opened)
    assert "no-store" in opened["Cache-Control"]
    assert AuditEntry.objects.filter(action="secret.reveal", actor=people.county).count() == 1
    assert client.post(url, {"field": "id_number", "reason": "核对送货电话"}).status_code == 400


def test_a_draft_is_saved_with_items_and_photos(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    client = as_user(people.village)
    url = f"/office/needs/new/?household={home.pk}"
    answer = client.post(url, {**NEED, "photos": [jpeg(), jpeg("teal")]})
    need = Need.objects.get()
    assert answer["Location"] == f"/needs/{need.pk}/edit/"
    assert (need.status, need.on_behalf, need.progress.target_fen) == (Status.DRAFT, True, 100_000)
    assert [str(item) for item in need.items.all()] == ["棉被 2床"]
    assert need.photos.count() == 2
    photo = need.photos.first()
    assert client.post(f"/needs/{need.pk}/edit/photos/{photo.pk}/remove/").status_code == 302
    assert need.photos.count() == 1


def test_more_rows_keep_what_was_typed_and_complain_about_nothing(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    url = f"/office/needs/new/?household={home.pk}"
    typed = {**NEED, "title": "", "then": "more", "target_amount": "一千"}
    page = text_of(as_user(people.village).post(url, typed))
    assert 'name="item7-name"' in page
    assert 'value="棉被"' in page
    assert 'value="一千"' in page
    assert "field__error" not in page
    assert not Need.objects.exists()


@pytest.mark.parametrize(("typed", "fine"), NUMBERS)
def test_odd_amounts_and_quantities_are_answered_beside_the_field(
    people: factories.Staff, home: Household, as_user: As, typed: str, fine: bool
) -> None:
    client = as_user(people.village)
    url = f"/office/needs/new/?household={home.pk}"
    for field in ("target_amount", "item0-quantity"):
        answer = client.post(url, {**NEED, field: typed})
        assert answer.status_code == (302 if fine else 400), field
        if not fine:
            assert f'id="id_{field}_error"' in text_of(answer)
            assert "住校费用" in text_of(answer)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", ""),
        ("title", "标题\x00"),
        ("title", "长" * 100_000),
        ("title", "请打 13800000001"),
        ("story", ""),
        ("story", "字" * 100_000),
        ("kind", "gold"),
        ("forms", []),
        ("forms", ["shares"]),
        ("target_amount", "99999999"),
        ("item0-name", ""),
        ("item0-unit", "一个很长很长的单位"),
        ("item0-name", "😀\u202e"),
    ],
)
def test_bad_need_input_is_kept_and_explained(
    people: factories.Staff, home: Household, as_user: As, field: str, typed: Any
) -> None:
    url = f"/office/needs/new/?household={home.pk}"
    answer = as_user(people.village).post(url, {**NEED, field: typed})
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in text_of(answer)
    assert not Need.objects.exists()


def test_emoji_in_a_story_are_welcome(people: factories.Staff, home: Household, as_user: As) -> None:
    url = f"/office/needs/new/?household={home.pk}"
    answer = as_user(people.village).post(url, {**NEED, "story": f"{factories.STORY}🙏"})
    assert answer.status_code == 302


@pytest.mark.parametrize("rows", ["", "-1", "999999", "x", "２"])
def test_a_forged_row_count_does_no_harm(
    people: factories.Staff, home: Household, as_user: As, rows: str
) -> None:
    url = f"/office/needs/new/?household={home.pk}"
    assert as_user(people.village).post(url, {**NEED, "rows": rows}).status_code == 302


def test_goods_without_items_are_explained_at_the_list(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    empty = {"item0-name": "", "item0-unit": "", "item0-quantity": ""}
    answer = as_user(people.village).post(f"/office/needs/new/?household={home.pk}", {**NEED, **empty})
    assert answer.status_code == 400
    assert "至少写一种物品" in text_of(answer)


def test_a_photo_that_is_none_and_a_seventh_are_refused(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    client = as_user(people.village)
    url = f"/office/needs/new/?household={home.pk}"
    fake = io.BytesIO(b"<script>alert(1)</script>")
    fake.name = "photo.jpg"
    refused = client.post(url, {**NEED, "photos": [fake]})
    assert refused.status_code == 400
    assert "请重新选择" in text_of(refused)
    assert client.post(url, {**NEED, "photos": [jpeg() for _ in range(7)]}).status_code == 400


def test_a_village_and_a_cooperative_can_be_helped_too(people: factories.Staff, as_user: As) -> None:
    client = as_user(people.village)
    url = f"/office/needs/new/?region={factories.VILLAGE}&write=1"
    named = {"cooperative-name": "沙井合作社", "cooperative-contact_role": "理事长"}
    sent = {**NEED, **named, "cooperative-licence": "93430426MA0000002X", "subject": "cooperative"}
    assert client.post(url, sent).status_code == 302
    assert Need.objects.get().subject == "cooperative"
    assert client.post(url, {**NEED, "subject": "county"}).status_code == 400
    assert client.get(f"/office/needs/new/?region={factories.VILLAGE_2}&write=1").status_code == 404


def test_a_need_goes_from_the_yard_to_publication_through_the_pages(
    people: factories.Staff, as_user: As
) -> None:
    village, township, county = (as_user(p) for p in (people.village, people.township, people.county))
    home = village.post("/office/households/new/", HOUSEHOLD)["Location"].strip("/").split("/")[-1]
    sent = {**NEED, "then": "submit", "photos": [jpeg()]}
    page = village.post(f"/office/needs/new/?household={home}", sent)["Location"]
    need = Need.objects.get()
    assert page == f"/office/needs/{need.pk}/"
    assert "检查通过" in text_of(township.get(page))
    assert "检查通过" not in text_of(village.get(page))
    assert township.post(f"{page}check/", {"comment": "已电话核对"}).status_code == 302
    photo = need.photos.get()
    assert f'value="{photo.pk}"' in text_of(county.get(page))
    assert county.post(f"{page}approve/", {"comment": "", "photos": [photo.pk]}).status_code == 302
    need.refresh_from_db()
    photo.refresh_from_db()
    assert need.status == Status.PUBLISHED
    assert photo.reviewed_by == people.county
    history = text_of(county.get(page))
    assert "已电话核对" in history
    assert people.township.name in history


def test_a_stale_decision_answers_409_with_the_state_as_it_is(
    waiting: Need, people: factories.Staff, as_user: As
) -> None:
    url = f"/office/needs/{waiting.pk}/"
    client = as_user(people.township)
    assert client.post(f"{url}check/", {"comment": "已核对"}).status_code == 302
    answer = client.post(f"{url}check/", {"comment": "已核对"})
    assert answer.status_code == 409
    assert "情况已经有变化" in text_of(answer)
    assert "待县级发布" in text_of(answer)


def test_who_wrote_it_may_not_check_it(people: factories.Staff, home: Household, as_user: As) -> None:
    need = drafts.create_draft(actor=people.township, household=home, content=factories.content())
    review.submit(actor=people.township, need=need)
    client = as_user(people.township)
    page = text_of(client.get(f"/office/needs/{need.pk}/"))
    assert "检查通过" not in page
    assert "另一位同事" in page
    assert client.post(f"/office/needs/{need.pk}/check/", {"comment": "自己查"}).status_code == 409


def test_flags_must_be_answered_and_are_explained(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    need = drafts.create_draft(
        actor=people.village, household=home, content=factories.content(story="缺钱。")
    )
    review.submit(actor=people.village, need=need)
    client = as_user(people.township)
    assert "写得太笼统" in text_of(client.get(f"/office/needs/{need.pk}/"))
    refused = client.post(f"/office/needs/{need.pk}/check/", {"comment": ""})
    assert refused.status_code == 400
    assert 'id="id_comment_error"' in text_of(refused)


def test_returning_needs_a_reason_and_the_author_mends_it(
    waiting: Need, people: factories.Staff, as_user: As
) -> None:
    township, village = as_user(people.township), as_user(people.village)
    url = f"/office/needs/{waiting.pk}/"
    refused = township.post(f"{url}return/", {"comment": "补充材料", "reason": ""})
    assert refused.status_code == 400
    assert "补充材料" in text_of(refused)
    assert township.post(f"{url}return/", {"comment": "补充材料", "reason": "unclear"}).status_code == 302
    sheet = text_of(village.get(f"/needs/{waiting.pk}/edit/"))
    assert "补充材料" in sheet
    again = village.post(f"/needs/{waiting.pk}/edit/", {**NEED, "then": "submit"})
    assert again.status_code == 302
    waiting.refresh_from_db()
    assert waiting.status == Status.VERIFIED


def test_publication_can_be_set_for_later_but_not_for_the_past(
    waiting: Need, people: factories.Staff, as_user: As
) -> None:
    review.check(actor=people.township, need=waiting, comment="已核对")
    client, url = as_user(people.county), f"/office/needs/{waiting.pk}/approve/"
    past = timezone.localtime() - timedelta(hours=1)
    assert client.post(url, {"publish_at": f"{past:%Y-%m-%dT%H:%M}"}).status_code == 400
    later = timezone.localtime() + timedelta(days=2)
    assert client.post(url, {"publish_at": f"{later:%Y-%m-%dT%H:%M}"}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.status == Status.CHECKED
    assert "自动发布" in text_of(client.get(f"/office/needs/{waiting.pk}/"))


def test_a_withdrawn_consent_keeps_a_need_from_going_out(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    home.consents.update(withdrawn_at=timezone.now())
    client = as_user(people.village)
    answer = client.post(f"/office/needs/new/?household={home.pk}", {**NEED, "then": "submit"}, follow=True)
    assert "没有提交" in text_of(answer)
    assert Need.objects.get().status == Status.DRAFT


def test_a_need_under_review_cannot_be_edited(waiting: Need, people: factories.Staff, as_user: As) -> None:
    client = as_user(people.village)
    assert client.get(f"/needs/{waiting.pk}/edit/").status_code == 409
    assert client.post(f"/needs/{waiting.pk}/edit/", NEED).status_code == 409


@pytest.mark.parametrize("query", ["status=gone", "household=x", "region=1", "kind=x", "household=-1"])
def test_odd_filters_are_not_found(people: factories.Staff, as_user: As, query: str) -> None:
    assert as_user(people.county).get(f"/office/needs/?{query}").status_code == 404


def test_lists_ask_the_same_number_of_questions_at_one_row_and_three(
    people: factories.Staff, waiting: Need, as_user: As
) -> None:
    client = as_user(people.county)
    counts = []
    for _ in range(2):
        asked = []
        for path in ("/office/needs/", "/office/households/"):
            with CaptureQueriesContext(connection) as caught:
                client.get(path)
            asked.append(len(caught))
        counts.append(asked)
        for name in ("孙测试", "吴测试"):
            factories.published_need(people, factories.household(people.village, name=name))
    assert counts[0] == counts[1]
