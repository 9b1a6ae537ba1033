"""Needs and households over the API: who reads what, who may do what, and what no door lets through."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from fupin.lib.clock import now
from needs.enums import Status
from needs.models import Household, Need
from needs.services import drafts, review
from needs.services.drafts import ItemInput
from tests import factories

pytestmark = pytest.mark.django_db
PUBLIC_FIELDS = {
    "id", "title", "story", "kind", "forms", "subject", "region", "recipient", "target_amount", "pledged_amount",
    "received_amount", "helpers", "items", "details", "photos", "status", "published_at", "office",
}  # fmt: skip


def draft(people: factories.Staff, home: Household, **changes: object) -> Need:
    return drafts.create_draft(actor=people.village, household=home, content=factories.content(**changes))


def body(home: Household | None = None, **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "title": "住校费用",
        "story": factories.STORY,
        "kind": "education",
        "forms": ["money", "goods"],
        "subject": "household",
        "target_amount": "600.50",
        "items": [{"name": "棉被", "unit": "床", "quantity": 2}],
    }
    return {**values, **({"household": home.pk} if home else {}), **changes}


def send(client, path, values):
    """JSON with every character escaped, so that lone surrogates travel too."""
    return client.post(path, json.dumps(values), content_type="application/json")


def test_public_list_holds_exactly_the_public_fields(api, need):
    row = api().get("/api/v1/needs/").json()["results"][0]
    assert set(row) == PUBLIC_FIELDS
    assert row["recipient"] == "张**"
    assert row["target_amount"] == "1000.00"
    assert row["pledged_amount"] == row["received_amount"] == "0.00"
    assert row["region"] == {
        "code": factories.VILLAGE,
        "name": "沙井村",
        "path": "湖南省/衡阳市/祁东县/洪桥镇/沙井村",
    }
    assert row["office"] is None


def test_public_answers_hold_nothing_personal_of_the_household(api, people, home, need, donor):
    hidden = [home.name, "张测试", home.phone.open(), home.phone.open().removeprefix("+86")]
    for user in (None, donor):
        for path in ("/api/v1/needs/", f"/api/v1/needs/{need.pk}/"):
            text = api(user).get(path).content.decode()
            assert not [secret for secret in hidden if secret in text]


def test_drafts_are_404_for_everybody_else(api, people, other_county, home, donor):
    made = draft(people, home)
    for user in (None, donor, other_county.village, other_county.county):
        assert api(user).get(f"/api/v1/needs/{made.pk}/").status_code == 404
    for user in (people.village, people.county, home.account):
        assert api(user).get(f"/api/v1/needs/{made.pk}/").status_code == 200
    assert api().get("/api/v1/needs/").json()["results"] == []


def test_unreviewed_photos_are_for_the_office_and_the_household(api, people, home):
    made = draft(people, home)
    shown = drafts.add_photo(actor=people.village, need=made, jpeg=b"one")
    drafts.add_photo(actor=people.village, need=made, jpeg=b"two")
    review.submit(actor=people.village, need=made)
    review.check(actor=people.township, need=made, comment="已电话核对")
    path = f"/api/v1/needs/{made.pk}/"
    answer = api(people.county).post(f"{path}approve/", {"photos": [shown.pk]}, format="json")
    assert [photo["reviewed"] for photo in answer.json()["photos"]] == [True, False]
    public = api().get(path).json()["photos"]
    assert [photo["id"] for photo in public] == [shown.pk]
    assert public[0]["url"].endswith(f"/needs/{made.pk}/photos/{shown.pk}.jpg")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        (f"region={factories.HUNAN}", True),
        (f"region={factories.QIDONG}&kind=education&form=money&subject=household", True),
        (f"region={factories.VILLAGE}&status=published&order=waiting", True),
        ("q=洪桥", True),
        ("region=&kind=&form=&subject=&status=&q=", True),
        (f"region={factories.HENGNAN}", False),
        ("kind=medical", False),
        ("form=goods", False),
        ("subject=village", False),
        ("status=matched", False),
        ("order=nearly", False),
        ("q=云集", False),
    ],
)
def test_list_filters(api, need, query, found):
    answer = api().get(f"/api/v1/needs/?{query}")
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["results"]] == ([need.pk] if found else [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", "1"),
        ("region", "430_426_000_000"),
        ("region", "४३०४२६००००००"),
        ("kind", "x"),
        ("form", "MONEY"),
        ("subject", "😀"),
        ("status", "draft"),
        ("status", "nonsense"),
        ("order", "random"),
        ("scope", "all"),
        ("q", "x" * 100_000),
        ("page_size", "1_0"),
        ("cursor", "x" * 600),
    ],
)
def test_bad_filter_is_refused_beside_its_name(api, need, name, value):
    answer = api().get("/api/v1/needs/", {name: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [name]


def test_pages_follow_each_other_and_keep_the_filters(api, people, home):
    made = [factories.published_need(people, home, title=f"第{number}件") for number in "一二三"]
    seen, address = [], "/api/v1/needs/?kind=education&page_size=1"
    while address:
        page = api().get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
        assert address is None or "kind=education" in address
    assert seen == [need.pk for need in reversed(made)]
    assert api().get("/api/v1/needs/?cursor=bm9uc2Vuc2U").status_code == 400


def test_list_asks_as_many_queries_for_three_needs_as_for_one(api, people, home, need):
    def count() -> int:
        client = api(people.county)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v1/needs/").status_code == 200
        return len(queries)

    one = count()
    for _ in range(2):
        factories.published_need(people, home, items=[ItemInput("棉被", "床", 1)], title="被褥")
    assert count() == one


def test_office_scope_lists_every_state_of_ones_own_area(api, people, other_county, home, need, donor):
    made = draft(people, home)
    path = "/api/v1/needs/?scope=office"
    assert {row["id"] for row in api(people.village).get(path).json()["results"]} == {need.pk, made.pk}
    only = api(people.township).get(f"{path}&status=draft&order=newest").json()["results"]
    assert [row["id"] for row in only] == [made.pk]
    assert only[0]["office"]["household"] == home.pk
    review.submit(actor=people.village, need=made)
    waiting = api(people.county).get(f"{path}&order=waiting").json()["results"]
    assert [row["id"] for row in waiting] == [made.pk]
    assert api(other_county.county).get(path).json()["results"] == []
    assert api().get(path).status_code == 401
    assert api(donor).get(path).status_code == 403


def test_officer_posts_a_draft_on_behalf_of_a_household(api, people, home):
    answer = send(api(people.village), "/api/v1/needs/", body(home))
    assert answer.status_code == 201
    made = answer.json()
    assert (made["status"], made["target_amount"], made["forms"]) == ("draft", "600.50", ["goods", "money"])
    assert [item["quantity"] for item in made["items"]] == [2]
    assert made["office"]["on_behalf"] is True
    assert made["actions"] == ["submit", "withdraw"]


def test_household_posts_for_itself_without_naming_itself(api, people, home):
    answer = send(api(home.account), "/api/v1/needs/", body())
    assert answer.status_code == 201
    assert answer.json()["office"] == {
        "household": home.pk,
        "on_behalf": False,
        "flags": [],
        "publish_at": None,
        "queued_at": None,
        "waiting_since": None,
        "cooperative": None,
    }


def test_township_posts_for_a_village(api, people):
    village = body(subject="village", region=factories.VILLAGE)
    answer = send(api(people.township), "/api/v1/needs/", village)
    assert answer.status_code == 201
    assert answer.json()["recipient"] == "沙井村"


def test_posting_a_need_is_401_for_nobody_403_without_the_right_404_for_a_foreign_household(
    api, people, other_county, home, donor
):
    assert send(api(), "/api/v1/needs/", body(home)).status_code == 401
    assert send(api(donor), "/api/v1/needs/", body()).status_code == 403
    assert send(api(donor), "/api/v1/needs/", body(home)).status_code == 404
    media = factories.officer(Role.COUNTY_MEDIA, factories.QIDONG)
    assert send(api(media), "/api/v1/needs/", body(home)).status_code == 403
    foreign = send(api(other_county.village), "/api/v1/needs/", body(home))
    assert foreign.status_code == 404
    assert list(foreign.json()["errors"]) == ["household"]
    assert Need.objects.count() == 0


def test_keys_nobody_asked_for_change_nothing(api, people, home, donor):
    extra = {"status": "published", "id": 7, "is_listed": True, "created_by": donor.pk, "flags": ["brand"]}
    made = send(api(people.village), "/api/v1/needs/", body(home, **extra, pledged_amount="5.00")).json()
    need = Need.objects.get(pk=made["id"])
    assert (need.status, need.created_by, need.flags, need.progress.pledged_fen) == (
        "draft", people.village, [], 0,
    )  # fmt: skip


BAD_TEXT = ["", "   ", "a\x00b", "\ud800", "x" * 100_000, 7, ["住校费用"], {"a": 1}, None, True]
BAD_AMOUNT = [
    "-1",
    "1e9",
    "1_000",
    "1,000",
    "0",
    "NaN",
    "😀",
    "٣",
    "9" * 100_000,
    "\x00",
    200,
    1e9,
    ["5"],
    True,
]
BAD_ITEMS = [
    "棉被",
    {"name": "棉被"},
    [],
    [7],
    [{"name": "棉被", "unit": "床"}],
    *(
        [{"name": "棉被", "unit": "床", "quantity": bad}]
        for bad in (-1, 0, 1e9, 10**30, "2", "1_000", "２", None, [2])
    ),
    [{"name": "\ud800", "unit": "床", "quantity": 1}],
    [{"name": "棉被", "unit": "一二三四五六七八九", "quantity": 1}],
    [{"name": "棉被", "unit": "床", "quantity": 1}] * 21,
]


BAD_NEEDS = [
    *(("title", value) for value in [*BAD_TEXT, "字" * 41, "电话19900008888"]),
    *(("story", value) for value in [*BAD_TEXT, "字" * 2001]),
    *(("target_amount", value) for value in BAD_AMOUNT),
    *(("items", value) for value in BAD_ITEMS),
    *(("kind", value) for value in ["x", "", 1, ["education"], None, "\ud800"]),
    *(("forms", value) for value in [[], "money", ["x"], [["money"]], None, ["money"] * 4]),
    *(("household", value) for value in ["1", -1, 1.5, 10**30, [1], True]),
    ("subject", "village"),
]


def test_bad_need_is_refused_beside_its_field(api, people, home):
    client = api(people.village)
    for field, value in BAD_NEEDS:
        answer = send(client, "/api/v1/needs/", body(home, **{field: value}))
        assert (answer.status_code, list(answer.json().get("errors", {}))) == (400, [field]), (field, value)
    assert Need.objects.count() == 0


def test_emoji_in_a_story_and_full_width_digits_in_an_amount_are_welcome(api, people, home):
    answer = send(api(people.village), "/api/v1/needs/", body(home, title="谢谢😀", target_amount="６００"))
    assert answer.status_code == 201
    assert (answer.json()["title"], answer.json()["target_amount"]) == ("谢谢😀", "600.00")


def test_need_travels_from_household_to_public_through_four_people(api, people, home):
    path = f"/api/v1/needs/{send(api(home.account), '/api/v1/needs/', body()).json()['id']}/"
    steps = (
        (home.account, "submit", "submitted"),
        (people.village, "verify", "verified"),
        (people.township, "check", "checked"),
        (people.county, "approve", "published"),
    )
    for user, action, status in steps:
        answer = api(user).post(f"{path}{action}/", {"comment": "已核对情况"}, format="json")
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert api().get(path).json()["published_at"]


def test_approval_for_a_later_date_keeps_the_need_hidden_until_then(api, people, home):
    made = checked(people, home)
    path = f"/api/v1/needs/{made.pk}/approve/"
    at = (now() + timedelta(days=2)).isoformat()
    answer = api(people.county).post(path, {"publish_at": at}, format="json")
    assert answer.json()["office"]["publish_at"]
    assert api().get(f"/api/v1/needs/{made.pk}/").status_code == 404
    assert api(people.county).post(path, {}, format="json").status_code == 409


def checked(people: factories.Staff, home: Household) -> Need:
    made = draft(people, home)
    review.submit(actor=people.village, need=made)
    return review.check(actor=people.township, need=made, comment="已电话核对")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"publish_at": "0001-01-01T00:00:00+14:00"}, "publish_at"),
        ({"publish_at": "9999-12-31T23:59:59Z"}, "publish_at"),
        ({"publish_at": "tomorrow"}, "publish_at"),
        ({"publish_at": 5}, "publish_at"),
        ({"photos": ["1"]}, "photos"),
        ({"photos": [10**30]}, "photos"),
        ({"photos": 5}, "photos"),
        ({"comment": "\ud800"}, "comment"),
        ({"comment": "x" * 100_000}, "comment"),
        ({"comment": ["好"]}, "comment"),
    ],
)
def test_bad_approval_is_refused_beside_its_field(api, people, home, values, field):
    made = checked(people, home)
    answer = send(api(people.county), f"/api/v1/needs/{made.pk}/approve/", values)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_return_needs_a_reason_and_withdraw_ends_it(api, people, home):
    path = f"/api/v1/needs/{checked(people, home).pk}/"
    missing = api(people.county).post(f"{path}return/", {"comment": "请补充"}, format="json")
    assert (missing.status_code, list(missing.json()["errors"])) == (400, ["reason"])
    back = api(people.county).post(
        f"{path}return/", {"reason": "unclear", "comment": "请补充"}, format="json"
    )
    assert back.json()["status"] == "returned"
    gone = api(people.village).post(f"{path}withdraw/", {}, format="json")
    assert gone.json()["status"] == "withdrawn"


ACTIONS = ("submit", "verify", "check", "approve", "return", "withdraw")


@pytest.mark.parametrize("action", ACTIONS)
def test_every_gate_is_401_for_nobody_404_for_strangers_and_403_without_the_right(
    api, people, other_county, home, need, donor, action
):
    media = factories.officer(Role.COUNTY_MEDIA, factories.QIDONG)
    hidden, values = draft(people, home), {"reason": "unclear"}
    path = f"/api/v1/needs/{hidden.pk}/{action}/"
    assert api().post(path, values, format="json").status_code == 401
    assert api(donor).post(path, values, format="json").status_code == 404
    assert api(other_county.county).post(path, values, format="json").status_code == 404
    assert api(media).post(path, values, format="json").status_code == 403
    public = api(donor).post(f"/api/v1/needs/{need.pk}/{action}/", values, format="json")
    assert public.status_code == 403
    assert Need.objects.get(pk=need.pk).status == Status.PUBLISHED


@pytest.mark.parametrize("action", ACTIONS[:-1])
def test_every_gate_is_409_from_a_wrong_state(api, people, need, action):
    rightful = {"check": people.township, "approve": people.county, "return": people.county}
    answer = api(rightful.get(action, people.village)).post(
        f"/api/v1/needs/{need.pk}/{action}/", {"reason": "unclear", "comment": "再看一次"}, format="json"
    )
    assert answer.status_code == 409
    assert answer.json()["status"] == 409
    assert answer.json()["state"] == "published"


def household_body(**changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "name": "王小花",
        "region": factories.VILLAGE,
        "cause": "illness",
        "members": 4,
        "focus": ["illness"],
        "phone": "19900007777",
        "address": "三组 12 号",
        "situation": "慢性病",
        "evidence": "signed_paper",
    }
    return {**values, **changes}


def test_officer_registers_a_household_and_reads_its_secrets_masked(api, people):
    answer = send(api(people.village), "/api/v1/households/", household_body())
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["phone"], made["id_number"]) == ("王小花", "199****7777", None)
    text = answer.content.decode()
    assert "19900007777" not in text
    assert "三组" not in text
    assert "慢性病" not in text
    assert Household.objects.get(pk=made["id"]).consents.count() == 2


def test_households_list_is_ones_own_area_with_names_by_role(api, people, other_county, home, donor):
    path = "/api/v1/households/"
    assert api().get(path).status_code == 401
    assert api(donor).get(path).status_code == 403
    assert [row["name"] for row in api(people.county).get(path).json()["results"]] == ["张秘密"]
    media = factories.officer(Role.COUNTY_MEDIA, factories.QIDONG)
    assert [row["name"] for row in api(media).get(path).json()["results"]] == ["张**"]
    assert api(other_county.county).get(path).json()["results"] == []
    assert api(people.county).get(f"{path}?region={factories.VILLAGE_2}").json()["results"] == []


def test_registering_is_401_for_nobody_403_outside_ones_area_409_for_a_known_person(
    api, people, other_county, donor
):
    values = household_body(id_number="11010519491231002X")
    assert send(api(), "/api/v1/households/", values).status_code == 401
    for user in (donor, other_county.village, people.charity):
        assert send(api(user), "/api/v1/households/", values).status_code == 403
    assert send(api(people.village), "/api/v1/households/", values).status_code == 201
    again = household_body(id_number="11010519491231002X", phone="")
    assert send(api(people.village), "/api/v1/households/", again).status_code == 409


BAD_HOUSEHOLDS = [
    *(("name", value) for value in ["", "A1", "😀", "\ud800", "x" * 100_000, 5, ["王"], None]),
    *(("members", value) for value in [0, -1, 51, 1e9, "4", True, None, [4]]),
    *(("region", value) for value in [5, "x", factories.TOWN, 999999999999, [1], None]),
    *(("phone", value) for value in ["1", 19900007777, "\x00", ["19900007777"]]),
    *(("id_number", value) for value in ["1", "110105194912310021", 5]),
    *(("evidence", value) for value in ["", "own_account", None, ["signed_paper"]]),
    *(("focus", value) for value in ["illness", ["x"], [5]]),
    *(("situation", value) for value in ["\x00", "字" * 1001, 5]),
    ("cause", "x"),
    ("address", "字" * 101),
]


def test_bad_household_is_refused_beside_its_field(api, people):
    client = api(people.township)
    for field, value in BAD_HOUSEHOLDS:
        answer = send(client, "/api/v1/households/", household_body(**{field: value}))
        assert (answer.status_code, list(answer.json().get("errors", {}))) == (400, [field]), (field, value)
    assert Household.objects.count() == 0


def test_an_officers_own_phone_is_no_households_phone(api, people):
    values = household_body(phone=people.village.phone.open())
    answer = send(api(people.village), "/api/v1/households/", values)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["phone"])
