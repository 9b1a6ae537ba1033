"""A donor's pages: promising, following, and the steps of each side; bad input keeps what was typed."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEntry, User
from donors.models import CharityAccount, Pledge
from donors.services import certificates
from fupin.lib.clock import today
from needs.models import Need
from needs.services.drafts import ItemInput
from tests import factories
from tests.factories import Staff

KEY = "0123456789abcdef" * 2


@pytest.fixture
def charity(people: Staff) -> CharityAccount:
    return factories.charity_account()


@pytest.fixture
def home(people: Staff) -> object:
    return factories.household(people.village, account=factories.user("欧阳受助"), name="欧阳受助")


@pytest.fixture
def need(people: Staff, home, charity: CharityAccount) -> Need:
    items = [ItemInput(name="棉被", unit="床", quantity=2), ItemInput(name="书桌", unit="张", quantity=1)]
    return factories.published_need(
        people, home, forms=["money", "goods", "service"], items=items, target_fen=1_000_00
    )


@pytest.fixture
def browser(donor: User, as_user) -> Client:
    return as_user(donor)


def address(need: Need, form: str = "money") -> str:
    return reverse("donors:pledge-new", args=[need.pk]) + f"?form={form}"


def send(browser: Client, need: Need, **fields: object):
    return browser.post(address(need), {"amount": "200", "display": "named", "key": KEY, **fields})


def test_promising_asks_to_enter_first_and_returns_here(need: Need) -> None:
    answer = Client().get(address(need))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/enter/?next=")


@pytest.mark.parametrize("form", ["money", "goods", "service"])
def test_each_form_of_help_has_its_page_with_a_key(browser: Client, need: Need, form: str) -> None:
    page = browser.get(address(need, form)).content.decode()
    assert re.search(r'name="key" value="[0-9a-f]{32}"', page)
    assert "自愿" in page


def test_sending_twice_makes_one_pledge(browser: Client, need: Need) -> None:
    first, second = send(browser, need), send(browser, need)
    pledge = Pledge.objects.get()
    assert first["Location"] == second["Location"] == pledge.get_absolute_url()


def test_sending_twice_is_one_pledge_also_when_it_filled_the_need(
    browser: Client, people: Staff, home, charity: CharityAccount
) -> None:
    need = factories.published_need(people, home)
    first, second = send(browser, need, amount="1000"), send(browser, need, amount="1000")
    assert first["Location"] == second["Location"]
    assert Pledge.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "-5",
        "1e9",
        "1000000000",
        "1_000",
        "1,000",
        "abc",
        "12.345",
        "2\0",
        "😀",
        "5" * 100_000,
        "0.5",
        "NaN",
    ],
)
def test_a_bad_amount_is_answered_beside_the_field_and_kept(browser: Client, need: Need, typed: str) -> None:
    answer = send(browser, need, amount=typed)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'id="id_amount_error"' in page
    assert answer.context["form"]["amount"].value() == typed
    assert answer.context["form"]["key"].value() == KEY
    assert not Pledge.objects.exists()


def test_full_width_digits_are_understood(browser: Client, need: Need) -> None:
    assert send(browser, need, amount="２００．５").status_code == 302
    assert Pledge.objects.get().amount_fen == 200_50


def test_asking_for_more_than_is_open_says_what_is_and_keeps_the_input(browser: Client, need: Need) -> None:
    answer = send(browser, need, amount="1200")
    assert answer.status_code == 409
    assert "现在还差 1,000 元" in answer.content.decode()
    assert answer.context["form"]["amount"].value() == "1200"
    assert send(browser, need, amount="1000").status_code == 302


def test_the_same_key_for_something_else_offers_a_fresh_one(browser: Client, need: Need) -> None:
    send(browser, need)
    answer = send(browser, need, amount="300")
    assert answer.status_code == 409
    fresh = answer.context["form"]["key"].value()
    assert fresh != KEY
    assert send(browser, need, amount="300", key=fresh).status_code == 302
    assert Pledge.objects.count() == 2


@pytest.mark.parametrize("key", ["", "short", "😀" * 40, "x" * 100_000, "\0"])
def test_a_strange_key_is_replaced_and_nothing_promised(browser: Client, need: Need, key: str) -> None:
    answer = send(browser, need, key=key)
    assert answer.status_code == 400
    assert re.fullmatch("[0-9a-f]{32}", answer.context["form"]["key"].value())
    assert not Pledge.objects.exists()


@pytest.mark.parametrize("typed", ["-1", "1_0", "0", "3", "😀", "1\0", "9" * 100_000, "1.5"])
def test_a_bad_quantity_is_answered_beside_its_item(browser: Client, need: Need, typed: str) -> None:
    item = need.items.first()
    data = {f"item_{item.pk}": typed, "delivery": "courier", "display": "named", "key": KEY}
    answer = browser.post(address(need, "goods"), data)
    assert answer.status_code == 400
    assert f'id="id_item_{item.pk}_error"' in answer.content.decode()
    assert answer.context["form"][f"item_{item.pk}"].value() == typed


def test_no_quantity_at_all_is_asked_for(browser: Client, need: Need) -> None:
    answer = browser.post(address(need, "goods"), {"delivery": "courier", "display": "named", "key": KEY})
    assert answer.status_code == 400
    assert "请至少填写一种物品的数量" in answer.content.decode()


def test_goods_taken_meanwhile_say_what_is_left(browser: Client, need: Need) -> None:
    item = need.items.get(name="棉被")
    data = {f"item_{item.pk}": "1", "delivery": "courier", "display": "named"}
    assert browser.post(address(need, "goods"), {**data, "key": KEY}).status_code == 302
    answer = browser.post(address(need, "goods"), {**data, f"item_{item.pk}": "2", "key": "f" * 32})
    assert answer.status_code == 409
    assert "现在还需要 1 床" in answer.content.decode()


@pytest.mark.parametrize(
    ("hours", "days"), [("0", 1), ("201", 1), ("1e1", 1), ("", 1), ("2", -1), ("2", 400), ("2", None)]
)
def test_bad_hours_or_dates_are_refused(browser: Client, need: Need, hours: str, days: int | None) -> None:
    day = "someday" if days is None else (today() + timedelta(days=days)).isoformat()
    data = {"hours": hours, "date": day, "display": "named", "key": KEY}
    answer = browser.post(address(need, "service"), data)
    assert answer.status_code == 400
    assert "field__error" in answer.content.decode()


def test_service_is_promised_with_hours_and_a_day(browser: Client, need: Need) -> None:
    day = today() + timedelta(days=3)
    data = {"hours": "4", "date": day.isoformat(), "display": "anonymous", "key": KEY}
    answer = browser.post(address(need, "service"), data, follow=True)
    assert "志愿服务 4 小时" in answer.content.decode()
    assert Pledge.objects.get().service_on == day


def test_a_missing_name_is_asked_for_once_and_kept_with_an_audit_row(as_user, need: Need) -> None:
    nameless = factories.user()
    browser = as_user(nameless)
    refused = send(browser, need)
    assert refused.status_code == 400
    assert 'id="id_name_error"' in refused.content.decode()
    assert send(browser, need, name="王好心").status_code == 302
    assert User.objects.get(pk=nameless.pk).name == "王好心"
    row = AuditEntry.objects.get(action="account.names")
    assert "王好心" not in str(row.changes)
    assert 'name="name"' not in browser.get(address(need)).content.decode()


def test_nobody_helps_their_own_household(as_user, home, need: Need) -> None:
    assert as_user(home.account).get(address(need)).status_code == 403


def test_without_a_licensed_charity_money_is_not_offered(browser: Client, people: Staff, need: Need) -> None:
    CharityAccount.objects.update(licence_to=today() - timedelta(days=1))
    assert "现在不能捐款" in browser.get(address(need)).content.decode()
    assert send(browser, need).status_code == 409


def test_another_donors_pledge_is_not_found(as_user, donor: User, need: Need) -> None:
    pledge = factories.money_pledge(donor, need)
    stranger = as_user(factories.user("路人"))
    assert stranger.get(pledge.get_absolute_url()).status_code == 404
    assert stranger.post(f"{pledge.get_absolute_url()}cancel/").status_code == 404
    assert Client().get(pledge.get_absolute_url()).status_code == 302


def test_money_travels_through_the_pages_of_each_side(
    browser: Client, as_user, people: Staff, home, donor: User, need: Need
) -> None:
    pledge = factories.money_pledge(donor, need)
    url = pledge.get_absolute_url()
    page = browser.get(url).content.decode()
    assert pledge.reference in page
    assert pledge.charity_account.number in page
    assert browser.post(f"{url}pay/", {"bank_note": "李爱心转"}).status_code == 302
    charity, household = as_user(people.charity), as_user(home.account)
    assert charity.post(f"{url}receive/", {"note": ""}).status_code == 302
    assert "正在开具" in browser.get(url).content.decode()
    certificates.issue_due()
    token = pledge.certificates.get().token
    assert f"/c/{token}/" in browser.get(url).content.decode()
    factories.bank_account(people, home)
    record = f"/office/payouts/new/?pledge={pledge.pk}"
    assert f'href="{record}"' in charity.get(url).content.decode()
    sent = {"gifts": [str(pledge.pk)], "method": "bank", "paid_on": f"{today()}"}
    assert charity.post(record, sent).status_code == 302
    assert "确认收到善款" in household.get(url).content.decode()
    assert household.post(f"{url}receive/", {"outcome": "complete", "note": ""}).status_code == 302
    assert "帮助已经送到" in browser.get(url).content.decode()


def test_goods_travel_and_a_problem_needs_words(browser: Client, as_user, home, need: Need) -> None:
    item = need.items.first()
    data = {f"item_{item.pk}": "1", "delivery": "courier", "display": "named", "key": KEY}
    url = browser.post(address(need, "goods"), data)["Location"]
    assert browser.post(f"{url}ship/", {"way": "courier", "courier": "sf"}).status_code == 400
    refused = browser.post(f"{url}ship/", {"way": "courier", "courier": "sf", "tracking_number": "SF😀"})
    assert refused.status_code == 400
    assert "SF😀" in refused.content.decode()
    parcel = {"way": "courier", "courier": "sf", "tracking_number": "SF123456789012"}
    assert browser.post(f"{url}ship/", parcel).status_code == 302
    household = as_user(home.account)
    assert "请您收到后确认" in household.get("/pledges/").content.decode()
    assert household.post(f"{url}receive/", {"outcome": "problem", "note": "破"}).status_code == 400
    told = household.post(f"{url}receive/", {"outcome": "problem", "note": "被子淋湿了"}, follow=True)
    assert "被子淋湿了" in told.content.decode()
    assert household.post(f"{url}receive/", {"outcome": "complete", "note": ""}).status_code == 302


def test_a_parcel_number_used_before_is_refused_on_the_page(browser: Client, donor: User, need: Need) -> None:
    item = need.items.get(name="棉被")
    urls = []
    for key in ("a" * 32, "b" * 32):
        data = {f"item_{item.pk}": "1", "delivery": "courier", "display": "named", "key": key}
        urls.append(browser.post(address(need, "goods"), data)["Location"])
    parcel = {"way": "courier", "courier": "sf", "tracking_number": "SF123456789012"}
    assert browser.post(f"{urls[0]}ship/", parcel).status_code == 302
    answer = browser.post(f"{urls[1]}ship/", parcel)
    assert answer.status_code == 409
    assert "已经登记过" in answer.content.decode()
    assert "SF123456789012" in answer.content.decode()


def test_a_meeting_is_agreed_with_place_and_day(browser: Client, need: Need) -> None:
    item = need.items.first()
    data = {f"item_{item.pk}": "1", "delivery": "in_person", "display": "named", "key": KEY}
    url = browser.post(address(need, "goods"), data)["Location"]
    past = (today() - timedelta(days=1)).isoformat()
    assert (
        browser.post(f"{url}ship/", {"way": "meet", "meet_at": "村委会", "meet_on": past}).status_code == 400
    )
    meeting = {
        "way": "meet",
        "meet_at": "村委会",
        "meet_on": today().isoformat(),
        "meet_time": "09:30",
        "meet_with": "officer",
    }
    assert "村委会" in browser.post(f"{url}ship/", meeting, follow=True).content.decode()


def test_a_step_taken_twice_is_told_as_stale(browser: Client, donor: User, need: Need) -> None:
    url = factories.money_pledge(donor, need).get_absolute_url()
    assert browser.post(f"{url}cancel/").status_code == 302
    answer = browser.post(f"{url}cancel/")
    assert answer.status_code == 409
    assert "不能再做这一步" in answer.content.decode()
    assert browser.post(f"{url}steal/").status_code == 404
    assert browser.get(f"{url}cancel/").status_code == 405


def test_officers_may_look_but_not_act_for_the_donor(as_user, people: Staff, donor: User, need: Need) -> None:
    url = factories.money_pledge(donor, need).get_absolute_url()
    county = as_user(people.county)
    assert county.get(url).status_code == 200
    assert county.post(f"{url}pay/", {"bank_note": ""}).status_code == 403


def test_the_list_of_my_help_costs_the_same_for_one_and_three(
    browser: Client, donor: User, need: Need
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/pledges/").status_code == 200
        return len(seen)

    factories.money_pledge(donor, need, 100_00)
    one = cost()
    for _ in range(2):
        factories.money_pledge(donor, need, 100_00)
    assert cost() == one


def test_donors_never_read_the_households_name(browser: Client, donor: User, need: Need) -> None:
    pledge = factories.money_pledge(donor, need)
    for url in (address(need), "/pledges/", pledge.get_absolute_url()):
        assert "欧阳受助" not in browser.get(url).content.decode()


def test_a_broken_cursor_of_my_help_is_no_crash(browser: Client) -> None:
    assert browser.get("/pledges/?cursor=zzz").status_code == 400


def picture(shade: int) -> SimpleUploadedFile:
    """A small photo, another one for each shade."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 80, 40)).save(file, "JPEG")
    return SimpleUploadedFile(f"{shade}.jpg", file.getvalue(), content_type="image/jpeg")


def send_goods(browser: Client, need: Need, *photos: SimpleUploadedFile, **fields: object):
    quilt = need.items.first()
    sent = {
        "display": "named",
        "delivery": "courier",
        "key": KEY,
        f"item_{quilt.pk}": "1",
        "photos": list(photos),
    }
    return browser.post(address(need, "goods"), {**sent, **fields})


def test_pictures_come_with_the_goods_once_however_often_the_form_does(browser: Client, need: Need) -> None:
    for _ in range(2):
        send_goods(browser, need, picture(10), picture(200))
    pledge = Pledge.objects.get()
    assert pledge.photos.count() == 2
    assert set(pledge.photos.values_list("purpose", flat=True)) == {"goods"}


def test_goods_go_without_pictures_and_with_three_at_most(browser: Client, need: Need) -> None:
    answer = send_goods(browser, need, *(picture(shade) for shade in (10, 60, 120, 180)))
    assert answer.status_code == 400
    assert "最多 3 张照片" in answer.content.decode()
    assert "请重新选择" in answer.content.decode()
    assert send_goods(browser, need).status_code == 302
    assert Pledge.objects.get().photos.count() == 0


def test_goods_form_waits_for_a_signal_with_its_pictures_behind_it(browser: Client, need: Need) -> None:
    page = browser.get(address(need, "goods")).content.decode()
    assert 'data-outbox-photos="/pledges/{id}/photos/"' in page
    assert 'name="submission_key"' in page
    assert "submission_key" not in browser.get(address(need, "money")).content.decode()
