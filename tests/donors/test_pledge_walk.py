"""Every state of a pledge, every action, every role: allowed exactly where the table says.

Each try is undone by its savepoint, so that the whole walk stays fast; the pages' half: test_pledge_walk_pages.py.
"""

import re

import pytest

from accounts.enums import Role, Verb
from accounts.permissions import ROLE_VERBS
from donors import lifecycle
from donors.enums import PledgeStatus
from donors.views.actions import ACTIONS
from needs.enums import Form
from tests.donors.pledge_walk import (
    PLACES,
    SERVICES,
    SIDES,
    WITH_PAYOUTS,
    World,
    attempt,
    expected,
    make,
    standing,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make()


def test_the_walk_knows_every_action_side_and_state_of_the_table() -> None:
    by_people = {row.action for row in lifecycle.LIFECYCLE if row.by != lifecycle.SYSTEM}
    assert set(SERVICES) == set(ACTIONS) | WITH_PAYOUTS == by_people
    assert {row.by for row in lifecycle.LIFECYCLE} - {lifecycle.SYSTEM} == set(SIDES.values()) - {""}
    assert {(form, row.source) for row in lifecycle.LIFECYCLE for form in row.forms} <= {
        (place.form, place.status) for place in PLACES.values()
    }
    assert {place.status for place in PLACES.values()} == set(PledgeStatus)
    assert Verb.RECONCILE in ROLE_VERBS[Role.CHARITY_FINANCE]


@pytest.mark.parametrize("form", list(Form))
def test_every_service_does_exactly_what_the_table_says_and_refuses_in_words(
    world: World, form: Form
) -> None:
    wrong = []
    for name, place in PLACES.items():
        if place.form != form:
            continue
        with standing(world, place) as pledge:
            for role in SIDES:
                for action in SERVICES:
                    wanted = expected(role, action, place)
                    got, words, written = attempt(world, role, action, pledge)
                    if got != wanted or bool(written) != isinstance(wanted, str):
                        wrong.append((name, role, action, got, wanted, written))
                    if isinstance(got, type) and not re.search(r"[\u4e00-\u9fff]{6}", words):
                        wrong.append((name, role, action, "says nothing", words))
    assert wrong == []


@pytest.mark.parametrize("form", list(Form))
def test_the_buttons_are_the_steps_that_succeed(world: World, form: Form) -> None:
    for name, place in PLACES.items():
        if place.form != form:
            continue
        with standing(world, place) as pledge:
            for role in SIDES:
                offered = {row.action for row in lifecycle.steps_for(world.fresh(role), pledge)}
                able = {action for action in SERVICES if isinstance(expected(role, action, place), str)}
                assert offered == able, (name, role)
