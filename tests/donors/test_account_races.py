"""A promise of money and the closing of its account meet: it is refused, or its donor is told."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from accounts.enums import Role
from accounts.models import Message, User
from donors.models import AccountChange, Pledge
from donors.services import accounts
from fupin.lib.errors import Conflict
from needs.models import Need
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> factories.Staff:
    return factories.staff()


@pytest.fixture
def second(people: factories.Staff) -> User:
    return factories.officer(Role.COUNTY_ADMIN, factories.QIDONG)


@pytest.fixture
def closing(people: factories.Staff, second: User) -> AccountChange:
    account = factories.charity_account()
    return accounts.propose(
        actor=people.county, kind="close", values={}, note="账户不再使用了", account=account
    )


@pytest.fixture
def need(people: factories.Staff, closing: AccountChange) -> Need:
    return factories.published_need(people)


def meanwhile(pool: ThreadPoolExecutor, work: Callable[[], object]) -> Future[object]:
    """Start `work` on a connection of its own and come back once it waits for us."""

    def run() -> object:
        try:
            return work()
        except Conflict as error:
            return error
        finally:
            connections.close_all()

    future = pool.submit(run)
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            if cursor.fetchone():
                return future
        if future.done():
            return future
        time.sleep(0.01)
    raise AssertionError("it neither waited nor ended")


def told(donor: User) -> bool:
    return Message.objects.filter(user=donor, dedup_key__startswith="account-change:").exists()


def promise_during_the_closing(closing: AccountChange, second: User, need: Need, donor: User) -> object:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            accounts.approve(actor=second, change=closing)
            promise = meanwhile(pool, lambda: factories.money_pledge(donor, need, 10_00))
        return promise.result()


def test_a_promise_made_while_the_account_closes_is_refused(closing, second, need, donor):
    refused = promise_during_the_closing(closing, second, need, donor)
    assert isinstance(refused, Conflict)
    assert refused.code == "no_charity_account"
    assert not Pledge.objects.exists()


def test_without_the_second_look_it_stands_on_a_closed_account_and_nobody_is_told(
    closing, second, need, donor, settings
):
    settings.TEST_SKIP_GUARDS = ["account"]
    assert isinstance(promise_during_the_closing(closing, second, need, donor), Pledge)
    assert not told(donor)


def test_the_closing_waits_for_a_promise_under_way_and_tells_its_donor(closing, second, need, donor):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            factories.money_pledge(donor, need, 10_00)
            closed = meanwhile(pool, lambda: accounts.approve(actor=second, change=closing))
            assert not closed.done()
        closed.result()
    assert told(donor)
