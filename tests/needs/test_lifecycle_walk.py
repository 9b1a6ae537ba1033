"""Every state, every action, every role, at the service and at the page: allowed exactly where the table says.

One set of people and one need; each try is undone by its savepoint, so that the whole walk stays fast.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client

from accounts.enums import Role, Verb
from accounts.models import User
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, FupinError, NotAllowed, StaleState
from needs import lifecycle
from needs.enums import PUBLIC, Reason, Status
from needs.models import Household, Need, NeedProgress, NeedReview
from needs.services import drafts, review
from tests import factories

pytestmark = pytest.mark.django_db

WORDS = "核对过学校收费表"
SERVICES: dict[str, Callable[..., Need]] = {
    "submit": review.submit,
    "verify": review.verify,
    "check": review.check,
    "approve": review.approve,
    "return": review.send_back,
    "recall": review.recall,
    "withdraw": review.withdraw,
}
REASONED = {"return", "recall"}
# Which verbs each role of the walk holds where the need lies; the table speaks of verbs, this of people.
HELD: dict[str, set[str]] = {
    "village": {Verb.COLLECT, Verb.VERIFY},
    "township": {Verb.COLLECT, Verb.VERIFY, Verb.CHECK},
    "county": {Verb.COLLECT, Verb.CHECK, Verb.APPROVE},
    "charity": set(),
    "leader": set(),
    "household": set(),
    "donor": set(),
    "other village": set(),
    "other township": set(),
    "other county": set(),
}
# Whose view ranges hold the need: others find nothing there (404) instead of being refused (403).
IN_OFFICE = {"village", "township", "county"}
ELSEWHERE = {"other village", "other township", "other county"}
NO_POST = {"household", "donor"}


@dataclass
class World:
    """The people of the walk and its two needs: written by the household itself, and on its behalf."""

    people: dict[str, User]
    needs: dict[str, Need]

    def fresh(self, role: str) -> User:
        """As a new request would see the person: no remembered grants."""
        return User.objects.get(pk=self.people[role].pk)

    def client(self, role: str) -> Client:
        client = Client()
        if role != "anonymous":
            client.force_login(self.people[role], backend="accounts.backends.AccountBackend")
        return client


@pytest.fixture
def world() -> World:
    here = factories.staff()
    there = factories.staff(factories.VILLAGE_OTHER, factories.TOWN_OTHER, factories.HENGNAN)
    owner = factories.user("王测试")
    # The need on behalf is written by a colleague, so that every role of the walk comes to it fresh.
    author = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    home: Household = factories.household(author, account=owner)
    own = drafts.create_draft(actor=owner, household=home, content=factories.content())
    behalf = drafts.create_draft(actor=author, household=home, content=factories.content(kind="medical"))
    people = {
        "village": here.village,
        "township": here.township,
        "county": here.county,
        "charity": here.charity,
        "leader": factories.officer(Role.LEADER, factories.QIDONG),
        "household": owner,
        "donor": factories.user("李爱心"),
        "other village": there.village,
        "other township": there.township,
        "other county": there.county,
    }
    return World(people, {"own": own, "behalf": behalf})


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is as if it had not."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def put(need: Need, status: str) -> Need:
    """The need in this state, whatever way led there."""
    dates = {
        "published_at": now() if status in PUBLIC or status == Status.EXPIRED else None,
        "waiting_since": now() if status in review.GATES else None,
    }
    Need.objects.filter(pk=need.pk).update(status=status, publish_at=None, **dates)
    NeedProgress.objects.filter(need=need).update(is_open=status == Status.PUBLISHED)
    return Need.objects.get(pk=need.pk)


def holds(role: str, by: str, writer: str) -> bool:
    """What the table's `by` means for this role; `writer` says who wrote the need."""
    owner = role == "household"
    if by == lifecycle.OWNER:
        return owner and writer == "own"
    if by == lifecycle.AUTHOR:
        return owner or holds(role, Verb.COLLECT, writer)
    if by == Verb.COLLECT:
        return by in HELD[role] and writer == "behalf"
    return by in HELD[role]


def rows(role: str, action: str, writer: str, status: str = "") -> list[lifecycle.Step]:
    return [
        row
        for row in lifecycle.LIFECYCLE
        if row.action == action and status in {"", row.source} and holds(role, row.by, writer)
    ]


def expected(role: str, action: str, writer: str, status: str) -> type[FupinError] | str:
    """The target state, or the refusal: never allowed 403, not now 409."""
    now_allowed = rows(role, action, writer, status)
    if now_allowed:
        return now_allowed[0].target.value
    return StaleState if rows(role, action, writer) else NotAllowed


def given(action: str) -> dict[str, str]:
    return {"comment": WORDS, **({"reason": Reason.UNCLEAR.value} if action in REASONED else {})}


def test_the_walk_knows_every_action_and_role_of_the_table() -> None:
    assert set(SERVICES) == set(lifecycle.ACTIONS)
    verbs = {row.by for row in lifecycle.LIFECYCLE} & set(Verb.values)
    assert verbs == set().union(*HELD.values())


@pytest.mark.parametrize("writer", ["own", "behalf"])
def test_every_service_does_exactly_what_the_table_says(world: World, writer: str) -> None:
    wrong = []
    for status in Status.values:
        need = put(world.needs[writer], status)
        for role in HELD:
            for action, service in SERVICES.items():
                wanted, got, before = expected(role, action, writer, status), "", NeedReview.objects.count()
                with undone():
                    try:
                        got = service(actor=world.fresh(role), need=need, **given(action)).status
                    except FupinError as error:
                        if not re.search(r"[\u4e00-\u9fff]{6}", error.message):
                            wrong.append((role, action, status, "says nothing", error.message))
                        got = type(error)
                    written = NeedReview.objects.count() - before
                if got != wanted or written != isinstance(wanted, str):
                    wrong.append((role, action, status, got, wanted, written))
    assert wrong == []


def page_status(role: str, action: str, writer: str, status: str) -> int:
    """What the page of the office has to answer."""
    if role == "anonymous":
        return 302
    if role in NO_POST or role in ELSEWHERE:
        return 404
    if role not in IN_OFFICE:
        return 403
    wanted = expected(role, action, writer, status)
    return 302 if isinstance(wanted, str) else wanted.status


@pytest.mark.parametrize("writer", ["own", "behalf"])
def test_every_page_answers_what_the_table_says_and_explains_its_refusals(world: World, writer: str) -> None:
    clients, wrong = {role: world.client(role) for role in [*HELD, "anonymous"]}, []
    for status in Status.values:
        need = put(world.needs[writer], status)
        for role, client in clients.items():
            for action in SERVICES:
                before = NeedReview.objects.count()
                with undone():
                    answer = client.post(f"/office/needs/{need.pk}/{action}/", given(action))
                    written = NeedReview.objects.count() - before
                wanted = page_status(role, action, writer, status)
                signs_in = answer.status_code == 302 and "/accounts/enter/" in answer["Location"]
                if answer.status_code != wanted or signs_in != (role == "anonymous"):
                    wrong.append((role, action, status, answer.status_code, wanted))
                if written != (wanted == 302 and not signs_in):
                    wrong.append((role, action, status, "wrote", written))
                if answer.status_code >= 400 and not explains(answer.content.decode()):
                    wrong.append((role, action, status, "says nothing"))
    assert wrong == []


def explains(page: str) -> bool:
    """A refusal has a heading and a sentence in plain Chinese, and a stale one what the need is now."""
    main = page[page.index("<main") :]
    return bool(re.search(r"[\u4e00-\u9fff]{6}", re.sub(r"<[^>]*>", "", main)))


def test_the_buttons_are_the_steps_that_succeed(world: World) -> None:
    for writer, made in world.needs.items():
        for status in Status.values:
            need = put(made, status)
            for role in HELD:
                offered = {row.action for row in lifecycle.steps_for(world.fresh(role), need)}
                able = {action for action in SERVICES if rows(role, action, writer, status)}
                assert offered == able, (role, status)


def test_who_took_part_in_a_round_may_not_take_the_next_step_in_it(world: World) -> None:
    """Z-10: by person and round, whatever post is held."""
    both = factories.officer(Role.TOWNSHIP_MANAGER, factories.TOWN)
    factories.appointments.appoint(
        actor=None,
        user=both,
        role=Role.COUNTY_ADMIN,
        region=factories.Region.objects.get(code=factories.QIDONG),
    )
    need = world.needs["own"]
    review.submit(actor=world.fresh("household"), need=need)
    both = User.objects.get(pk=both.pk)
    review.verify(actor=both, need=need)
    for action in ("check", "approve"):
        put(need, Status.VERIFIED if action == "check" else Status.CHECKED)
        with pytest.raises(Conflict) as refusal:
            SERVICES[action](actor=both, need=need, comment=WORDS)
        assert "不同的人" in refusal.value.message
        assert action not in {row.action for row in lifecycle.steps_for(both, Need.objects.get(pk=need.pk))}
