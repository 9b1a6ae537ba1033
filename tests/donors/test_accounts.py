"""Charity accounts change by four eyes, keep their history, and close the money button the same minute."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.invariants import REGISTRY
from accounts.models import AuditEntry, Message, Region, User
from accounts.services import appointments
from donors import account_queries, inbox, invariants, queries
from donors.account_queries import version_of
from donors.models import AccountChange, CharityAccount
from donors.services import accounts, steps
from fupin.lib.clock import ZONE, now, shifted, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.models import Need
from needs.services import household_records
from tests import factories
from tests.factories import Staff

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
HOME = "/office/accounts/"
NEW = {
    "charity": "祁东县红十字会（演示）",
    "bank": "演示银行城北支行",
    "number": "6200 0000 0099 8877",
    "licence": "演示字第 0007 号",
    "licence_from": "2026-01-01",
    "licence_to": f"{today() + timedelta(days=700):%Y-%m-%d}",
    "note": "开户证明和证书原件已核对",
}
BANK = {"charity": "祁东县慈善会（演示）", "bank": "演示银行新城支行", "number": "6200000000990001"}


@pytest.fixture
def account(people: Staff) -> CharityAccount:
    return factories.charity_account()


@pytest.fixture
def second(people: Staff) -> User:
    return factories.officer(Role.COUNTY_ADMIN, factories.QIDONG)


@pytest.fixture
def need(people: Staff, account: CharityAccount) -> Need:
    return factories.published_need(people)


def asked(people: Staff, account: CharityAccount, kind: str = "bank", **values: Any) -> AccountChange:
    wanted = {"bank": BANK, "close": {}}.get(kind, {}) | values
    return accounts.propose(
        actor=people.county, kind=kind, values=wanted, note="新开户证明 11 月 2 日", account=account
    )


def test_a_new_account_needs_a_second_person_who_types_the_number_from_the_paper(people, second, as_user):
    page = as_user(people.county)
    assert page.post(f"{HOME}new/", {**NEW, "region": str(factories.QIDONG)}).status_code == 302
    change = AccountChange.objects.get()
    url = change.get_absolute_url()
    assert not CharityAccount.objects.exists()
    own = page.get(url).content.decode()
    assert "自己提出的不能自己复核" in own
    assert page.post(f"{url}approve/", {"number": NEW["number"]}).status_code == 409
    other = as_user(second)
    refused = other.post(f"{url}approve/", {"number": "6200000000998878"})
    assert refused.status_code == 400
    assert "和提出的账号不一致" in refused.content.decode()
    assert other.post(f"{url}approve/", {"number": NEW["number"]}).status_code == 302
    made = CharityAccount.objects.get()
    assert (made.number, made.region_id, made.is_licensed) == ("6200000000998877", factories.QIDONG, True)
    assert other.post(f"{url}approve/", {"number": NEW["number"]}).status_code == 409
    deeds = AuditEntry.objects.filter(action__startswith="charity_account.").order_by("id")
    assert {row.changes["number"][1] for row in deeds} == {"尾号 8877"}
    assert [(row.action, row.actor) for row in deeds] == [
        ("charity_account.propose", people.county),
        ("charity_account.approve", second),
    ]


def test_two_accounts_of_one_human_are_one_pair_of_eyes(people, account, second):
    change = asked(people, account)
    for person in (people.county, second):
        User.objects.filter(pk=person.pk).update(id_index="f" * 64)
    with pytest.raises(Conflict, match="不能自己复核"):
        accounts.approve(actor=User.objects.get(pk=second.pk), change=change, number=BANK["number"])


def test_the_database_refuses_one_person_on_both_sides(people, account):
    change = asked(people, account)
    values = {"state": "approved", "decided_by": people.county, "decided_at": change.proposed_at}
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        AccountChange.objects.filter(pk=change.pk).update(**values)


def test_who_works_with_the_money_proposes_and_never_approves(people, account, second):
    renewed = accounts.propose(
        actor=people.charity,
        kind="licence",
        values={"licence": "新证", "licence_from": today(), "licence_to": today() + timedelta(days=9)},
        note="换发的新证书",
        account=account,
    )
    with pytest.raises(NotAllowed):
        accounts.approve(actor=people.charity, change=renewed)
    both = factories.officer(Role.CHARITY_FINANCE, factories.QIDONG)
    appointments.appoint(
        actor=None,
        user=both,
        role=Role.COUNTY_ADMIN,
        region=Region.objects.get(code=factories.QIDONG),
    )
    with pytest.raises(NotAllowed, match="善款的人"):
        accounts.approve(actor=User.objects.get(pk=both.pk), change=renewed)
    accounts.approve(actor=second, change=renewed)
    account.refresh_from_db()
    assert account.licence == "新证"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"charity": "张三"}, "charity"),
        ({"number": "62ab"}, "number"),
        ({"number": "123"}, "number"),
        ({"bank": ""}, "bank"),
    ],
)
def test_a_payee_that_is_no_charity_is_refused_beside_the_field(people, account, values, field):
    with pytest.raises(InvalidInput) as error:
        asked(people, account, **values)
    assert list(error.value.fields) == [field]


def test_the_account_of_a_household_or_another_charity_never_takes_donations(people, account):
    home = factories.household(people.village)
    household_records.set_bank_account(
        actor=people.township, household=home, number=BANK["number"], holder=home.name
    )
    with pytest.raises(InvalidInput, match="填写的内容有误") as error:
        asked(people, account)
    assert "受助家庭" in error.value.fields["number"][0]
    other = factories.charity_account()
    with pytest.raises(InvalidInput) as error:
        asked(people, account, number=other.number)
    assert error.value.fields == {"number": ["这个账号已经登记过。"]}


def test_one_proposal_at_a_time_which_its_author_may_take_back(people, account, second):
    change = asked(people, account)
    with pytest.raises(Conflict, match="等复核"):
        asked(people, account, "close")
    with pytest.raises(NotAllowed):
        accounts.withdraw(actor=second, change=change)
    accounts.withdraw(actor=people.county, change=change)
    with pytest.raises(StaleState):
        accounts.approve(actor=second, change=change, number=BANK["number"])
    again = asked(people, account)
    with pytest.raises(InvalidInput):
        accounts.refuse(actor=second, change=again, reason="no")
    accounts.refuse(actor=second, change=again, reason="和原件不符")
    assert Message.objects.filter(user=people.county, dedup_key=f"account-change:{again.pk}").exists()
    account.refresh_from_db()
    assert account.number != BANK["number"]


def test_paid_promises_keep_showing_the_account_they_used_and_waiting_ones_the_new(
    people, account, need, donor, second, as_user
):
    old = account.number
    paid = steps.pay(actor=donor, pledge=factories.money_pledge(donor, need, 100_00))
    waiting = factories.money_pledge(donor, need, 50_00)
    with shifted(timedelta(minutes=5)):
        accounts.approve(actor=second, change=asked(people, account), number=BANK["number"])
    for pledge in (paid, waiting):
        pledge.refresh_from_db()
    assert version_of(paid)["number"] == old
    assert version_of(waiting)["number"] == BANK["number"]
    page = as_user(donor)
    shown = page.get(waiting.get_absolute_url()).content.decode()
    assert "收款账户变更了" in shown
    assert BANK["number"] in shown
    assert old[-4:] in page.get(paid.get_absolute_url()).content.decode()
    api = [
        page.get(f"/api/v1/pledges/{one.pk}/").json()["charity_account"]["number"] for one in (paid, waiting)
    ]
    assert api == [old, BANK["number"]]
    assert Message.objects.filter(user=donor, dedup_key__startswith="account-change:").count() == 1
    history = as_user(people.charity).get(account.get_absolute_url()).content.decode()
    assert f"{old} → {BANK['number']}" in history
    assert account_queries.numbers_of(CharityAccount.objects.get(pk=account.pk)) == [BANK["number"], old]


def test_the_licences_end_closes_the_money_button_the_same_minute(people, need, account, donor, as_user):
    CharityAccount.objects.filter(pk=account.pk).update(licence_to=today())
    midnight = _until_midnight()
    page = as_user(donor)
    help_url = f"/needs/{need.pk}/pledge/"
    with shifted(midnight - timedelta(minutes=1)):
        assert f'href="{help_url}"' in page.get(need.get_absolute_url()).content.decode()
        assert "我愿意帮助" in page.get(help_url).content.decode()
        kept = factories.money_pledge(donor, need, 100_00)
    with shifted(midnight):
        shown = page.get(need.get_absolute_url()).content.decode()
        assert f'href="{help_url}"' not in shown
        assert "现在不能捐款" in shown
        assert "我愿意帮助" not in page.get(help_url).content.decode()
        with pytest.raises(Conflict, match="暂不可用"):
            factories.money_pledge(donor, need, 100_00)
        # Running promises finish (THREATS M-25).
        steps.receive(actor=people.charity, pledge=steps.pay(actor=donor, pledge=kept))
    _all_hold()


def test_a_closed_account_closes_the_button_and_tells_who_has_not_paid(
    people, account, need, donor, second, as_user
):
    factories.money_pledge(donor, need, 100_00)
    accounts.approve(actor=second, change=asked(people, account, "close"))
    assert queries.account_for(need) is None
    assert "不要再转" in Message.objects.get(user=donor, dedup_key__startswith="account-change:").text.open()
    page = as_user(people.county)
    assert "停用" in page.get(account.get_absolute_url()).content.decode()
    with pytest.raises(Conflict, match="停用"):
        asked(people, CharityAccount.objects.get(pk=account.pk))
    _all_hold()


def test_a_renewed_licence_leaves_earlier_promises_in_order(people, account, need, donor, second):
    factories.money_pledge(donor, need, 100_00)
    with shifted(timedelta(days=1)):
        day = today()
        change = asked(
            people, account, "licence", licence="新证", licence_from=day, licence_to=day + timedelta(days=365)
        )
        accounts.approve(actor=second, change=change)
    _all_hold()
    CharityAccount.objects.filter(pk=account.pk).update(bank="没有人同意过的支行")
    assert [row[1] for row in invariants.four_eyes()] == [account.pk]


def test_county_and_charity_are_warned_weeks_before_the_licence_ends(people, account):
    def warned(person: User) -> list[CharityAccount]:
        return list(account_queries.expiring(person))

    assert warned(people.county) == []
    CharityAccount.objects.filter(pk=account.pk).update(licence_to=today() + timedelta(days=30))
    assert warned(people.county) == warned(people.charity) == [account]
    assert warned(people.village) == []
    account.refresh_from_db()
    marks = []
    for days in (0, 20, 31):
        with shifted(timedelta(days=days)):
            marks.append(inbox.expiring_row(account)["urgency"])
    assert marks == ["", "soon", "late"]


def test_a_proposal_waits_in_the_inbox_of_others_than_its_author(people, account, second):
    change = asked(people, account)
    assert list(account_queries.changes_waiting(second)) == [change]
    assert not account_queries.changes_waiting(people.county)
    assert not account_queries.changes_waiting(people.charity)


def test_accounts_of_other_counties_are_not_there(people, account, other_county, second, as_user):
    change = asked(people, account)
    stranger = as_user(other_county.county)
    for url in (account.get_absolute_url(), change.get_absolute_url(), f"{account.get_absolute_url()}bank/"):
        assert stranger.get(url).status_code == 404
    assert stranger.post(f"{change.get_absolute_url()}approve/", {"number": "1"}).status_code == 404
    assert account.charity not in stranger.get(HOME).content.decode()
    assert as_user(people.village).get(HOME).status_code == 403
    with pytest.raises(NotAllowed):
        accounts.propose(
            actor=other_county.county, kind="close", values={}, note="没有权限的人", account=account
        )
    with pytest.raises(NotAllowed):
        accounts.approve(actor=other_county.county, change=change, number=BANK["number"])


def test_the_list_asks_the_same_questions_for_one_and_for_three(people, account, as_user):
    page = as_user(people.county)
    counts = []
    for more in (0, 2):
        for _ in range(more):
            factories.charity_account()
        with CaptureQueriesContext(
            connection,
        ) as asked_:
            assert page.get(HOME).status_code == 200
        counts.append(len(asked_))
    assert counts[0] == counts[1]


def _until_midnight() -> timedelta:
    return datetime.combine(today() + timedelta(days=1), time(), ZONE) - now()


def _all_hold() -> None:
    broken = {
        id: list(check.check())
        for id, check in REGISTRY.items()
        if check.check.__module__ == "donors.invariants"
    }
    assert not {id: found for id, found in broken.items() if found}
