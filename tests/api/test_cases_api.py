"""Deliveries that went wrong, over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from donors.models import DeliveryCase
from donors.services import steps
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people, need, home, donor):
    pledge = factories.received_pledge(donor, need, people)
    steps.receive(actor=home.account, pledge=pledge, outcome="problem", note="少了一半的钱")
    return DeliveryCase.objects.get()


def test_county_lists_opens_and_works_a_case(api, people, case):
    client = api(people.county)
    listed = client.get("/api/v1/cases/").json()["results"]
    assert [row["id"] for row in listed] == [case.pk]
    assert listed[0]["actions"] == ["answer", "solve", "close"]
    answer = client.post(f"/api/v1/cases/{case.pk}/answer/", {"note": "正在向慈善会核实"}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (200, "answered")
    closed = client.post(f"/api/v1/cases/{case.pk}/close/", {"note": "已经补齐"}, format="json").json()
    assert (closed["status"], closed["actions"]) == ("closed", [])
    assert [step["action"] for step in closed["steps"]] == ["open", "answer", "close"]
    assert AuditEntry.objects.filter(action="case.close", actor=people.county).exists()
    assert client.get("/api/v1/cases/?status=opened").json()["results"] == []


def test_township_reads_along_and_decides_nothing(api, people, case):
    client = api(people.township)
    assert client.get(f"/api/v1/cases/{case.pk}/").json()["actions"] == []
    assert (
        client.post(f"/api/v1/cases/{case.pk}/close/", {"note": "已经补齐"}, format="json").status_code == 403
    )


def test_others_find_no_case(api, people, other_county, donor, home, case):
    for person in (other_county.county, other_county.township, people.village, donor, home.account):
        client = api(person)
        assert client.get("/api/v1/cases/").json()["results"] == []
        assert client.get(f"/api/v1/cases/{case.pk}/").status_code == 404
        answer = client.post(f"/api/v1/cases/{case.pk}/close/", {"note": "已经补齐"}, format="json")
        assert answer.status_code == 404
    assert api().get("/api/v1/cases/").status_code == 401


def test_state_and_words_are_checked(api, people, case):
    client, address = api(people.county), f"/api/v1/cases/{case.pk}/"
    assert client.post(f"{address}solve/", {"note": "好"}, format="json").status_code == 400
    assert client.post(f"{address}solve/", {}, format="json").status_code == 400
    assert client.post(f"{address}solve/", {"note": "已经补寄到家"}, format="json").status_code == 200
    assert client.post(f"{address}answer/", {"note": "再次答复双方"}, format="json").status_code == 409
    assert client.get("/api/v1/cases/?status=nothing").status_code == 400


def test_names_and_secrets_stay_out(api, people, home, case):
    text = api(people.county).get(f"/api/v1/cases/{case.pk}/").content.decode()
    assert home.name not in text
    assert "李爱心" not in text


def test_list_costs_the_same_for_one_case_and_for_three(api, people, need, home, donor, case):
    client, counts = api(people.county), []
    for more in (0, 2):
        for _ in range(more):
            pledge = factories.received_pledge(factories.user("赵测试"), need, people, 100_00)
            steps.receive(actor=home.account, pledge=pledge, outcome="problem", note="少了一半的钱")
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/cases/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
