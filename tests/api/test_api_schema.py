"""The schema tells what the API does, and its documentation works under the site's security policy."""

import re

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

CONTRACT = {
    "/api/v1/auth/codes/": {"post"},
    "/api/v1/auth/tokens/": {"post"},
    "/api/v1/regions/": {"get"},
    "/api/v1/needs/": {"get", "post"},
    "/api/v1/needs/{id}/": {"get"},
    "/api/v1/households/": {"get", "post"},
    **{
        f"/api/v1/needs/{{id}}/{action}/": {"post"}
        for action in ("submit", "verify", "check", "approve", "return", "withdraw", "pledges")
    },
    "/api/v1/pledges/": {"get"},
    "/api/v1/pledges/{id}/": {"get"},
    **{f"/api/v1/pledges/{{id}}/{action}/": {"post"} for action in ("pay", "ship", "receive", "cancel")},
    "/api/v1/certificates/{token}/": {"get"},
    "/api/v1/appointments/": {"post"},
    "/api/v1/appointments/{id}/end/": {"post"},
}


@pytest.fixture
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_schema_is_valid_openapi_without_warnings(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_schema_holds_every_call_of_the_contract(schema):
    assert schema["openapi"].startswith("3.1")
    held = {path: set(calls) for path, calls in schema["paths"].items()}
    assert {path: held.get(path) for path in CONTRACT} == CONTRACT


def test_every_call_is_described_in_one_sentence_and_names_its_problems(schema):
    for calls in schema["paths"].values():
        for call in calls.values():
            assert re.fullmatch(r"[A-Z].*\.", call["description"])
            assert "application/problem+json" in call["responses"]["400"]["content"]


def test_pledging_requires_the_idempotency_key(schema):
    parameters = schema["paths"]["/api/v1/needs/{id}/pledges/"]["post"]["parameters"]
    assert [row["required"] for row in parameters if row["name"] == "Idempotency-Key"] == [True]


@pytest.mark.django_db
def test_schema_is_served(client):
    assert client.get("/api/v1/schema/").status_code == 200


@pytest.mark.django_db
def test_documentation_has_no_inline_code_and_only_our_own_files(client):
    answer = client.get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert all(address.startswith("/") for address in re.findall(r'(?:src|href)="([^"]+)"', page))
    script = re.search(r'src="([^"]*script[^"]*)"', page.split("standalone")[1])
    assert script
    assert client.get(script[1])["Content-Type"] == "application/javascript"
