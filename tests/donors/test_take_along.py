"""The list to take along: picked by visitors, helped in one go, each part on its own."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, User
from donors.models import CharityAccount, Pledge
from donors.services import take_along
from fupin.lib.clock import today
from needs.models import Need, NeedProgress
from needs.services import review
from needs.services.drafts import ItemInput
from tests import factories
from tests.factories import Staff

KEY = re.compile(r'name="(n\d+-[a-z]+-key)" value="([0-9a-f]{32})"')


@pytest.fixture
def account(people: Staff) -> CharityAccount:
    return factories.charity_account()


@pytest.fixture
def needs(people: Staff, account: CharityAccount) -> list[Need]:
    goods = [ItemInput(name="棉被", unit="床", quantity=2)]
    return [
        factories.published_need(people),
        factories.published_need(people, items=goods),
        factories.published_need(people, forms=["service"], target_fen=0, kind="volunteer"),
    ]


def pick(browser: Client, *needs: Need) -> None:
    for need in needs:
        browser.post("/list/add/", {"need": need.pk, "next": "/needs/"})


def filled(browser: Client, needs: list[Need], **typed: object) -> dict[str, object]:
    """The list's form as its page gives it, with what somebody types (`n<need>_amount` and the like)."""
    page = browser.get("/list/").content.decode()
    return {
        "need": [need.pk for need in needs],
        **dict(KEY.findall(page)),
        "display": "named",
        **{name: value for name, value in typed.items()},
    }


def all_three(browser: Client, needs: list[Need]) -> dict[str, object]:
    money, goods, service = needs
    return {
        **filled(browser, needs),
        f"n{money.pk}-money-amount": "200",
        f"n{goods.pk}-goods-item_{goods.items.get().pk}": "1",
        f"n{goods.pk}-goods-delivery": "courier",
        f"n{service.pk}-service-hours": "3",
        f"n{service.pk}-service-date": (today() + timedelta(days=9)).isoformat(),
        f"n{service.pk}-service-service": "hours",
    }


def test_visitor_picks_before_signing_in_and_finds_the_list_afterwards(
    client: Client, needs: list[Need], donor: User
) -> None:
    pick(client, *needs)
    page = client.get("/list/").content.decode()
    assert all(need.title in page for need in needs)
    assert "登录后提交" in page
    sent = {**filled(client, needs), f"n{needs[0].pk}-money-amount": "123"}
    answer = client.post("/list/", sent)
    assert answer["Location"] == "/accounts/enter/?next=/list/"
    client.force_login(donor, backend="accounts.backends.AccountBackend")
    after = client.get("/list/").content.decode()
    assert 'value="123"' in after
    assert "清单 3" in after


def test_one_submit_makes_a_pledge_of_each_form(needs: list[Need], donor: User, as_user) -> None:
    browser = as_user(donor)
    pick(browser, *needs)
    answer = browser.post("/list/", all_three(browser, needs))
    assert answer["Location"] == "/list/result/"
    made = {pledge.form: pledge for pledge in Pledge.objects.filter(donor=donor)}
    assert made["money"].amount_fen == 200_00
    assert made["goods"].items.get().quantity == 1
    assert made["service"].hours == 3
    assert AuditEntry.objects.filter(action="pledge.create", actor=donor).count() == 3
    page = browser.get("/list/result/").content.decode()
    assert made["money"].reference in page
    assert "办成的 3 份" in page
    assert "清单是空的" in browser.get("/list/").content.decode()


def test_part_that_fails_leaves_the_others_and_keeps_what_was_typed(
    needs: list[Need], donor: User, as_user
) -> None:
    browser = as_user(donor)
    pick(browser, *needs)
    sent = all_three(browser, needs)
    factories.money_pledge(factories.user("别人"), needs[0], 900_00)
    browser.post("/list/", sent)
    assert set(Pledge.objects.filter(donor=donor).values_list("form", flat=True)) == {"goods", "service"}
    result = browser.get("/list/result/").content.decode()
    assert "没办成的 1 份" in result
    assert "现在还差 100 元" in result
    page = browser.get("/list/").content.decode()
    assert 'value="200"' in page
    assert "现在还差 100 元，请改一下金额。" in page
    assert needs[1].title not in page
    again = {**filled(browser, needs[:1]), f"n{needs[0].pk}-money-amount": "100"}
    browser.post("/list/", again)
    assert Pledge.objects.get(donor=donor, form="money").amount_fen == 100_00


def test_same_page_sent_twice_makes_each_pledge_once(needs: list[Need], donor: User, as_user) -> None:
    browser = as_user(donor)
    pick(browser, *needs)
    sent = all_three(browser, needs)
    browser.post("/list/", sent)
    browser.post("/list/", sent)
    assert Pledge.objects.filter(donor=donor).count() == 3
    assert "没办成" not in browser.get("/list/result/").content.decode()


def test_expired_licence_refuses_the_money_alone(needs: list[Need], donor: User, as_user) -> None:
    browser = as_user(donor)
    pick(browser, *needs)
    sent = all_three(browser, needs)
    CharityAccount.objects.update(licence_to=today() - timedelta(days=1))
    browser.post("/list/", sent)
    assert set(Pledge.objects.filter(donor=donor).values_list("form", flat=True)) == {"goods", "service"}
    assert "募捐账户暂不可用" in browser.get("/list/result/").content.decode()


def test_need_taken_down_says_so_without_its_title(
    people: Staff, needs: list[Need], donor: User, as_user
) -> None:
    browser = as_user(donor)
    pick(browser, *needs)
    sent = all_three(browser, needs)
    Need.objects.filter(pk=needs[0].pk).update(title="不再公开的标题")
    review.recall(actor=people.county, need=needs[0], reason="incomplete", comment="要补充材料")
    browser.post("/list/", sent)
    page = browser.get("/list/result/").content.decode()
    assert "已经撤下" in page
    assert "不再公开的标题" not in page
    assert Pledge.objects.filter(donor=donor).count() == 2


def test_need_taken_down_shows_on_the_list_without_its_title(
    people: Staff, needs: list[Need], client: Client
) -> None:
    pick(client, *needs)
    Need.objects.filter(pk=needs[0].pk).update(title="不再公开的标题")
    review.recall(actor=people.county, need=needs[0], reason="incomplete", comment="要补充材料")
    page = client.get("/list/").content.decode()
    assert "已经撤下" in page
    assert "不再公开的标题" not in page
    client.post("/list/drop/", {"need": needs[0].pk})
    assert "已经撤下" not in client.get("/list/").content.decode()


def test_wrong_amount_is_said_beside_its_field_and_the_rest_goes_through(
    needs: list[Need], donor: User, as_user
) -> None:
    browser = as_user(donor)
    pick(browser, *needs)
    browser.post("/list/", {**all_three(browser, needs), f"n{needs[0].pk}-money-amount": "许多"})
    assert Pledge.objects.filter(donor=donor).count() == 2
    page = browser.get("/list/").content.decode()
    assert 'value="许多"' in page
    assert 'aria-invalid="true"' in page


def test_missing_name_makes_nothing_and_keeps_everything(needs: list[Need], as_user) -> None:
    nameless = factories.user()
    browser = as_user(nameless)
    pick(browser, *needs)
    answer = browser.post("/list/", all_three(browser, needs))
    assert answer.status_code == 400
    assert 'value="200"' in answer.content.decode()
    assert not Pledge.objects.filter(donor=nameless).exists()


def test_nothing_filled_in_makes_nothing_and_says_so(needs: list[Need], donor: User, as_user) -> None:
    browser = as_user(donor)
    pick(browser, *needs)
    answer = browser.post("/list/", filled(browser, needs), follow=True)
    assert "还没有填写" in answer.content.decode()
    assert not Pledge.objects.exists()


def test_own_household_and_what_is_not_public_can_not_be_picked(people: Staff, account, as_user) -> None:
    family = factories.user("张测试")
    need = factories.published_need(people, factories.household(people.village, account=family))
    browser = as_user(family)
    assert "自己家" in browser.post("/list/add/", {"need": need.pk}, follow=True).content.decode()
    draft = Need.objects.create(
        region_id=factories.VILLAGE,
        kind="other",
        forms=["money"],
        title="草稿",
        story="",
        created_by=family,
        subject="village",
    )
    assert browser.post("/list/add/", {"need": draft.pk}).status_code == 404


@pytest.mark.parametrize("number", ["", "x", "0", "９", "-1", "1" * 30])
def test_numbers_that_are_none_are_not_found(db: None, client: Client, number: str) -> None:
    assert client.post("/list/add/", {"need": number}).status_code == 404


def test_list_is_bounded(needs: list[Need], monkeypatch, client: Client) -> None:
    monkeypatch.setattr(take_along, "MOST", 2)
    pick(client, *needs)
    assert len(client.session["take_along"]) == 2


def test_button_never_leads_to_another_site(needs: list[Need], client: Client) -> None:
    answer = client.post("/list/add/", {"need": needs[0].pk, "next": "https://evil.example/"})
    assert answer["Location"] == "/list/"


def test_one_transfer_is_declared_for_all_references(people: Staff, account, donor: User, as_user) -> None:
    browser = as_user(donor)
    needs = [factories.published_need(people) for _ in range(2)]
    pick(browser, *needs)
    sent = filled(browser, needs) | {f"n{need.pk}-money-amount": "50" for need in needs}
    browser.post("/list/", sent)
    first, second = Pledge.objects.order_by("id")
    page = browser.get("/list/result/").content.decode()
    assert f"{first.reference} {second.reference}" in page
    assert "¥100" in page
    browser.post("/list/paid/", {"pledge": [first.pk, second.pk]})
    assert set(Pledge.objects.values_list("status", flat=True)) == {"paid"}
    assert "转账给" not in browser.get("/list/result/").content.decode()


def test_nobody_declares_the_transfer_of_another(needs: list[Need], donor: User, as_user) -> None:
    pledge = factories.money_pledge(donor, needs[0])
    stranger = as_user(factories.user("别人"))
    assert stranger.post("/list/paid/", {"pledge": pledge.pk}).status_code == 404
    pledge.refresh_from_db()
    assert pledge.status == "pledged"


def test_page_costs_the_same_for_one_need_and_for_three(needs: list[Need], donor: User, as_user) -> None:
    counts = []
    for number in (1, 3):
        browser = as_user(donor)
        pick(browser, *needs[:number])
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get("/list/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_full_names_show_nowhere(people: Staff, account, client: Client) -> None:
    need = factories.published_need(people, factories.household(people.village, name="欧阳受助"))
    pick(client, need)
    page = client.get("/list/").content.decode()
    assert "欧阳受助" not in page
    assert need.recipient in page


def test_button_stands_on_cards_and_on_the_need(needs: list[Need], client: Client) -> None:
    assert f'value="{needs[0].pk}"' in client.get("/needs/").content.decode()
    assert "加入清单" in client.get(needs[0].get_absolute_url()).content.decode()
    pick(client, needs[0])
    assert "已在清单里" in client.get(needs[0].get_absolute_url()).content.decode()


def test_reserved_money_is_the_sum_of_the_parts(people: Staff, account, donor: User, as_user) -> None:
    browser = as_user(donor)
    needs = [factories.published_need(people) for _ in range(2)]
    pick(browser, *needs)
    browser.post("/list/", filled(browser, needs) | {f"n{need.pk}-money-amount": "50" for need in needs})
    assert list(NeedProgress.objects.values_list("pledged_fen", flat=True)) == [50_00, 50_00]
