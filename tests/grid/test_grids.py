"""Grids under a village: 100 households at most, split, people in them, and what moves when villages merge."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile

from accounts.enums import ChangeKind, Role
from accounts.invariants import REGISTRY
from accounts.models import Appointment, AuditEntry, Region, User
from accounts.permissions import grants
from accounts.services import appointments
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid import invariants  # noqa: F401
from grid.models import Grid, GridHousehold, GridMember
from grid.permissions import may_visit
from grid.queries import grids as queries
from grid.services import grids, handover, members, regions, schedule, townships
from grid.services.grids import GridInput
from grid.services.members import MemberInput
from needs import queries as needs_queries
from needs.models import Household
from needs.services.household_records import set_monitoring
from tests import factories

pytestmark = pytest.mark.django_db
Built = tuple[Grid, GridMember, Household]


@pytest.fixture
def built(people: factories.Staff) -> Built:
    """A grid with its leader and one household."""
    home = factories.household(people.village)
    grid = factories.grid(people.village, [home])
    return grid, factories.grid_person(people.village, grid), home


def fill(people: factories.Staff, count: int) -> list[int]:
    """So many more households of the village, written in one statement."""
    return [
        home.pk
        for home in Household.objects.bulk_create(
            Household(
                region_id=factories.VILLAGE, name="李测试", cause="illness", registered_by=people.village
            )
            for _ in range(count)
        )
    ]


def test_a_grid_takes_a_hundred_households_and_more_only_with_a_reason(people: factories.Staff) -> None:
    grid, homes = factories.grid(people.village), fill(people, 101)
    grids.place(actor=people.village, grid=grid, households=homes[:100])
    with pytest.raises(Conflict, match="101 户"):
        grids.place(actor=people.village, grid=grid, households=homes[100:])
    content = GridInput("第一组", oversize_reason="山区散居，拆分后没有网格员")
    grids.amend(actor=people.village, grid=grid, content=content)
    assert grids.place(actor=people.village, grid=grid, households=homes[100:]) == 1
    with pytest.raises(Conflict):
        grids.amend(actor=people.village, grid=grid, content=GridInput("第一组"))
    assert AuditEntry.objects.filter(action="grid.place").count() == 2


def test_a_split_leaves_every_household_in_one_grid(people: factories.Staff) -> None:
    grid, homes = factories.grid(people.village), fill(people, 4)
    grids.place(actor=people.village, grid=grid, households=homes)
    made = grids.split(actor=people.village, grid=grid, content=GridInput("第二组"), households=homes[:2])
    assert sorted(made.homes.values_list("pk", flat=True)) == homes[:2]
    assert sorted(grid.homes.values_list("pk", flat=True)) == homes[2:]
    assert (grid.number, made.number) == (1, 2)
    for wrong in ([], homes[2:], homes[:1]):
        with pytest.raises(InvalidInput):
            grids.split(actor=people.village, grid=grid, content=GridInput("第三组"), households=wrong)
    assert Grid.objects.count() == 2


def test_only_households_of_the_village_come_in_and_only_its_officers_place_them(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    grid, home = factories.grid(people.village), factories.household(people.village)
    elsewhere = factories.household(other_county.village, code=factories.VILLAGE_OTHER)
    with pytest.raises(InvalidInput):
        grids.place(actor=people.village, grid=grid, households=[home.pk, elsewhere.pk])
    for actor in (other_county.village, other_county.county, people.charity, factories.user()):
        with pytest.raises(NotAllowed):
            grids.place(actor=actor, grid=grid, households=[home.pk])
        with pytest.raises(NotAllowed):
            grids.make(actor=actor, village=grid.village, content=GridInput("第九组"))
    assert not GridHousehold.objects.exists()
    for actor in (people.village, people.township, people.county):
        grids.place(actor=actor, grid=grid, households=[home.pk])
    assert queries.grid_of(home) == grid


def test_an_empty_grid_is_closed_and_a_full_one_is_not(built: Built, people: factories.Staff) -> None:
    grid, member, home = built
    with pytest.raises(Conflict, match="还有家庭"):
        grids.close(actor=people.village, grid=grid)
    other = factories.grid(people.village, [home])
    grids.close(actor=people.village, grid=grid)
    member.refresh_from_db()
    assert (member.ended_at is None, queries.grid_of(home)) == (False, other)
    with pytest.raises(Conflict):
        grids.place(actor=people.village, grid=grid, households=[home.pk])


def test_a_grid_person_sees_the_own_grid_and_no_other_household(
    built: Built, people: factories.Staff
) -> None:
    grid, member, home = built
    stranger = factories.household(people.village, name="李别组")
    factories.grid(people.village, [stranger])
    leader = factories.fresh(member.post.user)
    assert [row.household for row in queries.homes_visible_to(leader)] == [home]
    assert list(queries.visible_to(leader)) == [grid]
    assert list(needs_queries.households_visible_to(leader)) == []
    assert may_visit(leader, home.in_grid)
    assert not may_visit(leader, stranger.in_grid)
    assert grants(leader).roles == {Role.GRID_LEADER}


def test_leaving_the_grid_or_the_post_takes_everything_away(built: Built, people: factories.Staff) -> None:
    grid, member, _ = built
    second = factories.grid_person(people.village, grid, Role.GRID_MEMBER)
    assert [row.pk for row in queries.members_of(grid)] == [member.pk, second.pk]
    members.remove(actor=people.village, member=second)
    appointments.end(actor=people.county, appointment=member.post)
    for row in (member, second):
        assert list(queries.homes_visible_to(factories.fresh(row.post.user))) == []
    assert queries.leader_of(grid) is None


def test_a_grid_has_one_leader_with_a_post_in_its_village(built: Built, people: factories.Staff) -> None:
    grid, member, _ = built
    other = factories.officer(Role.GRID_LEADER, factories.VILLAGE)
    away = factories.officer(Role.GRID_MEMBER, factories.VILLAGE_2)
    content = MemberInput("party")
    for person, error in ((other, Conflict), (away, InvalidInput), (member.post.user, Conflict)):
        post = Appointment.objects.get(user=person)
        with pytest.raises(error):
            members.add(actor=people.village, grid=grid, post=post, content=content)
    with pytest.raises(NotAllowed):
        members.add(
            actor=member.post.user, grid=grid, post=Appointment.objects.get(user=other), content=content
        )
    with pytest.raises(InvalidInput):
        members.amend(actor=people.village, member=member, content=MemberInput("party", "电话 19900001234"))
    photo = ContentFile(b"jpeg", name="a.jpg")
    members.amend(actor=people.village, member=member, content=MemberInput("veteran", "每月走访", photo))
    member.refresh_from_db()
    assert (member.kind, member.photo.name.startswith("grids/")) == ("veteran", True)


def test_a_merge_takes_grids_people_and_what_they_owe_along(built: Built, people: factories.Staff) -> None:
    grid, member, home = built
    villager = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2)
    there = factories.grid(villager, code=factories.VILLAGE_2)
    due = GridHousehold.objects.get(pk=home.pk).due_on
    regions.plan(
        actor=people.county,
        content=regions.Plan(
            kind=ChangeKind.MERGE,
            sources=[factories.VILLAGE],
            target_code=factories.VILLAGE_2,
            effective_on=today(),
        ),
    )
    grid.refresh_from_db()
    row = GridHousehold.objects.get(pk=home.pk)
    assert (grid.village_id, grid.number, there.number) == (factories.VILLAGE_2, 2, 1)
    assert (row.region_id, row.due_on, row.grid) == (factories.VILLAGE_2, due, grid)
    leader = queries.leader_of(grid)
    assert leader
    assert (leader.pk, leader.post.region_id) == (member.pk, factories.VILLAGE_2)
    assert [row.pk for row in queries.homes_visible_to(factories.fresh(member.post.user))] == [home.pk]


def test_a_split_village_takes_its_households_into_grids_of_its_own(
    built: Built, people: factories.Staff
) -> None:
    grid, _, home = built
    stays = factories.household(people.village)
    grids.place(actor=people.village, grid=grid, households=[stays.pk])
    regions.plan(
        actor=people.county,
        content=regions.Plan(
            kind=ChangeKind.SPLIT,
            sources=[factories.VILLAGE],
            target_code=factories.VILLAGE + 8,
            target_name="新沙井村",
            effective_on=today(),
            households=[home.pk],
        ),
    )
    row = GridHousehold.objects.select_related("grid").get(pk=home.pk)
    assert (row.region_id, row.grid.village_id, row.grid.name) == (
        factories.VILLAGE + 8,
        factories.VILLAGE + 8,
        grid.name,
    )
    assert queries.grid_of(stays) == grid


def test_a_leader_of_the_county_answers_for_a_township(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    town = Region.objects.get(pk=factories.TOWN)
    leader = factories.officer(Role.LEADER, factories.QIDONG, "周领导")
    away = factories.officer(Role.LEADER, factories.HENGNAN)
    post = Appointment.objects.get(user=leader)
    duty = townships.assign(actor=people.county, township=town, post=post)
    assert queries.leaders_of(factories.TOWN) == [duty]
    with pytest.raises(Conflict):
        townships.assign(actor=people.county, township=town, post=post)
    with pytest.raises(InvalidInput):
        townships.assign(actor=people.county, township=town, post=Appointment.objects.get(user=away))
    for actor in (people.township, other_county.county):
        with pytest.raises(NotAllowed):
            townships.release(actor=actor, duty=duty)
    townships.release(actor=people.county, duty=duty)
    assert queries.leaders_of(factories.TOWN) == []


OCTOBER = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("since", "visited", "risk_since", "due"),
    [
        # never visited: by the end of the quarter or month, two weeks at least
        (OCTOBER, None, None, date(2026, 12, 31)),
        (date(2026, 12, 28), None, None, date(2027, 1, 11)),
        (OCTOBER, None, OCTOBER, date(2026, 10, 31)),
        (date(2026, 10, 25), None, date(2026, 5, 1), date(2026, 11, 8)),
        # visited: in the next quarter or month
        (OCTOBER, date(2026, 11, 30), None, date(2027, 3, 31)),
        (OCTOBER, date(2026, 12, 31), date(2026, 10, 1), date(2027, 1, 31)),
        (OCTOBER, date(2027, 1, 31), date(2026, 10, 1), date(2027, 2, 28)),
        # the risk opened after the last visit
        (OCTOBER, date(2026, 10, 20), date(2026, 11, 3), date(2026, 11, 30)),
        (OCTOBER, date(2026, 10, 20), date(2026, 11, 25), date(2026, 12, 9)),
    ],
)
def test_the_next_visit_is_due_by_the_calendar(
    since: date, visited: date | None, risk_since: date | None, due: date
) -> None:
    assert schedule.due_on(since=since, visited_on=visited, risk_since=risk_since) == due


def test_a_risk_that_opens_or_is_cleared_changes_the_rhythm(
    built: Built, people: factories.Staff, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    _, _, home = built
    home.in_grid.refresh_from_db()
    quarterly = home.in_grid.due_on
    for risk, monthly in (("open", True), ("cleared", False)):
        with django_capture_on_commit_callbacks(execute=True):
            set_monitoring(
                actor=people.township, household=home, monitored="sudden", risk=risk, since=today()
            )
        row = GridHousehold.objects.get(pk=home.pk)
        assert (row.monthly, row.due_on == quarterly or monthly) == (monthly, True)
    Household.objects.filter(pk=home.pk).update(risk="open")
    assert schedule.catch_up() == 1
    assert GridHousehold.objects.get(pk=home.pk).monthly
    assert schedule.catch_up() == 0


def test_a_closed_household_leaves_its_grid(built: Built) -> None:
    _, _, home = built
    Household.objects.filter(pk=home.pk).update(closed_at=home.created_at + timedelta(hours=1))
    schedule.catch_up()
    assert queries.grid_of(home) is None


def test_the_audit_sees_an_overfull_grid_a_foreign_household_and_two_leaders(
    built: Built, people: factories.Staff
) -> None:
    grid, member, home = built
    names = ("grid-size", "grid-village", "grid-leader")
    assert not [found for name in names for found in REGISTRY[name].violations()]
    GridHousehold.objects.bulk_create(
        GridHousehold(
            household_id=pk,
            grid=grid,
            region=grid.village,
            since=today(),
            due_on=today(),
            placed_by=people.village,
        )
        for pk in fill(people, 100)
    )
    Household.objects.filter(pk=home.pk).update(region=factories.VILLAGE_2)
    second = factories.officer(Role.GRID_LEADER, factories.VILLAGE)
    post: User = second
    GridMember.objects.create(
        grid=grid, post=Appointment.objects.get(user=post), kind="party", made_by=people.village
    )
    for name in names:
        assert list(REGISTRY[name].violations()), name
    assert member.ended_at is None


def test_ending_a_grid_leaders_post_hands_the_grid_to_the_successor(
    built: Built, people: factories.Staff
) -> None:
    grid, member, home = built
    successor = factories.officer(Role.GRID_LEADER, factories.VILLAGE, "接手人")
    post = Appointment.objects.select_related("user", "region").get(pk=member.post_id)
    with pytest.raises(Conflict):
        handover.hand_over(actor=people.county, post=post, successor=None, reason="换届")
    assert handover.hand_over(actor=people.county, post=post, successor=successor, reason="换届") == 1
    leader = queries.leader_of(grid)
    assert leader
    assert (leader.post.user, leader.kind) == (successor, member.kind)
    assert may_visit(factories.fresh(successor), home.in_grid)
    assert not may_visit(factories.fresh(member.post.user), home.in_grid)
    assert AuditEntry.objects.filter(action="grid.member.handover").count() == 1


def test_a_grid_left_without_anybody_stays_due_until_the_village_takes_it(
    built: Built, people: factories.Staff
) -> None:
    grid, member, _ = built
    post = Appointment.objects.select_related("user", "region").get(pk=member.post_id)
    handover.hand_over(actor=people.county, post=post, successor=None, reason="病假", leave=True)
    assert list(handover.due(factories.fresh(people.county))) == [post]
    handover.hand_over(actor=people.county, post=post, successor=people.village)
    assert list(handover.due(factories.fresh(people.county))) == []
    assert queries.leader_of(grid) is None
