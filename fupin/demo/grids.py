"""Grids of the county's villages: people in them, visits of the last months, some overdue, a problem still open."""

import itertools
from datetime import timedelta

from accounts.enums import Role
from accounts.models import Appointment, User
from accounts.services import appointments
from fupin.demo.cast import Casting, County, Village
from fupin.lib.clock import month_of, shifted, today
from grid.enums import Channel, MemberKind
from grid.models import Grid, GridHousehold, Visit
from grid.services import grids, members, month_sheets, schedule, townships, visits
from grid.services.grids import GridInput
from grid.services.members import MemberInput
from grid.services.visits import VisitInput
from needs.household_enums import Risk
from needs.services import household_records, households
from needs.services.households import HouseholdInput

LAID_DAYS_AGO = 125
AREAS = ("老屋场、塘边屋场", "新屋场、油茶坪", "上街、下街", "石桥头、柳树湾")
NEIGHBOURS, CAUSES = 12, ("illness", "schooling", "no_labour")
PHONE = "0734-0000{:03d}"
KINDS = (MemberKind.PARTY, MemberKind.FORMER_CADRE, MemberKind.VETERAN, MemberKind.TEACHER, MemberKind.RISEN)
_numbers = itertools.count()


def tell(casting: Casting, county: County, personas: dict[str, User]) -> None:
    """Lay out the grids of 祁东县; the persona grid leader has the first one of the persona's village."""
    villages = list(county.villages())
    _neighbours(casting, villages[0])
    laid = [
        grid
        for number, village in enumerate(villages)
        for grid in _lay(casting, county, village, number, personas)
    ]
    _leaders(county, personas)
    for number, grid in enumerate(laid):
        _look_in(grid, number)
        if number % 3:
            _hand_in(grid)
    _officers_look_in(villages[:2])
    schedule.catch_up()


def _neighbours(casting: Casting, village: Village) -> None:
    """A grid leader looks after more families than those that ask for help."""
    with shifted(timedelta(days=-LAID_DAYS_AGO - 1)):
        for number in range(NEIGHBOURS):
            content = HouseholdInput(
                name=casting.people.name(), cause=CAUSES[number % 3], members=number % 4 + 1
            )
            home = households.register(
                actor=village.officer, region=village.region, content=content, evidence="signed_paper"
            )
            if number % 4 == 0:
                home = household_records.set_monitoring(
                    actor=village.town.manager,
                    household=home,
                    monitored="marginal",
                    risk="open",
                    since=today(),
                )
            village.households.append(home)


def _lay(
    casting: Casting, county: County, village: Village, number: int, personas: dict[str, User]
) -> list[Grid]:
    """Two grids where there are households enough, each with a leader and a member or two."""
    with shifted(timedelta(days=-LAID_DAYS_AGO)):
        half = max(len(village.households) * 2 // 3, 1)
        parts = [village.households[:half], village.households[half:]]
        made = []
        for place, homes in enumerate(part for part in parts if part):
            content = GridInput(
                f"第{'一二三四'[place]}村民小组",
                AREAS[(number + place) % len(AREAS)],
                PHONE.format(number % 1000),
            )
            grid = grids.make(actor=village.officer, village=village.region, content=content)
            grids.place(actor=village.officer, grid=grid, households=[home.pk for home in homes])
            persona = personas["grid"] if not number and not place else None
            _serve(casting, county, grid, Role.GRID_LEADER, village.officer, persona)
            for _ in range(1 + place):
                _serve(casting, county, grid, Role.GRID_MEMBER, village.officer, None)
            made.append(grid)
    return made


def _serve(casting: Casting, county: County, grid: Grid, role: Role, by: User, person: User | None) -> None:
    person = person or casting.person()
    post = appointments.appoint(actor=county.admin, user=person, role=role, region=grid.village)
    members.add(actor=by, grid=grid, post=post, content=MemberInput(KINDS[next(_numbers) % len(KINDS)]))


def _leaders(county: County, personas: dict[str, User]) -> None:
    """包保: the county's leader answers for its first township."""
    post = Appointment.objects.filter(user=personas["leader"], role=Role.LEADER).first()
    if post:
        with shifted(timedelta(days=-LAID_DAYS_AGO)):
            townships.assign(actor=county.admin, township=county.towns[0].region, post=post)


def _look_in(grid: Grid, number: int) -> None:
    """Most were visited in time; the second household of each grid never was, which goes up by and by."""
    leader = next(row.post.user for row in grid.members.all() if row.is_leader)
    leader = User.objects.get(pk=leader.pk)
    for place, home in enumerate(grid.homes.select_related("household").order_by("pk")):
        watched = home.household.risk == Risk.OPEN
        days = () if place == 1 else (118, 86, 55, 31, 5)[: 4 if place == 0 or watched else 5]
        for ago in days:
            channel = Channel.PHONE if ago == 55 and not watched else Channel.HOME
            _visit(leader, home, ago, VisitInput(today() - timedelta(days=ago), channel))
        if not place and not number % 2:
            points = {"income": "changed", "water": "problem", "other": "same"}
            note = "入冬后水压小，上午常停水；儿子上月在镇上找到活，收入有增加。"
            _visit(leader, home, 2, VisitInput(today() - timedelta(days=2), Channel.HOME, points, note=note))


def _officers_look_in(villages: list[Village]) -> None:
    """The village's own officer went along to a few families, and put right what a visit had found."""
    for village in villages:
        homes = GridHousehold.objects.filter(region=village.region).order_by("-pk")
        for home in homes[:3]:
            _visit(village.officer, home, 1, VisitInput(today() - timedelta(days=1), Channel.HOME))
    found = Visit.objects.filter(region=villages[-1].region, has_problem=True, settled_at=None).first()
    if found:
        visits.settle(actor=villages[-1].officer, visit=found, words="水管已包好保温棉，上午恢复供水。")


def _hand_in(grid: Grid) -> None:
    """The table of the last month, on its last day."""
    with shifted(timedelta(days=-today().day)):
        leader = next(row.post.user for row in grid.members.all() if row.is_leader)
        month_sheets.file(actor=User.objects.get(pk=leader.pk), grid=grid, month=month_of(today()))


def _visit(leader: User, home: GridHousehold, days_ago: int, content: VisitInput) -> None:
    with shifted(timedelta(days=-days_ago)):
        visits.record(actor=leader, home=home, content=content)
