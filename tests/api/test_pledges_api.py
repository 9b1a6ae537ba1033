"""Pledges, their steps and certificates over the API."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from donors.models import Certificate, Pledge
from donors.services import certificates
from fupin.demo.pictures import picture
from fupin.lib.clock import today
from needs.models import NeedProgress
from needs.services.drafts import ItemInput
from tests import factories

pytestmark = pytest.mark.django_db
KEY = "abcdefgh-1"
MONEY = {"form": "money", "amount": "200.00", "display": "nickname"}


def give(client, need, values=None, key=KEY):
    """POST a pledge; JSON with every character escaped, so that lone surrogates travel too."""
    headers = {"Idempotency-Key": key} if key is not None else {}
    path = f"/api/v1/needs/{need.pk}/pledges/"
    return client.post(path, json.dumps(values or MONEY), content_type="application/json", headers=headers)


@pytest.fixture
def goods(people, home):
    items = [ItemInput("棉被", "床", 2), ItemInput("书桌", "张", 1)]
    return factories.published_need(people, home, items=items)


@pytest.fixture
def service(people, home):
    return factories.published_need(people, home, forms=["service"], target_fen=0)


def test_money_pledge_says_where_to_pay_and_until_when(api, need, donor):
    answer = give(api(donor), need)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["need"], made["form"], made["status"], made["amount"]) == (
        need.pk,
        "money",
        "pledged",
        "200.00",
    )
    assert made["donor"] == "小李"
    assert set(made["charity_account"]) == {"charity", "bank", "number", "licence"}
    assert made["reference"].startswith("FP")
    assert made["expires_at"]
    assert made["certificate"] is None
    assert [step["action"] for step in made["steps"]] == ["pledge"]
    assert made["actions"] == ["pay", "prolong", "cancel"]
    assert api().get(f"/api/v1/needs/{need.pk}/").json()["pledged_amount"] == "200.00"


def test_same_key_gives_the_same_pledge_and_another_body_conflicts(api, need, donor):
    client = api(donor)
    first, again = give(client, need), give(client, need)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    other = give(client, need, {**MONEY, "amount": "201.00"})
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert Pledge.objects.count() == 1


@pytest.mark.parametrize("key", [None, "", "short", "x" * 65, "with space", "ключ-ключ", "a/b/c/d/e"])
def test_pledge_without_a_proper_key_is_refused(api, need, donor, key):
    answer = give(api(donor), need, key=key)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]


def test_more_than_is_open_conflicts_and_says_what_is_open(api, need, goods, donor):
    money = give(api(donor), need, {**MONEY, "amount": "1000.01"})
    assert (money.status_code, money.json()["open"]) == (409, "1000.00")
    quilts, desk = goods.items.all()
    values = {"form": "goods", "items": [{"item": quilts.pk, "quantity": 3}], "delivery": "courier"}
    answer = give(api(donor), goods, values)
    assert answer.status_code == 409
    assert answer.json()["open"] == [{"item": quilts.pk, "quantity": 2}, {"item": desk.pk, "quantity": 1}]


def test_pledging_is_401_for_nobody_404_for_drafts_403_for_the_household_itself(
    api, people, home, need, donor
):
    assert give(api(), need).status_code == 401
    assert give(api(home.account), need).status_code == 403
    need.status = "withdrawn"
    need.save(update_fields=["status"])
    assert give(api(donor), need).status_code == 404


def bad_pledges(item: int) -> list[tuple[str, object, str]]:
    """Field, value and the form it belongs to."""
    soon = today() + timedelta(days=400)
    amounts = [
        "-1",
        "0",
        "1e9",
        "1_000",
        "0.001",
        "NaN",
        "\x00",
        "😀",
        "9" * 100_000,
        200,
        True,
        ["200"],
        None,
    ]
    goods = [
        "棉被",
        [],
        [7],
        [{"item": item}],
        [{"item": 10**30, "quantity": 1}],
        [{"item": item + 10**6, "quantity": 1}],
    ]
    goods += [[{"item": item, "quantity": bad}] for bad in (-1, 0, 1e9, "2", "1_0", "２", None, True, 10**30)]
    goods += [[{"item": item, "quantity": 1}] * 2]
    return [
        *(("amount", value, "money") for value in amounts),
        *(("items", value, "goods") for value in goods),
        *(("delivery", value, "goods") for value in ["", "drone", 1, ["courier"]]),
        *(("hours", value, "service") for value in [0, -1, 201, "4", 1e9, [4], None]),
        *(
            ("date", value, "service")
            for value in ["x", "２０２６-１２-０１", "2020-01-01", soon.isoformat(), 5, None]
        ),
        *(("form", value, "money") for value in ["x", "", None, ["money"], "\ud800"]),
        *(("display", value, "money") for value in ["x", 1, None]),
    ]


def test_bad_pledge_is_refused_beside_its_field(api, need, goods, service, donor):
    item, client = goods.items.first().pk, api(donor)
    fine = {
        "money": (need, MONEY),
        "goods": (goods, {"form": "goods", "items": [{"item": item, "quantity": 1}], "delivery": "courier"}),
        "service": (service, {"form": "service", "hours": 4, "date": today().isoformat()}),
    }
    for field, value, form in bad_pledges(item):
        target, values = fine[form]
        answer = give(client, target, {**values, field: value})
        assert (answer.status_code, list(answer.json().get("errors", {}))) == (400, [field]), (field, value)
    assert Pledge.objects.count() == 0


def test_form_that_the_need_does_not_ask_for_is_refused(api, need, donor):
    answer = give(api(donor), need, {"form": "service", "hours": 4, "date": today().isoformat()})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["form"])


def test_keys_nobody_asked_for_change_nothing(api, people, need, donor):
    extra = {"status": "received", "donor": people.village.pk, "certificate_due": True, "reference": "FPX"}
    made = Pledge.objects.get(pk=give(api(donor), need, {**MONEY, **extra}).json()["id"])
    assert (made.status, made.donor, made.certificate_due) == ("pledged", donor, False)
    assert made.reference != "FPX"


def step(client, pledge_id, action, **values):
    return client.post(f"/api/v1/pledges/{pledge_id}/{action}/", values, format="json")


def test_money_travels_from_promise_to_certificate(api, people, home, need, donor):
    pledge = give(api(donor), need).json()["id"]
    assert step(api(donor), pledge, "pay", reference="尾号 6789").json()["status"] == "paid"
    assert step(api(people.charity), pledge, "receive").json()["status"] == "received"
    refused = step(api(people.charity), pledge, "pay_out", note="转入户主卡")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["method"])
    factories.bank_account(people, home)
    assert step(api(people.charity), pledge, "pay_out", note="转入户主卡").json()["status"] == "delivered"
    back = step(api(people.charity), pledge, "come_back", reason="银行退回，账号已注销").json()
    assert back["status"] == "received"
    assert step(api(people.charity), pledge, "pay_out").json()["status"] == "delivered"
    done = step(api(home.account), pledge, "receive", outcome="complete").json()
    assert (done["status"], done["outcome"], done["certificate"]) == ("confirmed", "complete", None)
    certificates.issue_due()
    shown = api(donor).get(f"/api/v1/pledges/{pledge}/").json()
    assert len(shown["certificate"]) == 22
    public = api().get(f"/api/v1/certificates/{shown['certificate']}/")
    assert public.status_code == 200
    assert set(public.json()) == {
        "valid",
        "number",
        "donor",
        "recipient",
        "content",
        "issued_at",
        "revoked_at",
    }
    assert (public.json()["valid"], public.json()["donor"]) == (True, "小李")
    text = public.content.decode()
    assert home.name not in text
    assert "李爱心" not in text


def with_picture(client, pledge_id, action, name, **values):
    file = SimpleUploadedFile("a.jpg", picture("quilt", 3), "image/jpeg")
    return client.post(f"/api/v1/pledges/{pledge_id}/{action}/", {**values, name: file}, format="multipart")


def test_the_transfer_is_declared_with_its_slip_which_the_charity_sees(api, people, need, donor):
    made = factories.money_pledge(donor, need)
    answer = with_picture(api(donor), made.pk, "pay", "slip", reference="尾号 6789")
    assert (answer.status_code, answer.json()["status"]) == (200, "paid")
    slip = made.photos.get()
    made.refresh_from_db()
    assert (slip.purpose, made.bank_note) == ("slip", "尾号 6789")
    address = f"/pledges/{made.pk}/photos/{slip.pk}.jpg"
    for person, status in ((donor, 200), (people.charity, 200), (people.village, 404)):
        client = Client()
        client.force_login(person, backend="accounts.backends.AccountBackend")
        assert client.get(address).status_code == status


def test_a_slip_that_is_no_picture_is_refused_and_nothing_declared(api, need, donor):
    made = factories.money_pledge(donor, need)
    path = f"/api/v1/pledges/{made.pk}/pay/"
    for file in (SimpleUploadedFile("a.jpg", b"no picture"), SimpleUploadedFile("a.jpg", b"")):
        answer = api(donor).post(path, {"slip": file}, format="multipart")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["slip"])
    words = api(donor).post(path, {"slip": "words"}, format="multipart")
    assert (words.status_code, list(words.json()["errors"])) == (400, ["slip"])
    made.refresh_from_db()
    assert (made.status, made.photos.count()) == ("pledged", 0)
    assert with_picture(api(donor), made.pk, "ship", "slip").status_code == 415


def test_a_supplier_is_paid_with_the_invoice(api, people, need, donor):
    made = factories.received_pledge(donor, need, people)
    charity = api(people.charity)
    bare = step(charity, made.pk, "pay_out", method="supplier", payee="县第一中学")
    assert (bare.status_code, list(bare.json()["errors"])) == (400, ["photo"])
    done = with_picture(charity, made.pk, "pay_out", "photo", method="supplier", payee="县第一中学")
    assert done.json()["status"] == "delivered"
    payout = made.payouts.get().payout
    assert (payout.paid_to, payout.photos.count()) == ("县第一中学", 1)


def test_revoked_certificate_is_invalid_and_leaves_the_pledge(api, people, need, donor):
    factories.received_pledge(donor, need, people)
    certificates.issue_due()
    paper = Certificate.objects.get()
    certificates.revoke(actor=people.county, certificate=paper, reason="款项已经退回")
    assert api().get(f"/api/v1/certificates/{paper.token}/").json()["valid"] is False
    assert api(donor).get("/api/v1/pledges/").json()["results"][0]["certificate"] is None


def test_unknown_certificate_is_404(api):
    assert api().get("/api/v1/certificates/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    assert api().get(f"/api/v1/certificates/{'x' * 5000}/").status_code == 404


def test_goods_travel_by_courier_and_a_problem_is_solved(api, people, goods, donor):
    item = goods.items.first()
    values = {"form": "goods", "items": [{"item": item.pk, "quantity": 2}], "delivery": "courier"}
    made = give(api(donor), goods, values).json()
    assert made["items"] == [{"item": item.pk, "name": "棉被", "unit": "床", "quantity": 2}]
    assert made["amount"] is None
    sent = step(api(donor), made["id"], "ship", courier="sf", tracking_number="SF1234567890")
    assert sent.json()["status"] == "shipped"
    village = api(people.village)
    assert (
        step(village, made["id"], "receive", outcome="problem", note="破了一个角").json()["outcome"]
        == "problem"
    )
    assert step(village, made["id"], "receive", outcome="complete").json()["outcome"] == "complete"
    assert api().get(f"/api/v1/needs/{goods.pk}/").json()["items"][0]["received"] == 2


def test_service_hours_are_confirmed(api, home, service, donor):
    values = {"form": "service", "hours": 4, "date": today().isoformat(), "display": "anonymous"}
    made = give(api(donor), service, values).json()
    assert (made["hours"], made["date"], made["donor"]) == (4, today().isoformat(), "爱心人士（匿名）")
    assert step(api(home.account), made["id"], "receive").json()["status"] == "confirmed"


def test_cancel_frees_what_was_held(api, need, donor):
    pledge = give(api(donor), need).json()["id"]
    assert step(api(donor), pledge, "cancel").json()["status"] == "cancelled"
    assert NeedProgress.objects.get(need=need).pledged_fen == 0
    assert step(api(donor), pledge, "cancel").status_code == 409


@pytest.mark.parametrize(
    ("action", "values", "field"),
    [
        ("ship", {}, "meet_at"),
        ("ship", {"courier": "sf"}, "tracking_number"),
        ("ship", {"courier": "pigeon", "tracking_number": "SF1234567890"}, "courier"),
        ("ship", {"courier": "sf", "tracking_number": "\ud800"}, "tracking_number"),
        ("ship", {"courier": "sf", "tracking_number": "x" * 100_000}, "tracking_number"),
        ("ship", {"courier": ["sf"], "tracking_number": "SF1234567890"}, "courier"),
        ("ship", {"meet_at": "村委会", "meet_on": "2020-01-01"}, "meet_on"),
        ("ship", {"meet_at": "村委会", "meet_on": 1e9}, "meet_on"),
        ("ship", {"meet_at": 5, "meet_on": "2099-01-01"}, "meet_at"),
        ("receive", {"outcome": "lost"}, "outcome"),
        ("receive", {"outcome": ["complete"]}, "outcome"),
        ("receive", {"outcome": "problem"}, "note"),
        ("receive", {"note": "\x00"}, "note"),
        ("pay", {"reference": "x" * 100_000}, "reference"),
        ("pay", {"reference": 12}, "reference"),
        ("pay_out", {"note": ["好"]}, "note"),
        ("pay_out", {"method": "barter"}, "method"),
        ("come_back", {}, "reason"),
    ],
)
def test_bad_step_is_refused_beside_its_field(api, need, donor, action, values, field):
    made = factories.money_pledge(donor, need)
    path = f"/api/v1/pledges/{made.pk}/{action}/"
    answer = api(donor).post(path, json.dumps(values), content_type="application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


ACTIONS = ("pay", "ship", "receive", "cancel", "pay_out")
SHIP = {"courier": "sf", "tracking_number": "SF1234567890"}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_step_is_401_for_nobody_404_for_strangers_403_without_the_right(
    api, people, other_county, need, donor, action
):
    made = factories.money_pledge(donor, need)
    assert step(api(), made.pk, action).status_code == 401
    for stranger in (factories.user("王路人"), other_county.charity, other_county.county):
        assert step(api(stranger), made.pk, action, **SHIP).status_code == 404
    # The township sees the pledge; it gives nothing, keeps no account, but may confirm for the household.
    wanted = {403} if action != "receive" else {403, 409}
    assert step(api(people.township), made.pk, action, **SHIP).status_code in wanted
    made.refresh_from_db()
    assert made.status == "pledged"


@pytest.mark.parametrize("action", ACTIONS)
def test_every_step_is_409_from_a_wrong_state(api, people, need, donor, action):
    made = factories.money_pledge(donor, need)
    assert step(api(donor), made.pk, "cancel").status_code == 200
    rightful = people.charity if action in {"receive", "pay_out"} else donor
    answer = step(api(rightful), made.pk, action, **SHIP)
    assert (answer.status_code, answer.json()["state"]) == (409, "cancelled")


def test_donor_does_not_confirm_the_own_gift(api, need, donor):
    made = factories.money_pledge(donor, need)
    assert step(api(donor), made.pk, "receive").status_code == 409


def test_pledges_list_shows_each_side_its_own(api, people, other_county, home, need, donor):
    made = factories.money_pledge(donor, need)
    path = "/api/v1/pledges/"
    assert api().get(path).status_code == 401
    for user in (donor, home.account, people.village, people.charity):
        assert [row["id"] for row in api(user).get(path).json()["results"]] == [made.pk]
    for user in (factories.user("王路人"), other_county.village, other_county.charity):
        assert api(user).get(path).json()["results"] == []
        assert api(user).get(f"{path}{made.pk}/").status_code == 404
    assert api(donor).get(f"{path}?status=paid").json()["results"] == []
    assert len(api(donor).get(f"{path}?status=pledged&need={need.pk}").json()["results"]) == 1
    assert api(donor).get(f"{path}?status=x").status_code == 400
    assert api(donor).get(f"{path}?need=1e9").status_code == 400


def test_list_asks_as_many_queries_for_three_pledges_as_for_one(api, people, home, goods, need, donor):
    def count() -> int:
        client = api(donor)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v1/pledges/").status_code == 200
        return len(queries)

    item = goods.items.first().pk
    values = {"form": "goods", "items": [{"item": item, "quantity": 1}], "delivery": "courier"}
    assert give(api(donor), goods, values).status_code == 201
    factories.money_pledge(donor, need, 100_00)
    one = count()
    factories.received_pledge(donor, need, people)
    certificates.issue_due()
    assert give(api(donor), goods, values, key="abcdefgh-2").status_code == 201
    assert count() == one
