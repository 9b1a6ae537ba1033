"""Two who decide on one adoption at once, and two sweeps at once; with a twin without the lock."""

import threading
from contextlib import suppress

import pytest
from django.db import connections

from donors.models import Adoption, Pledge
from donors.services import adoptions, instalments
from donors.services.adoptions import AdoptionInput
from fupin.lib.clock import today
from tests import factories
from tests.donors.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> factories.Staff:
    return factories.staff()


@pytest.fixture
def asked(people: factories.Staff) -> Adoption:
    factories.charity_account()
    offer = AdoptionInput(rhythm="month", months=6, amount_fen=100_00, first_on=today())
    donor = factories.user("李爱心", nickname="小李")
    return adoptions.ask(actor=donor, need=factories.published_need(people), content=offer)


def refuse_and_withdraw_at_once(
    people: factories.Staff, asked: Adoption, monkeypatch, *, patience: float
) -> list[object]:
    """Both read the table before either writes, where nothing keeps one of them back for `patience` seconds.

    Each of the two ends the request, so that neither may follow the other.
    """
    meeting, read = threading.Barrier(2), adoptions.adoption_move

    def slowly(*args):
        row = read(*args)
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=patience)
        return row

    monkeypatch.setattr(adoptions, "adoption_move", slowly)
    people.township.refresh_from_db()
    sides = [(people.township, "refuse"), (asked.donor, "withdraw")]

    def decide(number: int) -> Adoption:
        actor, action = sides[number]
        return adoptions.take(actor=actor, adoption=asked, action=action, note="两个人同时决定")

    return at_once(2, decide)


def test_one_of_two_decisions_at_once_wins(people, asked, monkeypatch) -> None:
    results = refuse_and_withdraw_at_once(people, asked, monkeypatch, patience=0.5)
    assert sorted(type(result).__name__ for result in results) == ["Adoption", "StaleState"]
    assert asked.steps.count() == 2


def test_twin_without_the_lock_takes_both(people, asked, monkeypatch, settings) -> None:
    settings.TEST_SKIP_GUARDS = ["adoption"]
    results = refuse_and_withdraw_at_once(people, asked, monkeypatch, patience=60)
    assert sum(isinstance(result, Adoption) for result in results) == 2
    assert asked.steps.count() == 3


def test_eight_sweeps_at_once_make_one_instalment(people, asked) -> None:
    adoptions.take(actor=people.township, adoption=asked, action="approve")
    adoptions.take(actor=people.village, adoption=asked, action="agree", evidence="signed_paper")
    made = at_once(8, lambda number: instalments.make_due())
    assert sum(int(str(one)) for one in made) == 1
    assert Pledge.objects.count() == 1
    connections.close_all()
