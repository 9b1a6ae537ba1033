"""Races on real PostgreSQL. Each guard has a twin that switches it off and must then see the harm."""

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from accounts.models import User
from donors.models import Certificate, CharityAccount, Pledge, StatementLine, StatementMatch, Transfer
from donors.services import certificates, matching, statements, steps
from fupin.lib.errors import Conflict, FupinError
from needs.models import Need, NeedProgress
from tests import factories
from tests.donors import bank_files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> factories.Staff:
    return factories.staff()


@pytest.fixture
def need(people: factories.Staff) -> Need:
    factories.charity_account()
    return factories.published_need(people)


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """Run `work(0..count-1)` in so many threads that start together; a refusal is its result."""
    barrier = threading.Barrier(count)

    def run(number: int) -> object:
        try:
            barrier.wait(timeout=60)
            return work(number)
        except FupinError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def sixty_four_donors_pledge_ten_yuan_twice(need: Need) -> list[object]:
    donors = [factories.user(f"捐赠人{'甲乙丙丁'[number % 4]}") for number in range(64)]

    def twice(number: int) -> list[object]:
        results: list[object] = []
        for _ in range(2):
            try:
                results.append(factories.money_pledge(donors[number], need, 10_00))
            except Conflict as error:
                results.append(error)
        return results

    return [result for pair in at_once(64, twice) for result in pair]  # type: ignore[attr-defined]


def ledger_promised(need: Need) -> int:
    return sum(Transfer.objects.filter(need=need, target="promised").values_list("amount", flat=True))


def test_64_parallel_donors_never_over_pledge(need):
    results = sixty_four_donors_pledge_ten_yuan_twice(need)
    accepted = [result for result in results if isinstance(result, Pledge)]
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(accepted), len(refused)) == (100, 28)
    assert {error.extra["open"] for error in refused} == {"0.00"}
    progress = NeedProgress.objects.get(need=need)
    assert progress.pledged_fen == ledger_promised(need) == 1_000_00
    assert (progress.helpers, Pledge.objects.filter(need=need).count()) == (100, 100)
    need.refresh_from_db()
    assert need.status == "matched"


@contextmanager
def without_the_constraint() -> Iterator[None]:
    """The database's own second guard must be off too, or it would stop what the twin wants to see."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE needs_needprogress DROP CONSTRAINT need_never_over_pledged")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM needs_needprogress")
            cursor.execute(
                "ALTER TABLE needs_needprogress ADD CONSTRAINT need_never_over_pledged"
                " CHECK (pledged_fen >= 0 AND pledged_fen <= target_fen)"
            )


def test_without_the_guard_64_parallel_donors_do_oversell(need, settings):
    settings.TEST_SKIP_GUARDS = ["reserve"]
    with without_the_constraint():
        results = sixty_four_donors_pledge_ten_yuan_twice(need)
        accepted = sum(isinstance(result, Pledge) for result in results)
        assert accepted > 100, "the control saw no overselling: the test above proves nothing"


def test_the_same_key_from_many_tabs_makes_one_pledge(need, donor):
    results = at_once(8, lambda number: factories.money_pledge(donor, need, 10_00, key="one-form"))
    assert {getattr(result, "pk", None) for result in results} == {Pledge.objects.get().pk}
    assert NeedProgress.objects.get(need=need).pledged_fen == 10_00


def test_cancel_and_pay_at_once_let_exactly_one_win(need, donor):
    for round_ in range(8):
        made = factories.money_pledge(donor, need, 10_00)
        user = User.objects.get(pk=donor.pk)
        moves = (
            lambda made=made, user=user: steps.cancel(actor=user, pledge=made),
            lambda made=made, user=user: steps.pay(actor=user, pledge=made),
        )
        results = at_once(2, lambda number, moves=moves: moves[number]())
        assert sum(isinstance(result, Pledge) for result in results) == 1, round_
    held = sum(Pledge.objects.filter(status="paid").values_list("amount_fen", flat=True))
    assert NeedProgress.objects.get(need=need).pledged_fen == held


def test_parallel_sweeps_issue_each_certificate_once_with_numbers_without_gaps(need, donor, people):
    for _ in range(10):
        factories.received_pledge(donor, need, people, 10_00)
    at_once(4, lambda number: certificates.issue_due())
    certificates.issue_due()
    numbers = sorted(int(number[-6:]) for number in Certificate.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 11))


def two_officers_match_one_line(people: factories.Staff, need: Need, round_: int = 0) -> list[object]:
    """One line for promises to two needs at once, so that nothing but the line itself keeps them apart."""
    account = need_account()
    needs = [need, factories.published_need(people)]
    made = [factories.money_pledge(factories.user("甲测试"), one, 10_00) for one in needs]
    rows = bank_files.credits(account.number, ("", "10.00", "甲测试"), opening=1000 + round_)
    source = io.BytesIO(bank_files.as_csv(rows))
    statement = statements.upload(actor=people.charity, account=account, file_name="a.csv", source=source)
    statements.confirm(actor=people.charity, statement=statement)
    matching.match_due()
    line = StatementLine.objects.latest("id")
    finance = [people.charity, factories.officer("charity_finance", factories.QIDONG)]
    return at_once(2, lambda number: matching.accept(actor=finance[number], line=line, pledge=made[number]))


def need_account() -> CharityAccount:
    return CharityAccount.objects.get()


def test_two_finance_officers_cannot_use_one_line_twice(people, need):
    for round_ in range(4):
        results = two_officers_match_one_line(people, need, round_)
        assert sum(isinstance(result, StatementLine) for result in results) == 1, round_
    assert StatementMatch.objects.count() == 4


def test_without_the_guard_two_finance_officers_do_use_one_line_twice(people, need, settings):
    settings.TEST_SKIP_GUARDS = ["line"]
    twice = False
    for round_ in range(10):
        results = two_officers_match_one_line(people, need, round_)
        twice = twice or sum(isinstance(result, StatementLine) for result in results) == 2
    assert twice, "the control saw no line used twice: the test above proves nothing"


def test_two_workers_look_at_each_line_once(people, need):
    pledges = [factories.money_pledge(factories.user("甲测试"), need, 10_00) for _ in range(10)]
    lines = [(pledge.reference, "10.00", "甲测试") for pledge in pledges]
    account = need_account()
    source = io.BytesIO(bank_files.as_csv(bank_files.credits(account.number, *lines)))
    statement = statements.upload(actor=people.charity, account=account, file_name="a.csv", source=source)
    statements.confirm(actor=people.charity, statement=statement)
    at_once(3, lambda number: matching.match_due())
    assert StatementMatch.objects.count() == StatementLine.objects.filter(state="settled").count() == 10
    assert NeedProgress.objects.get(need=need).received_fen == 100_00
