"""Every refusal is a problem document of RFC 9457, whatever was sent."""

import pytest

from fupin.lib.drf import MAX_BODY

pytestmark = pytest.mark.django_db
PATH = "/api/v1/auth/codes/"


def is_problem(answer, status: int) -> bool:
    document = answer.json()
    return (
        answer.status_code == status
        and answer["Content-Type"] == "application/problem+json"
        and (document["status"], document["type"]) == (status, "about:blank")
        and bool(document["title"] and document["detail"])
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"5",
        b"NaN",
        b"\xff\xfe",
        b'{"phone": NaN}',
        b'{"phone": 1e999}',
        b'{"phone": ' + b"9" * 10_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b'{"\\ud800": "\\udfff"}',
    ],
)
def test_body_that_is_no_json_object_is_400(api, raw):
    assert is_problem(api().post(PATH, raw, content_type="application/json"), 400)


def test_odd_charset_is_400(api):
    assert is_problem(api().post(PATH, b"{}", content_type="application/json; charset=klingon"), 400)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_wrong_content_type_is_415(api, kind):
    assert is_problem(api().post(PATH, b"phone=1", content_type=kind), 415)


def test_huge_body_is_413(api):
    body = b'{"phone": "' + b"1" * MAX_BODY + b'"}'
    assert is_problem(api().post(PATH, body, content_type="application/json"), 413)


def test_wrong_method_is_405(api):
    assert is_problem(api().get(PATH), 405)


def test_unknown_address_and_unknown_object_are_404(api):
    assert is_problem(api().get("/api/v1/nonsense/"), 404)
    assert is_problem(api().get("/api/v1/needs/9223372036854775808/"), 404)


@pytest.mark.parametrize("path", ["/api/v1/needs/?q=%00", "/api/v1/needs/?%ED%A0%80=1", "/api/v1/%00/"])
def test_unclean_address_is_400(api, path):
    assert is_problem(api().get(path), 400)


def test_missing_sign_in_is_401_and_says_how(api):
    answer = api().get("/api/v1/pledges/")
    assert is_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Token"


def test_every_wrong_field_is_named_at_once_and_deeper_ones_say_where(api, people, home):
    values = {
        "title": "",
        "kind": "x",
        "items": [{"name": "棉被", "unit": "床", "quantity": 1}, {"name": "桌"}],
    }
    answer = api(people.village).post("/api/v1/needs/", values, format="json")
    assert is_problem(answer, 400)
    errors = answer.json()["errors"]
    assert set(errors) == {"title", "story", "kind", "forms", "items"}
    assert [text.split("：")[0] for text in errors["items"]] == ["[1].unit", "[1].quantity"]
    assert all(isinstance(text, str) for texts in errors.values() for text in texts)
