"""The way in, the way out, and one's own page, through the browser's eyes."""

import json
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from accounts.enums import Role
from accounts.models import Appointment, AuditEntry, Message, User
from accounts.services import messages
from tests import factories

pytestmark = pytest.mark.django_db
NUMBER = "19900001234"


@pytest.fixture
def sent_code(settings: object) -> Callable[[], str]:
    """The code of the last text message."""

    def read() -> str:
        lines = (settings.DATA_DIR / "sms.jsonl").read_text(encoding="utf-8").splitlines()
        return json.loads(lines[-1])["code"]

    return read


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def ask(client: Client, number: str = NUMBER, **more: str) -> object:
    return client.post("/accounts/enter/", {"phone": number, **more})


def test_the_right_code_registers_and_signs_in_with_a_new_session_key(
    client: Client, sent_code: Callable[[], str]
) -> None:
    assert ask(client).status_code == 302
    before = client.session.session_key
    answer = client.post("/accounts/enter/code/", {"code": sent_code()})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert client.session.session_key != before
    assert User.objects.by_phone(NUMBER).pk == int(client.session["_auth_user_id"])
    assert client.session["staff"] is False


def test_an_officer_lands_in_the_office_with_a_session_that_ends(
    client: Client, sent_code: Callable[[], str]
) -> None:
    factories.regions()
    officer = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    ask(client, officer.phone.open())
    answer = client.post("/accounts/enter/code/", {"code": sent_code()})
    assert answer["Location"] == "/office/"
    assert client.session["staff"] is True
    assert {"entered_at", "seen_at"} <= set(client.session.keys())


def test_three_wrong_codes_kill_the_right_one(client: Client, sent_code: Callable[[], str]) -> None:
    ask(client)
    code = sent_code()
    for _ in range(3):
        answer = client.post("/accounts/enter/code/", {"code": wrong(code)})
        assert answer.status_code == 400
        assert "验证码不正确" in answer.content.decode()
    assert client.post("/accounts/enter/code/", {"code": code}).status_code == 400
    assert "_auth_user_id" not in client.session


def test_a_used_code_opens_nothing_again(client: Client, sent_code: Callable[[], str]) -> None:
    ask(client)
    session = dict(client.session.items())
    code = sent_code()
    client.post("/accounts/enter/code/", {"code": code})
    again = Client()
    again.get("/accounts/enter/")
    stored = again.session
    stored.update({"enter_phone": session["enter_phone"], "enter_binding": session["enter_binding"]})
    stored.save()
    again.cookies[settings.SESSION_COOKIE_NAME] = stored.session_key
    assert again.post("/accounts/enter/code/", {"code": code}).status_code == 400


def test_a_code_works_only_in_the_browser_that_asked(client: Client, sent_code: Callable[[], str]) -> None:
    ask(client)
    stranger = Client()
    stored = stranger.session
    stored.update({"enter_phone": client.session["enter_phone"], "enter_binding": "other"})
    stored.save()
    assert stranger.post("/accounts/enter/code/", {"code": sent_code()}).status_code == 400


def test_a_second_code_within_a_minute_is_refused_on_the_same_form(client: Client) -> None:
    ask(client)
    answer = ask(client)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    page = answer.content.decode()
    assert "后再试" in page
    assert NUMBER in page


def test_the_answer_is_the_same_for_known_and_unknown_numbers(client: Client) -> None:
    known = factories.user("甲测试")
    answers = [ask(Client(), number) for number in (known.phone.open(), NUMBER)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/accounts/enter/code/")
    ] * 2


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("", 400),
        ("-1", 400),
        ("1e9", 400),
        ("1_000", 400),
        ("１９９００００１２３４", 302),
        ("199\x000001234", 400),
        ("😀", 400),
        ("1" * 100_000, 400),
    ],
)
def test_a_number_is_folded_or_refused_beside_the_field(client: Client, typed: str, status: int) -> None:
    answer = ask(client, typed)
    assert answer.status_code == status
    if status == 400:
        assert 'id="id_phone_error"' in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "12345", "1e5", "1_0000", "😀", "\x00" * 6, "9" * 100_000])
def test_a_malformed_code_spends_no_try(client: Client, sent_code: Callable[[], str], typed: str) -> None:
    ask(client)
    for _ in range(4):
        assert client.post("/accounts/enter/code/", {"code": typed}).status_code == 400
    assert client.post("/accounts/enter/code/", {"code": sent_code()}).status_code == 302


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/needs/", "/needs/"),
        ("https://example.org/", "/"),
        ("//example.org/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_the_way_back_stays_on_this_site(
    client: Client, sent_code: Callable[[], str], wanted: str, reached: str
) -> None:
    step = ask(client, next=wanted)["Location"]
    assert client.post(step, {"code": sent_code()})["Location"] == reached


def test_the_second_step_without_the_first_goes_back(client: Client) -> None:
    assert client.get("/accounts/enter/code/")["Location"] == "/accounts/enter/"


def test_leaving_ends_the_session_and_tells_the_browser_to_forget(as_user: Callable[[User], Client]) -> None:
    client = as_user(factories.user("乙测试"))
    assert client.get("/accounts/leave/").status_code == 405
    answer = client.post("/accounts/leave/")
    assert "storage" in answer["Clear-Site-Data"]
    assert client.get("/me/").status_code == 302


def test_my_page_shows_the_doors_of_my_posts_only(
    people: factories.Staff, donor: User, as_user: Callable[[User], Client]
) -> None:
    assert "/office/" not in as_user(donor).get("/me/").content.decode()
    page = as_user(people.charity).get("/me/").content.decode()
    assert "/office/receipts/" in page
    assert "/office/appointments/" not in page
    assert "/office/appointments/" in as_user(people.county).get("/me/").content.decode()


def test_names_are_saved_with_an_audit_row_and_bad_ones_are_kept_in_the_field(
    donor: User, as_user: Callable[[User], Client]
) -> None:
    client = as_user(donor)
    bad = client.post("/me/profile/", {"name": "李1", "nickname": "小李"})
    assert bad.status_code == 400
    assert 'value="李1"' in bad.content.decode()
    assert client.post("/me/profile/", {"name": "李善", "nickname": "一位老师"}).status_code == 302
    donor.refresh_from_db()
    assert (donor.name, donor.nickname) == ("李善", "一位老师")
    assert AuditEntry.objects.filter(action="account.names", actor=donor).count() == 1


def test_messages_count_as_read_once_seen_and_are_only_mine(
    donor: User, as_user: Callable[[User], Client]
) -> None:
    other = factories.user("丙测试")
    messages.notify(user=donor, text="您的帮助已经送到", dedup_key="t1")
    messages.notify(user=other, text="别人的消息", dedup_key="t2")
    page = as_user(donor).get("/me/messages/").content.decode()
    assert "您的帮助已经送到" in page
    assert "别人的消息" not in page
    assert Message.objects.filter(read_at=None).count() == 1


def test_the_elder_mode_is_turned_over_by_a_post(client: Client) -> None:
    assert client.post("/elder/").cookies["elder"].value == "1"
    assert client.post("/elder/").cookies["elder"].value == "0"
    assert client.get("/elder/?on=1", HTTP_REFERER="https://example.org/")["Location"] == "/"


def test_the_county_appoints_below_itself_by_phone_and_ends_it(
    people: factories.Staff, as_user: Callable[[User], Client]
) -> None:
    client = as_user(people.county)
    url = f"/office/appointments/new/?region={factories.VILLAGE_2}"
    form = {"phone": NUMBER, "name": "丁测试", "role": "village_officer", "starts_on": "", "ends_on": ""}
    assert client.post(url, form).status_code == 302
    post = Appointment.objects.get(region=factories.VILLAGE_2)
    assert post.user.name == "丁测试"
    assert as_user(post.user).get("/office/").status_code == 200
    again = client.post(url, form)
    assert again.status_code == 409
    assert "已经担任" in again.content.decode()
    end = f"/office/appointments/{post.pk}/end/"
    assert client.post(end, {"reason": ""}).status_code == 400
    assert client.post(end, {"reason": "本人申请"}).status_code == 302
    assert as_user(post.user).get("/office/").status_code == 404


def test_nobody_appoints_outside_the_own_area_or_lattice(
    people: factories.Staff, other_county: factories.Staff, as_user: Callable[[User], Client]
) -> None:
    client = as_user(people.county)
    assert client.get(f"/office/appointments/new/?region={factories.VILLAGE_OTHER}").status_code == 404
    form = {"phone": NUMBER, "name": "丁测试", "role": "county_admin"}
    refused = client.post(f"/office/appointments/new/?region={factories.VILLAGE_2}", form)
    assert refused.status_code == 400
    assert not User.objects.by_phone(NUMBER)
    foreign = Appointment.objects.get(user=other_county.village)
    assert client.post(f"/office/appointments/{foreign.pk}/end/", {"reason": "试试"}).status_code == 404
    assert as_user(people.village).get("/office/appointments/").status_code == 403


@pytest.mark.parametrize("region", ["abc", "1", "9" * 30, "430426100001;", "４３０４２６１０００99"])
def test_an_odd_region_is_not_found(
    people: factories.Staff, as_user: Callable[[User], Client], region: str
) -> None:
    assert as_user(people.county).get("/office/appointments/new/", {"region": region}).status_code == 404


def test_the_network_limit_answers_429(client: Client, settings: object) -> None:
    settings.SMS_NETWORK_HOURLY = 2
    statuses = [ask(Client(), f"1990000222{n}").status_code for n in range(3)]
    assert statuses == [302, 302, 429]
