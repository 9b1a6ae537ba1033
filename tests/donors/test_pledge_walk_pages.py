"""The same walk with the mouse: which steps a pledge's page offers to whom, and that each form on it works."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from donors.enums import PledgeStatus
from donors.models import DeliveryCode, Pledge
from donors.views.actions import ACTIONS
from fupin.lib.clock import now, today
from needs.enums import Form
from tests.donors.pledge_walk import PLACES, SIDES, Place, World, expected, make, standing, undone

pytestmark = pytest.mark.django_db

CODE = "246810"
# What a person types; whatever else the page's form holds is sent as it stands.
TYPED: dict[str, dict[str, Any]] = {
    "pay": {"bank_note": "工商银行尾号 1234"},
    "ship": {"courier": "sf", "tracking_number": "SF0000000077777"},
    "add_parcel": {"courier": "sf", "tracking_number": "SF0000000088888"},
    "correct": {"courier": "sf", "tracking_number": "SF0000000099999"},
    "receive": {"witness_name": "赵见证", "witness_role": "邻居"},
    "undo": {"reason": "登记错了一笔到账"},
    "refund": {"reason": "打错了一笔，退还给您"},
    "handover": {"code": CODE},
    "propose": {"date": f"{today() + timedelta(days=3)}"},
}
PAYOUT = "pay_out"
# The arrival of a parcel is registered at the station (/office/pickups/), not on the pledge's page.
ELSEWHERE = {"arrive", "come_back"}
# The household's code is for today's meeting: here a courier is on the way, or the day is not today.
NOT_AT_THE_DOOR = {"goods shipped", "another day asked for"}


class Forms(HTMLParser):
    """The forms of a page by their action's last word, with what their controls hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._here: dict[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = {}
            self.found.append((given.get("action", ""), self._here))
        elif tag == "input" and self._here is not None and "name" in given:
            chosen = given.get("type") not in {"radio", "checkbox"} or "checked" in given
            if chosen:
                self._here[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._here = None


@pytest.fixture
def world() -> World:
    return make()


@pytest.fixture
def browsers(world: World, as_user: Any) -> dict[str, Client]:
    return {role: as_user(person) for role, person in world.people.items()}


def offered(page: str, pledge: Pledge) -> dict[str, dict[str, str]]:
    """The steps whose forms stand on the page, and the payout's link."""
    steps = {}
    for action, fields in Forms(page).found:
        step = re.fullmatch(rf"/pledges/{pledge.pk}/(\w+)/", action)
        if step and step[1] in ACTIONS:
            steps.setdefault(step[1], fields)
    if f"/office/payouts/new/?pledge={pledge.pk}" in page:
        steps[PAYOUT] = {}
    return steps


def able(role: str, name: str, place: Place) -> set[str]:
    actions = {*ACTIONS, PAYOUT} - ELSEWHERE
    if name in NOT_AT_THE_DOOR:
        actions -= {"handover"}
    return {action for action in actions if isinstance(expected(role, action, place), str)}


@pytest.mark.parametrize("form", list(Form))
def test_a_page_offers_to_each_role_exactly_what_the_table_allows_there(
    world: World, browsers: dict[str, Client], form: Form
) -> None:
    wrong, hidden = [], 0
    for name, place in PLACES.items():
        if place.form != form:
            continue
        with standing(world, place) as pledge:
            for role, browser in browsers.items():
                answer = browser.get(pledge.get_absolute_url())
                if answer.status_code == 404:
                    hidden += 1
                    shown: set[str] = set()
                else:
                    shown = set(offered(answer.text, pledge))
                if shown != able(role, name, place):
                    wrong.append((name, role, answer.status_code, shown, able(role, name, place)))
    assert not wrong, "\n".join(map(str, wrong))
    assert hidden  # another county's people are told of no pledge here


@pytest.mark.parametrize("form", list(Form))
def test_every_form_on_the_page_leads_where_the_table_says(
    world: World, browsers: dict[str, Client], form: Form
) -> None:
    wrong, pressed = [], set()
    for name, place in PLACES.items():
        if place.form != form:
            continue
        with standing(world, place) as pledge:
            for role, browser in browsers.items():
                for action in sorted(able(role, name, place) - {PAYOUT}):
                    with undone():
                        fields = offered(browser.get(pledge.get_absolute_url()).text, pledge)[action]
                        told(pledge, world, role)
                        typed = TYPED.get(action, {})
                        answer = browser.post(f"/pledges/{pledge.pk}/{action}/", {**fields, **typed})
                        got = Pledge.objects.get(pk=pledge.pk).status
                        pressed.add(action)
                        if answer.status_code != 302 or got != expected(role, action, place):
                            wrong.append((name, role, action, answer.status_code, got))
    assert not wrong, "\n".join(map(str, wrong))
    assert pressed >= {"cancel", "receive"}


STANDING = {Form.MONEY: "money received", Form.GOODS: "goods shipped", Form.SERVICE: "a day agreed"}


@pytest.mark.parametrize("form", list(Form))
def test_a_step_that_is_not_offered_is_refused_in_words_and_changes_nothing(
    world: World, browsers: dict[str, Client], form: Form
) -> None:
    place, wrong = PLACES[STANDING[form]], []
    with standing(world, place) as pledge:
        before = Pledge.objects.values().get(pk=pledge.pk)
        for role, browser in browsers.items():
            for action in ACTIONS:
                if isinstance(expected(role, action, place), str):
                    continue
                answer = browser.post(f"/pledges/{pledge.pk}/{action}/", TYPED.get(action, {}))
                words = re.search(r"[\u4e00-\u9fff]{6}", answer.text)
                if answer.status_code not in {400, 403, 404, 409} or not words:
                    wrong.append((role, action, answer.status_code))
        assert Pledge.objects.values().get(pk=pledge.pk) == before
    assert not wrong, "\n".join(map(str, wrong))
    assert before["status"] in PledgeStatus


def told(pledge: Pledge, world: World, role: str) -> None:
    """The household's code, sent at this person's wish and read out to them."""
    soon = now() + timedelta(minutes=5)
    DeliveryCode.objects.create(
        pledge=pledge, code_hash=make_password(CODE), asked_by=world.people[role], expires_at=soon
    )


def test_all_roles_of_the_walk_are_asked(browsers: dict[str, Client]) -> None:
    assert browsers.keys() == SIDES.keys()
