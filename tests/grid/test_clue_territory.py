"""Clues, notices, orders and visits when villages are merged or divided: the open go along, the closed stay."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db.models import Model
from django.test import Client

from accounts.enums import Role
from accounts.invariants import REGISTRY
from accounts.models import Region, User
from fupin.lib.errors import NotAllowed
from grid import clue_invariants
from grid.models import Clock, Clue, GridHousehold, Measure, Notice, Visit
from grid.queries.clues import standing_in
from grid.queries.grids import grid_of
from grid.services import clues, judging, measures, notices, regions, visits
from grid.services.regions import Plan
from grid.services.visits import VisitInput
from needs.models import Household
from tests import factories
from tests.grid.days import BEFORE, on

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
FIRST, OVER, DAY = date(2026, 9, 28), date(2026, 10, 6), date(2026, 10, 8)
OLD, NEW = factories.VILLAGE, factories.TOWN + 50


@dataclass
class Home:
    """A household with a clue in public, one that is helped, or one that was withdrawn; three visits each."""

    household: Household
    clue: Clue
    opened: list[Model] = field(default_factory=list)
    closed: list[Model] = field(default_factory=list)


@dataclass
class World:
    people: factories.Staff
    desk: User
    public: Home
    helped: Home
    withdrawn: Home


@pytest.fixture
def world(db: None) -> World:
    with on(BEFORE):
        people = factories.staff()
        desk = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG)
        homes = [factories.household(people.village, name=name) for name in ("张三丰", "李四光", "王五福")]
        place = factories.grid(people.village, homes)
        factories.grid_person(people.village, place)
    with on(FIRST):
        helped = Home(homes[1], factories.noticed_clue(people, homes[1]))
        withdrawn = Home(homes[2], factories.clue(people, homes[2]))
        clues.withdraw(actor=people.village, clue=withdrawn.clue)
    with on(OVER):
        judging.end_notices()
        words = "数据比对和入户情况一致"
        judging.judge(
            actor=people.township, clue=helped.clue, note=words, compared=["医保"], monitored="sudden"
        )
    with on(DAY):
        judging.put_on_file(actor=people.county, clue=helped.clue)
        post = desk.appointments.get()
        order = measures.Order("insurance", "办理大病救助", date(2026, 10, 30), post)
        sent = measures.plan(actor=people.county, clue=helped.clue, order=order)
        public = Home(homes[0], factories.noticed_clue(people, homes[0]))
        notices.raise_objection(notice=public.clue.notices.get(), words="这家在县城里有门面房出租")
        for home in (public, helped, withdrawn):
            _visited(people, home)
    public.opened += [public.clue, public.clue.notices.get(), _clock("clue.notice", public.clue.pk)]
    helped.opened += [helped.clue, helped.clue.notices.get(kind="decision"), _clock("measure", sent.pk)]
    helped.closed += [helped.clue.notices.get(kind="review"), _clock("clue.judge", helped.clue.pk)]
    withdrawn.closed += [withdrawn.clue, _clock("clue.verify", withdrawn.clue.pk)]
    return World(people, desk, public, helped, withdrawn)


def _visited(people: factories.Staff, home: Home) -> None:
    place = GridHousehold.objects.get(household=home.household)
    for points, settle in (
        ({"other": "same"}, False),
        ({"other": "problem"}, True),
        ({"other": "problem"}, False),
    ):
        note = "屋顶漏雨" if "problem" in points.values() else ""
        content = VisitInput(on=DAY, channel="home", points=points, note=note)
        made = visits.record(actor=people.village, home=place, content=content)
        if settle:
            visits.settle(actor=people.village, visit=made, words="已经修好了")
        (home.opened if note and not settle else home.closed).append(made)


def _clock(kind: str, pk: int) -> Clock:
    return Clock.objects.get(kind=kind, object_id=pk)


def changed(people: factories.Staff, kind: str, **more: object) -> None:
    villages = [OLD] if kind == "split" else [OLD, factories.VILLAGE_2]
    values = {"sources": villages, "target_code": NEW, "target_name": "沙石村", "effective_on": DAY}
    regions.plan(actor=people.county, content=Plan(kind=kind, **{**values, **more}))  # type: ignore[arg-type]


def where(rows: list[Model]) -> set[int]:
    for row in rows:
        row.refresh_from_db()
    return {row.region_id for row in rows}  # type: ignore[attr-defined]


def assert_true() -> None:
    ours = [check for check in REGISTRY.values() if check.check.__module__ == clue_invariants.__name__]
    assert [found for check in ours if check.fast for found in check.violations()] == []


def test_a_merge_takes_the_open_ones_along_and_leaves_the_closed(world: World, as_user: As) -> None:
    homes = (world.public, world.helped, world.withdrawn)
    with on(DAY, 14):
        changed(world.people, "merge")
        assert where([row for home in homes for row in home.opened]) == {NEW}
        assert where([row for home in homes for row in home.closed]) == {OLD}
        assert_true()
        notice = world.public.clue.notices.get()
        assert [row.pk for row in standing_in(NEW)] == sorted(
            Notice.objects.filter(taken_down_at=None).values_list("pk", flat=True), reverse=True
        )
        assert not standing_in(OLD)
        assert Client().get(notice.get_absolute_url()).status_code == 200
        order = Measure.objects.get()
        assert "沙石村" in as_user(world.desk).get(order.get_absolute_url()).content.decode()
        measures.act(actor=factories.fresh(world.desk), measure=order, action="done", words="救助款已到账")


def test_the_case_goes_on_in_the_new_village_with_its_own_people(world: World) -> None:
    with on(DAY, 14):
        changed(world.people, "merge")
        (objection,) = world.public.clue.notices.get().objections.all()
        notices.answer(actor=world.people.township, objection=objection, upheld=False, words="没有门面房")
        village = factories.fresh(world.people.village)
        notices.edit(actor=village, notice=world.public.clue.notices.get(), remark="因病住院", why="补充原因")
        foreign = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_OTHER)
        new = world.public.clue.notices.get(taken_down_at=None)
        with pytest.raises(NotAllowed):
            notices.edit(actor=foreign, notice=new, remark="", why="别的村来改")
    with on(date(2026, 10, 14)):
        judging.end_notices()
    world.public.clue.refresh_from_db()
    assert (world.public.clue.state, world.public.clue.region_id) == ("judging", NEW)
    assert _clock("clue.judge", world.public.clue.pk).region_id == NEW
    assert grid_of(world.public.household)


def test_a_split_takes_only_what_belongs_to_the_households_that_go(world: World) -> None:
    going = [world.helped.household.pk, world.withdrawn.household.pk]
    with on(DAY, 14):
        changed(world.people, "split", households=going)
        assert where([*world.helped.opened, *world.withdrawn.opened]) == {NEW}
        assert where([*world.public.opened, *world.public.closed]) == {OLD}
        assert where([*world.helped.closed, *world.withdrawn.closed]) == {OLD}
        assert_true()


def test_a_clue_by_name_goes_along_with_its_village(world: World) -> None:
    with on(DAY, 14):
        named = clues.report_clue(
            actor=world.people.village,
            region=Region.objects.get(code=OLD),
            name="孙七",
            source="grid",
            problem="water",
            situation="井水发黄，不能喝",
        )
        changed(world.people, "merge")
        assert where([named, _clock("clue.verify", named.pk)]) == {NEW}
        assert not Visit.objects.filter(region=OLD, has_problem=True, settled_at=None).exists()
