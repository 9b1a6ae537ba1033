"""Codes, tokens, regions and posts over the API."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import override_settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import Appointment, AuditEntry, User
from accounts.tokens import token_of
from fupin.lib.clock import shifted
from tests import factories

PHONE = "19900008888"
pytestmark = pytest.mark.django_db


def last_code(folder: Path) -> str:
    return str(json.loads((folder / "sms.jsonl").read_text().splitlines()[-1])["code"])


def test_code_request_gets_the_same_answer_for_known_and_unknown_numbers(api):
    User.objects.create_user(PHONE)
    answers = [
        api().post("/api/v1/auth/codes/", {"phone": phone}, format="json") for phone in (PHONE, "19900009999")
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()


def test_code_becomes_a_token_that_opens_what_needs_a_person(api, tmp_path):
    api().post("/api/v1/auth/codes/", {"phone": PHONE}, format="json")
    answer = api().post("/api/v1/auth/tokens/", {"phone": PHONE, "code": last_code(tmp_path)}, format="json")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    assert client.get("/api/v1/pledges/").status_code == 200
    assert AuditEntry.objects.filter(action="token.show").count() == 1


def test_wrong_code_is_refused_beside_its_field(api, tmp_path):
    api().post("/api/v1/auth/codes/", {"phone": PHONE}, format="json")
    wrong = "000000" if last_code(tmp_path) != "000000" else "000001"
    answer = api().post("/api/v1/auth/tokens/", {"phone": PHONE, "code": wrong}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["code"]


def test_second_code_within_a_minute_says_when_to_come_back(api):
    answers = [api().post("/api/v1/auth/codes/", {"phone": PHONE}, format="json") for _ in range(2)]
    assert answers[1].status_code == 429
    assert int(answers[1]["Retry-After"]) >= 1


@override_settings(SMS_NETWORK_HOURLY=1)
def test_code_limit_counts_the_network(api):
    answers = [
        api().post("/api/v1/auth/codes/", {"phone": phone}, format="json") for phone in (PHONE, "19900009999")
    ]
    assert [answer.status_code for answer in answers] == [202, 429]


@pytest.mark.parametrize(
    "phone", ["", "123", "１９", "1\x00", "\ud800", "😀", "9" * 100_000, 19900008888, [PHONE], None]
)
def test_bad_phone_is_refused_beside_its_field(api, phone):
    body = json.dumps({"phone": phone})
    answer = api().post("/api/v1/auth/codes/", body, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["phone"]


def test_unknown_token_is_401(api):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Token 0123456789")
    answer = client.get("/api/v1/pledges/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_session_works_for_reading_and_needs_csrf_for_writing(as_user, people):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(people.county, backend="accounts.backends.AccountBackend")
    assert client.get("/api/v1/households/").status_code == 200
    assert client.post("/api/v1/appointments/", {}, format="json").status_code == 403


def test_token_of_a_disabled_account_is_refused(api, people):
    client = api(people.county)
    User.objects.filter(pk=people.county.pk).update(is_active=False)
    assert client.get("/api/v1/households/").status_code == 401


def test_a_token_ends_after_its_days_and_asking_again_gives_a_new_one(api, people):
    client, key = api(people.county), token_of(people.county, actor=people.county)
    with shifted(timedelta(days=settings.API_TOKEN_DAYS - 1)):
        assert client.get("/api/v1/households/").status_code == 200
        assert token_of(people.county, actor=people.county) == key
    with shifted(timedelta(days=settings.API_TOKEN_DAYS + 1)):
        answer = client.get("/api/v1/households/")
        assert answer.status_code == 401
        assert "失效" in answer.json()["detail"]
        assert token_of(people.county, actor=people.county) != key
    assert Token.objects.filter(user=people.county).count() == 1


def test_ending_all_sessions_ends_the_token_too(api, people):
    client, key = api(people.county), token_of(people.county, actor=people.county)
    User.objects.filter(pk=people.county.pk).update(auth_epoch=F("auth_epoch") + 1)
    assert client.get("/api/v1/households/").status_code == 401
    again = token_of(User.objects.get(pk=people.county.pk), actor=people.county)
    assert again != key
    client.credentials(HTTP_AUTHORIZATION=f"Token {again}")
    assert client.get("/api/v1/households/").status_code == 200


def test_a_key_written_into_the_database_by_hand_opens_nothing(api, people):
    Token.objects.create(user=people.county, key="0123456789abcdef" * 2 + "01234567")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {'0123456789abcdef' * 2}01234567")
    assert client.get("/api/v1/households/").status_code == 401


def test_regions_list_provinces_and_children_page_by_page(api):
    factories.regions()
    top = api().get("/api/v1/regions/").json()
    assert [row["code"] for row in top["results"]] == [factories.HUNAN]
    first = api().get(f"/api/v1/regions/?parent={factories.HENGYANG}&page_size=1").json()
    assert first["results"] == [
        {"code": factories.HENGNAN, "name": "衡南县", "level": 3, "parent": factories.HENGYANG, "tags": []}
    ]
    second = api().get(first["next"]).json()
    assert [row["code"] for row in second["results"]] == [factories.QIDONG]
    assert second["next"] is None
    assert api().get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize(
    "parent", ["1", "-1", "1e9", "430_000_000_000", "４３００００００００００", "999999999999", "x" * 5000]
)
def test_bad_parent_is_refused_beside_its_field(api, parent):
    answer = api().get("/api/v1/regions/", {"parent": parent})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["parent"]


@pytest.mark.parametrize("size", ["0", "101", "-1", "1e1", "abc", "１０"])
def test_page_size_outside_1_to_100_is_refused(api, size):
    answer = api().get("/api/v1/regions/", {"page_size": size})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["page_size"]


def post_of(**changes: object) -> dict[str, object]:
    return {
        "phone": PHONE,
        "name": "王信息",
        "role": "village_officer",
        "region": factories.VILLAGE,
        **changes,
    }


def test_county_appoints_by_phone_before_the_first_visit_and_ends(api, people):
    county = api(people.county)
    made = county.post("/api/v1/appointments/", post_of(), format="json")
    assert made.status_code == 201
    assert made.json()["user"]["name"] == "王信息"
    assert made.json()["region"] == factories.VILLAGE
    ended = county.post(f"/api/v1/appointments/{made.json()['id']}/end/", {"reason": "调离"}, format="json")
    assert ended.status_code == 200
    assert ended.json()["ended_at"]
    again = county.post(f"/api/v1/appointments/{made.json()['id']}/end/", {}, format="json")
    assert again.status_code == 409


def test_county_appoints_an_account_by_its_number(api, people, donor):
    body = {"user": donor.pk, "role": "township_manager", "region": str(factories.TOWN), "starts_on": None}
    assert api(people.county).post("/api/v1/appointments/", body, format="json").status_code == 201
    again = api(people.county).post("/api/v1/appointments/", body, format="json")
    assert again.status_code == 409
    nobody = api(people.county).post("/api/v1/appointments/", {**body, "user": 10**15}, format="json")
    assert nobody.status_code == 404


def test_appointing_is_401_for_nobody_and_403_outside_ones_area(api, people, other_county, donor):
    assert api().post("/api/v1/appointments/", post_of(), format="json").status_code == 401
    for user in (donor, people.village, other_county.county):
        for body in (post_of(), {"user": donor.pk, "role": "village_officer", "region": factories.VILLAGE}):
            assert api(user).post("/api/v1/appointments/", body, format="json").status_code == 403
    assert User.objects.by_phone(PHONE) is None


def test_ending_a_post_is_401_for_nobody_and_404_outside_ones_area(api, people, other_county):
    post = Appointment.objects.get(user=people.village)
    path = f"/api/v1/appointments/{post.pk}/end/"
    assert api().post(path, {}, format="json").status_code == 401
    assert api(other_county.county).post(path, {}, format="json").status_code == 404
    assert api(people.village).post(path, {}, format="json").status_code == 404


def test_county_may_not_end_what_only_the_city_appoints(api, people):
    own = Appointment.objects.get(user=people.county)
    assert (
        api(people.county).post(f"/api/v1/appointments/{own.pk}/end/", {}, format="json").status_code == 403
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "1"),
        ("role", "emperor"),
        ("role", ["leader"]),
        ("region", 5),
        ("region", "430_426100001"),
        ("region", 1e9),
        ("starts_on", "昨天"),
        ("ends_on", "2020-01-01"),
        ("name", "<b>"),
    ],
)
def test_bad_appointment_is_refused_beside_its_field(api, people, field, value):
    answer = api(people.county).post("/api/v1/appointments/", post_of(**{field: value}), format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_api_token_command_prints_the_token_and_leaves_an_audit_row(capsys):
    User.objects.create_user(PHONE)
    call_command("api_token", PHONE)
    key = capsys.readouterr().out.strip()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    assert client.get("/api/v1/pledges/").status_code == 200
    entry = AuditEntry.objects.get(action="token.show")
    assert key not in str(entry.changes)


def test_api_token_command_refuses_unknown_and_malformed_numbers():
    for phone in ("19900007777", "abc"):
        with pytest.raises(CommandError):
            call_command("api_token", phone)
