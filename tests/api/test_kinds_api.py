"""What each kind asks for, over the API: written by key, checked, and shown to whom it concerns."""

import pytest

from needs.kinds import FIELDS
from needs.models import Cooperative, Need
from tests import factories
from tests.api.test_needs_api import body, send
from tests.needs.kind_samples import COOPERATIVE, DETAILS

pytestmark = pytest.mark.django_db
PRODUCE = {**DETAILS["produce"], "price": "18.50", "floor": "15.37"}


@pytest.mark.parametrize("kind", sorted(DETAILS))
def test_details_come_back_to_their_writer_as_they_were_sent(api, people, home, kind):
    yuan = {"produce": PRODUCE, "sponsorship": {**DETAILS["sponsorship"], "instalment": "100.00"}}
    sent = yuan.get(kind, DETAILS[kind])
    answer = send(
        api(people.village), "/api/v1/needs/", body(home, kind=kind, target_amount="1200.00", details=sent)
    )
    assert answer.status_code == 201, answer.content.decode()
    assert answer.json()["details"] == sent
    assert Need.objects.get().details == DETAILS[kind]


def test_need_without_details_is_taken_as_before(api, people, home):
    answer = send(api(people.village), "/api/v1/needs/", body(home, kind="produce"))
    assert (answer.status_code, answer.json()["details"]) == (201, {})


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"variety": "黄花菜"},
        {**PRODUCE, "price": 18.5},
        {**PRODUCE, "price": "１e9"},
        {**PRODUCE, "quantity": "500"},
        {**PRODUCE, "season": "7"},
        {**PRODUCE, "season": ["13"]},
        {**PRODUCE, "supplier": ["household"]},
        {**PRODUCE, "variety": {"a": 1}},
        {**PRODUCE, "variety": "菜\x00"},
        {**PRODUCE, "phone": "13800000001"},
        {**PRODUCE, "packing": "找 13800000001"},
        [],
        "produce",
    ],
)
def test_wrong_details_are_a_problem_document_that_names_them(api, people, home, details):
    answer = send(api(people.village), "/api/v1/needs/", body(home, kind="produce", details=details))
    if details == {}:
        assert answer.status_code == 201
        return
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["details"]
    assert not Need.objects.exists()


def test_cooperative_is_written_by_the_office_and_named_to_the_public(api, people):
    sent = body(subject="cooperative", kind="produce", region=factories.VILLAGE, cooperative=COOPERATIVE)
    made = send(api(people.village), "/api/v1/needs/", sent).json()
    assert made["recipient"] == COOPERATIVE["name"]
    assert made["office"]["cooperative"] == COOPERATIVE
    bad = {**sent, "cooperative": {**COOPERATIVE, "licence": "x"}}
    refused = send(api(people.village), "/api/v1/needs/", bad)
    assert list(refused.json()["errors"]) == ["cooperative"]
    assert Cooperative.objects.count() == 1


def test_sponsorships_target_that_is_not_its_instalments_is_refused(api, people, home):
    details = {**DETAILS["sponsorship"], "instalment": "100.00"}
    sent = body(home, kind="sponsorship", target_amount="1000.00", details=details)
    answer = send(api(people.village), "/api/v1/needs/", sent)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["target_amount"])


def test_schema_tells_the_fields_of_every_kind():
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)
    told = schema["components"]["schemas"]["WriteNeed"]["properties"]["details"]["anyOf"]
    assert {row["title"] for row in told} == {kind for kind, fields in FIELDS.items() if fields}


@pytest.mark.parametrize(
    ("price", "status"), [("80.50", 201), (None, 201), ("0", 400), (80, 400), ("１e3", 400)]
)
def test_goods_carry_an_estimated_price(api, people, home, price, status):
    items = [{"name": "棉被", "unit": "床", "quantity": 2, "price": price}]
    answer = send(api(people.village), "/api/v1/needs/", body(home, items=items))
    assert answer.status_code == status
    if status == 201:
        assert [row["price"] for row in answer.json()["items"]] == [price]
