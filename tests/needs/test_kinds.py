"""Every kind and every subject from the sheet to the public page, and what the public never reads."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Region, User
from fupin.lib.errors import InvalidInput, NotAllowed
from fupin.lib.text import contains_personal_data
from needs import details, queries
from needs.enums import Kind, Status, Subject
from needs.kinds import CHOICE, CHOICES, FEN, FIELDS, LINE, WHOLE
from needs.models import Cooperative, Need
from needs.services import drafts, review
from needs.services.drafts import CooperativeInput
from needs.writing_guide import GUIDE
from tests import factories
from tests.needs.kind_samples import CANARY, COOPERATIVE, DETAILS, HIDDEN, posted, stored, target
from tests.needs.test_office_pages import NEED, text_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
PLACES = {
    Subject.VILLAGE: factories.VILLAGE,
    Subject.COUNTY: factories.QIDONG,
    Subject.COOPERATIVE: factories.VILLAGE,
}


def sheet(kind: str, **changes: Any) -> dict[str, Any]:
    money = {"forms": ["money"], "target_amount": f"{target(kind) // 100}", "item0-name": ""}
    return {**NEED, **money, "item0-unit": "", "item0-quantity": "", "kind": kind, **posted(kind), **changes}


def content(kind: str, subject: str = Subject.HOUSEHOLD, **changes: Any) -> Any:
    named = CooperativeInput(**COOPERATIVE) if subject == Subject.COOPERATIVE else None
    values = {
        "kind": kind,
        "subject": subject,
        "target_fen": target(kind),
        "details": DETAILS[kind],
        "cooperative": named,
    }
    return factories.content(**{**values, **changes})


def checker(people: factories.Staff, need: Need) -> User:
    """Another person at the gate that this need waits for."""
    at_county = need.region_id == factories.QIDONG or details.reviewed_at_county(need.subject, need.kind)
    return factories.officer(Role.COUNTY_ADMIN, factories.QIDONG) if at_county else people.township


def publish(people: factories.Staff, need: Need) -> Need:
    review.check(actor=checker(people, need), need=need, comment="已逐项核对")
    return review.approve(actor=factories.officer(Role.COUNTY_ADMIN, factories.QIDONG), need=need)


def assert_only_public(client: Client, need: Need, kind: str) -> None:
    """The page and the API tell every public field, and nothing of the others."""
    page = text_of(client.get(f"/needs/{need.pk}/"))
    answer = client.get(f"/api/v1/needs/{need.pk}/")
    for field in FIELDS[kind]:
        shown = details.words(field, DETAILS[kind]) in page
        assert shown or not field.public, field.key
        assert (field.key in answer.json()["details"]) is field.public, field.key
    for place in (page, text_of(answer)):
        assert CANARY not in place
        assert HIDDEN.get(kind, CANARY) not in place


@pytest.mark.parametrize("kind", Kind.values)
def test_need_of_every_kind_goes_from_the_sheet_to_its_public_page(
    people: factories.Staff, as_user: As, client: Client, kind: str
) -> None:
    home, village = factories.household(people.village), as_user(people.village)
    answer = village.post(f"/office/needs/new/?household={home.pk}", sheet(kind, then="submit"))
    assert answer.status_code == 302, text_of(answer)
    need = Need.objects.get()
    assert stored(need) == DETAILS[kind]
    office = text_of(as_user(people.township).get(f"/office/needs/{need.pk}/"))
    assert all(details.words(field, DETAILS[kind]) in office for field in FIELDS[kind])
    publish(people, need)
    assert_only_public(client, need, kind)


@pytest.mark.parametrize("subject", PLACES)
@pytest.mark.parametrize("kind", [kind for kind in Kind.values if kind != Kind.SPONSORSHIP])
def test_need_of_every_subject_is_published_with_its_kinds_fields(
    people: factories.Staff, client: Client, subject: str, kind: str
) -> None:
    author = people.county if subject == Subject.COUNTY else people.village
    need = drafts.create_draft(
        actor=author, region=Region.objects.get(code=PLACES[subject]), content=content(kind, subject)
    )
    review.submit(actor=author, need=need)
    need = publish(people, Need.objects.get(pk=need.pk))
    assert need.status == Status.PUBLISHED
    assert_only_public(client, need, kind)
    page = text_of(client.get(f"/needs/{need.pk}/"))
    named = {Subject.VILLAGE: "沙井村", Subject.COUNTY: "祁东县", Subject.COOPERATIVE: COOPERATIVE["name"]}
    assert named[subject] in page
    assert COOPERATIVE["licence"] not in page
    assert COOPERATIVE["contact_role"] not in page


def test_one_to_one_sponsorship_is_for_a_household(people: factories.Staff) -> None:
    with pytest.raises(InvalidInput) as refused:
        drafts.create_draft(
            actor=people.village,
            region=Region.objects.get(code=factories.VILLAGE),
            content=content(Kind.SPONSORSHIP, Subject.VILLAGE),
        )
    assert list(refused.value.fields) == ["kind"]


@pytest.mark.parametrize("kind", [kind for kind in Kind.values if any(f.required for f in FIELDS[kind])])
def test_sheet_asks_for_what_its_kind_requires_and_loses_nothing(
    people: factories.Staff, as_user: As, kind: str
) -> None:
    home = factories.household(people.village)
    sent = sheet(kind)
    required = [field.key for field in FIELDS[kind] if field.required]
    for key in required:
        answer = as_user(people.village).post(
            f"/office/needs/new/?household={home.pk}", {**sent, f"detail-{kind}-{key}": ""}
        )
        page = text_of(answer)
        assert answer.status_code == 400
        assert f'id="id_detail-{kind}-{key}_error"' in page
        assert "几项要改" in page
        for field in FIELDS[kind]:
            value = sent.get(f"detail-{kind}-{field.key}")
            if field.key != key and field.type in {LINE, FEN, WHOLE} and value:
                assert f'value="{value}"' in page
            if field.key != key and field.type in {CHOICE, CHOICES}:
                codes = value if isinstance(value, list) else [value]
                assert all(
                    f'value="{code}" selected' in page or f'value="{code}" id' in page for code in codes
                )
    assert not Need.objects.exists()


def test_what_was_typed_for_another_kind_stays_on_a_refused_sheet(
    people: factories.Staff, as_user: As
) -> None:
    home = factories.household(people.village)
    sent = {**sheet(Kind.PRODUCE), **posted(Kind.EMPLOYMENT), "title": ""}
    page = text_of(as_user(people.village).post(f"/office/needs/new/?household={home.pk}", sent))
    assert 'value="黄花菜"' in page
    assert 'value="家政"' in page
    again = text_of(
        as_user(people.village).post(f"/office/needs/new/?household={home.pk}", {**sent, "then": "more"})
    )
    assert 'value="黄花菜"' in again
    assert 'value="家政"' in again
    assert "field__error" not in again


def test_editing_shows_and_keeps_the_details_and_a_new_kind_replaces_them(
    people: factories.Staff, as_user: As
) -> None:
    home, village = factories.household(people.village), as_user(people.village)
    village.post(f"/office/needs/new/?household={home.pk}", sheet(Kind.PRODUCE))
    need = Need.objects.get()
    page = text_of(village.get(f"/needs/{need.pk}/edit/"))
    assert 'value="黄花菜"' in page
    assert 'value="18.50"' in page
    assert village.post(f"/needs/{need.pk}/edit/", sheet(Kind.PRODUCE)).status_code == 302
    assert stored(need) == DETAILS[Kind.PRODUCE]
    assert village.post(f"/needs/{need.pk}/edit/", sheet(Kind.EMPLOYMENT)).status_code == 302
    assert stored(need) == DETAILS[Kind.EMPLOYMENT]


def test_household_writes_the_same_fields_for_itself(people: factories.Staff, as_user: As) -> None:
    account = factories.user("张测试")
    factories.household(people.village, account=account)
    answer = as_user(account).post("/apply/new/", sheet(Kind.DISABILITY))
    assert answer.status_code == 302
    assert stored(Need.objects.get()) == DETAILS[Kind.DISABILITY]


@pytest.mark.parametrize(
    ("kind", "changes", "key"),
    [
        ("education", {"school": "某中学"}, "school"),
        ("education", {"stage": "phd"}, "stage"),
        ("housing", {"works": "roof"}, "works"),
        ("housing", {"works": ["roof", "gold"]}, "works"),
        ("produce", {"price": "18.5"}, "price"),
        ("produce", {"quantity": True}, "quantity"),
        ("produce", {"quantity": 0}, "quantity"),
        ("produce", {"variety": "菜" * 21}, "variety"),
        ("produce", {"spec": "打 13800000001"}, "spec"),
        ("care", {"guardian": ""}, "guardian"),
        ("care", {"age": "elder"}, "age"),
        ("disability", {"works": [], "aids": [], "services": []}, "works"),
        ("sponsorship", {"rhythm": "term", "months": 8}, "months"),
    ],
)
def test_details_that_cannot_be_are_refused_by_name(kind: str, changes: dict[str, Any], key: str) -> None:
    assert list(details.problems(kind, DETAILS[kind])) == []
    assert list(details.problems(kind, {**DETAILS[kind], **changes})) == [key]


@pytest.mark.parametrize(
    ("rhythm", "months", "total"),
    [("month", 12, 1_200_00), ("quarter", 12, 400_00), ("term", 12, 200_00), ("term", 8, None)],
)
def test_sponsorship_comes_to_its_instalments(rhythm: str, months: int, total: int | None) -> None:
    told = {**DETAILS["sponsorship"], "rhythm": rhythm, "months": months}
    assert details.sponsored_fen(told) == total


def test_sponsorships_target_must_equal_its_instalments_and_is_filled_in_when_left_open(
    people: factories.Staff, as_user: As
) -> None:
    home, village = factories.household(people.village), as_user(people.village)
    url = f"/office/needs/new/?household={home.pk}"
    refused = village.post(url, sheet("sponsorship", target_amount="900"))
    assert refused.status_code == 400
    assert "应为 1,200 元" in text_of(refused)
    assert village.post(url, sheet("sponsorship", target_amount="")).status_code == 302
    assert Need.objects.get().progress.target_fen == 1_200_00


def test_cooperative_is_named_on_the_sheet_and_known_again_by_its_licence(
    people: factories.Staff, as_user: As
) -> None:
    village, url = as_user(people.village), f"/office/needs/new/?region={factories.VILLAGE}&write=1"
    named = {f"cooperative-{key}": value for key, value in COOPERATIVE.items()}
    sent = sheet("produce", subject="cooperative")
    missing = village.post(url, sent)
    assert missing.status_code == 400
    assert 'id="id_cooperative-name_error"' in text_of(missing)
    assert village.post(url, {**sent, **named}).status_code == 302
    again = {
        **named,
        "cooperative-licence": COOPERATIVE["licence"].lower(),
        "cooperative-contact_role": "会计",
    }
    assert village.post(url, {**sent, **again}).status_code == 302
    assert [row.contact_role for row in Cooperative.objects.all()] == ["会计"]
    stranger = village.post(url, {**sent, **named, "cooperative-name": "别的合作社"})
    assert stranger.status_code == 400
    assert "请核对执照" in text_of(stranger)
    need = Need.objects.first()
    page = text_of(village.get(f"/needs/{need.pk}/edit/"))
    assert all(f'value="{value}"' in page for value in (COOPERATIVE["name"], "会计", COOPERATIVE["licence"]))
    assert COOPERATIVE["licence"] in text_of(village.get(f"/office/needs/{need.pk}/"))


def test_produce_of_a_cooperative_is_checked_at_the_county_and_not_by_the_township(
    people: factories.Staff, as_user: As
) -> None:
    place = Region.objects.get(code=factories.VILLAGE)
    need = drafts.create_draft(
        actor=people.village, region=place, content=content(Kind.PRODUCE, Subject.COOPERATIVE)
    )
    review.submit(actor=people.village, need=need)
    with pytest.raises(NotAllowed):
        review.check(actor=people.township, need=need, comment="已核对")
    assert need not in queries.waiting_for(people.township)
    assert need in queries.waiting_for(people.county)
    assert "检查通过" not in text_of(as_user(people.township).get(f"/office/needs/{need.pk}/"))
    page = text_of(as_user(people.county).get(f"/office/needs/{need.pk}/"))
    assert "检查通过" in page
    assert "待县级检查" in page
    publish(people, need)
    assert "县级检查通过" in text_of(Client().get(f"/needs/{need.pk}/"))


def test_other_needs_of_a_cooperative_wait_for_the_township(people: factories.Staff) -> None:
    place = Region.objects.get(code=factories.VILLAGE)
    need = drafts.create_draft(
        actor=people.village, region=place, content=content(Kind.INDUSTRY, Subject.COOPERATIVE)
    )
    review.submit(actor=people.village, need=need)
    assert need in queries.waiting_for(people.township)
    assert review.check(actor=people.township, need=need, comment="已核对").status == Status.CHECKED


def test_another_countys_admin_has_no_say_in_a_cooperatives_produce(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    need = drafts.create_draft(
        actor=people.village,
        region=Region.objects.get(code=factories.VILLAGE),
        content=content(Kind.PRODUCE, Subject.COOPERATIVE),
    )
    review.submit(actor=people.village, need=need)
    assert need not in queries.waiting_for(other_county.county)
    with pytest.raises(NotAllowed):
        review.check(actor=other_county.county, need=need, comment="已核对")


def test_lists_ask_nothing_more_for_a_cooperative(people: factories.Staff, client: Client) -> None:
    def published(subject: str) -> None:
        need = drafts.create_draft(
            actor=people.village,
            region=Region.objects.get(code=factories.VILLAGE),
            content=content(Kind.INDUSTRY, subject),
        )
        review.submit(actor=people.village, need=need)
        publish(people, need)

    published(Subject.COOPERATIVE)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            assert COOPERATIVE["name"] in text_of(client.get("/needs/"))
        counts.append(len(caught))
        for _ in range(2):
            published(Subject.COOPERATIVE)
    assert counts[0] == counts[1]


def test_guide_stands_beside_the_sheet_with_an_example_and_a_warning_for_every_kind(
    people: factories.Staff, as_user: As
) -> None:
    home = factories.household(people.village)
    page = text_of(as_user(people.village).get(f"/office/needs/new/?household={home.pk}"))
    assert {advice.kind for advice in GUIDE} == set(Kind)
    for advice in GUIDE:
        assert f'data-kind="{advice.kind}"' in page
        assert advice.title in page
        assert advice.leave_out in page
        assert not contains_personal_data(advice.title + advice.story)


@pytest.mark.parametrize("secret", ["13800000001", "430426199001012510", "6222 0212 3456 7890 128"])
@pytest.mark.parametrize(
    "place", ["title", "story", "item0-name", "detail-produce-packing", "cooperative-name"]
)
def test_numbers_of_people_are_refused_in_every_public_text_and_nothing_is_lost(
    people: factories.Staff, as_user: As, place: str, secret: str
) -> None:
    named = {f"cooperative-{key}": value for key, value in COOPERATIVE.items()}
    goods = {"item0-name": "纸箱", "item0-unit": "个", "item0-quantity": "5"}
    sent = sheet("produce", subject="cooperative", forms=["money", "goods"], **named, **goods)
    answer = as_user(people.village).post(
        f"/office/needs/new/?region={factories.VILLAGE}&write=1", {**sent, place: f"找 {secret}"}
    )
    assert answer.status_code == 400
    page = text_of(answer)
    assert "不要写手机号" in page
    assert 'value="黄花菜"' in page
    assert f"找 {secret}" in page
    assert not Need.objects.exists()
