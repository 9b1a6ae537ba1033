"""Making the demo: cast, households, needs and gifts, in one transaction, through the real services."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from accounts.enums import DonorKind, Role
from accounts.models import Region, User
from accounts.services import audit, profile
from donors.services import callbacks, certificates, reminders, steps
from fupin.demo import (
    activities,
    adopting,
    clues,
    doubtful,
    families,
    grids,
    helping,
    home,
    inspecting,
    moneybox,
    pacing,
    posts,
    quotas,
    registers,
    reviewing,
    tasks,
    warned,
    writing,
)
from fupin.demo.cases import Case
from fupin.demo.cast import Casting, County, Village
from fupin.demo.giving import helped_need
from fupin.demo.journeys import SCHEDULED, Plan, World
from fupin.demo.people import ORGANISATIONS, People
from fupin.demo.personas import BY_SLUG, PERSONAS, user_of
from fupin.demo.places import CITIES, HENGNAN, HENGYANG, QIDONG, SCALES, Scale, counties
from fupin.demo.simulation import Journey, Simulation
from fupin.demo.stories import Stories
from fupin.lib.clock import shifted
from fupin.lib.errors import Conflict, InvalidInput
from needs.catalogue import default_rows
from needs.enums import Cause, Evidence, Focus, Status
from needs.models import Household, Need
from needs.services import catalogue, household_records, households, publication
from needs.services.households import HouseholdInput

SEED = 20261122
OPENED_DAYS_AGO, FIRST_NEED_DAYS_AGO = 130, 116
DONORS = 60
DONOR_KINDS = (
    DonorKind.INDIVIDUAL,
    DonorKind.PUBLIC_EMPLOYEE,
    DonorKind.COMPANY,
    "",
    DonorKind.PUBLIC_EMPLOYEE,
)
"""What the donors say about themselves, in turn; one in five says nothing."""
WITHOUT_ACCOUNT = 5
"""Of so many households, one has no account that the township recorded."""
# Where a need stops: weight, and how many days ago it begins.
ENDS: dict[str, tuple[int, float, float]] = {
    Status.PUBLISHED: (70, 5, FIRST_NEED_DAYS_AGO),
    Status.DRAFT: (5, 0.2, 6),
    Status.SUBMITTED: (4, 0.5, 4),
    Status.VERIFIED: (6, 1.5, 5),
    Status.CHECKED: (5, 4, 7),
    SCHEDULED: (2, 4.5, 5),
    Status.RETURNED: (3, 3, 15),
    Status.WITHDRAWN: (3, 12, FIRST_NEED_DAYS_AGO),
    Status.EXPIRED: (2, 70, FIRST_NEED_DAYS_AGO),
}
Say = Callable[[str], None]


def is_seeded() -> bool:
    """Whether the demo's people are here already."""
    return user_of(PERSONAS[0]) is not None


@transaction.atomic
def seed(scale: Scale = SCALES["small"], *, say: Say = lambda line: None) -> Counter[str]:
    """Fill an empty database with the demo; returns how many needs there are by status.

    All or nothing. Raises InvalidInput outside the demo and test modes and without regions, Conflict when the demo
    is there already.
    """
    if not (settings.DEMO or settings.TESTING):
        raise InvalidInput("演示数据只能在 FUPIN_MODE=demo 或 test 时载入。", code="not_demo")
    if is_seeded():
        raise Conflict("演示数据已经在库里。", code="seeded")
    if not Region.objects.filter(pk=QIDONG).exists():
        raise InvalidInput("请先运行 manage.py load_regions 载入行政区划。", code="no_regions")
    catalogue.load_default(default_rows())
    rng = random.Random(SEED)  # noqa: S311
    casting = Casting(People(rng))
    with shifted(timedelta(days=-OPENED_DAYS_AGO)):
        personas = _personas(casting)
        cast = _cast(casting, personas, scale, say)
        donors = _donors(casting)
        _register_all(rng, casting, cast, personas, scale, say)
    _analyze()
    world = World(rng, Simulation(rng), Stories(rng), donors)
    _start_needs(world, cast, scale)
    qidong = next(county for county in cast if county.region.code == QIDONG)
    home.tell(world, qidong, personas["donor"], personas["organisation"])
    world.simulation.start(_sweeps(say), days_ago=OPENED_DAYS_AGO - 1)
    world.simulation.run()
    reviewing.tell(qidong)
    pacing.tell(next(county for county in cast if county.region.code == HENGNAN))
    families.tell(casting, qidong)
    posts.tell(casting, qidong, personas["county"], personas["contractor"])
    grids.tell(casting, qidong, personas)
    activities.tell(rng, qidong)
    adopting.tell(qidong, personas["donor"], personas["organisation"])
    helping.tell(qidong, personas["donor"], personas["organisation"])
    inspecting.tell(rng, qidong, personas["inspector"])
    warned.tell(casting, qidong, personas["department"])
    registers.tell(qidong)
    clues.tell(casting, qidong)
    doubtful.tell(qidong, donors)
    tasks.tell(qidong, personas["village"])
    quotas.tell(qidong, personas["city"])
    moneybox.tell(qidong, donors)
    writing.tell(casting, qidong)
    _sweep()
    return Counter(Need.objects.values_list("status", flat=True))


def _personas(casting: Casting) -> dict[str, User]:
    return {
        persona.slug: casting.person(phone=persona.phone, name=persona.name, nickname=persona.nickname)
        for persona in PERSONAS
    }


def _cast(casting: Casting, personas: dict[str, User], scale: Scale, say: Say) -> list[County]:
    """Every county's officers; the personas hold the posts of 祁东县, 衡南县 and 衡阳市."""
    own: dict[str, User] = {
        persona.role: personas[persona.slug]
        for persona in PERSONAS
        if persona.role and persona.slug != "other-county"
    }
    cast = []
    for city in CITIES:
        region = Region.objects.get(pk=city)
        office = casting.officer(
            Role.CITY_OFFICE, region, None, personas["city"] if city == HENGYANG else None
        )
        for place in counties(city, scale):
            named: dict[str, User] = own if place.code == QIDONG else {}
            if place.code == HENGNAN:
                named = {Role.COUNTY_ADMIN: personas["other-county"]}
            cast.append(casting.county(place, office, scale, named))
            say(f"已安排 {region.name}{place.name} 的工作人员")
    _watchers(casting, personas)
    return cast


def _watchers(casting: Casting, personas: dict[str, User]) -> None:
    """Those who read and inspect: appointed by city and county, the auditor by the system administrator."""
    county, city = Region.objects.get(pk=QIDONG), Region.objects.get(pk=HENGYANG)
    for slug, region, by in (
        ("leader", county, personas["city"]),
        ("inspector", county, personas["city"]),
        ("department", county, personas["county"]),
        ("auditor", city, None),
    ):
        role = BY_SLUG[slug].role
        assert role
        casting.officer(role, region, by, personas[slug])


def _donors(casting: Casting) -> list[User]:
    people = casting.people
    donors = [casting.person(nickname=people.nickname()) for _ in range(DONORS)]
    for number, person in enumerate(donors):
        kind = DONOR_KINDS[number % len(DONOR_KINDS)]
        county = Region.objects.get(pk=QIDONG) if number % 2 else None
        profile.set_donor(actor=person, content=profile.DonorProfile(kind, work_county=county))
    houses = [casting.person(name=name, nickname=name) for name in ORGANISATIONS]
    for person in houses:
        profile.set_donor(actor=person, content=profile.DonorProfile(DonorKind.ORGANISATION))
    return donors + houses


def _register_all(
    rng: random.Random,
    casting: Casting,
    cast: list[County],
    personas: dict[str, User],
    scale: Scale,
    say: Say,
) -> None:
    for county in cast:
        for village in county.villages():
            count = scale.whole_households if village.whole else scale.households
            for number in range(count):
                account = casting.person() if rng.random() < 0.2 or number == 1 else None
                if number == 0 and village.officer == personas["village"]:
                    account = personas["household"]
                village.households.append(_register(rng, casting, village, account))
        say(f"已登记 {county.region.name} 的家庭")


def _register(rng: random.Random, casting: Casting, village: Village, account: User | None) -> Household:
    people = casting.people
    content = HouseholdInput(
        name=account.name if account else people.name(),
        cause=rng.choice(Cause.values),
        members=rng.randint(1, 6),
        phone=people.phone() if rng.random() < 0.7 else "",
        address=f"{rng.randint(1, 14)} 组 {rng.randint(1, 90)} 号",
        situation=rng.choice(
            ("家中有老人需要照料。", "有在校学生。", "主要劳动力外出务工。", "有成员长期服药。")
        ),
        focus=rng.sample(Focus.values, rng.choice((0, 1, 1, 2))),
    )
    evidence = rng.choice((Evidence.SIGNED_PAPER, Evidence.FINGERPRINT, Evidence.RECORDED_CALL))
    home = households.register(
        actor=village.officer, region=village.region, content=content, evidence=evidence, account=account
    )
    if home.pk % WITHOUT_ACCOUNT:
        number = f"62170000{home.pk:08d}"
        household_records.set_bank_account(
            actor=village.town.manager, household=home, number=number, holder=home.name
        )
        home.refresh_from_db()
    return home


def _start_needs(world: World, cast: list[County], scale: Scale) -> None:
    for county in cast:
        for village in county.villages():
            for household in village.households:
                _start_of_household(world, village, household, scale)
        for village in list(county.villages())[:2]:
            for subject in ("village", "cooperative"):
                _start(world, village, world.stories.place_case(subject), village.officer)
        _start(world, next(county.villages()), world.stories.place_case("county"), county.deputies[0])


def _start_of_household(world: World, village: Village, household: Household, scale: Scale) -> None:
    """One need or more, never two of one kind."""
    wanted = scale.whole_needs if village.whole else scale.needs
    author = household.account or village.officer
    kinds: set[str] = set()
    for _ in range(int(wanted) + (world.rng.random() < wanted % 1)):
        case = world.stories.household_case(without=frozenset(kinds))
        kinds.add(case.kind)
        _start(world, village, case, author, household)


def _start(
    world: World, village: Village, case: Case, author: User, household: Household | None = None
) -> None:
    rng = world.rng
    until = rng.choices(list(ENDS), [weight for weight, _, _ in ENDS.values()])[0]
    if until == Status.SUBMITTED and not (household and household.account):
        until = Status.VERIFIED  # an officer's own word is the village's word
    plan = Plan(
        village=village,
        content=world.stories.write(
            case, members=household.members if household else 0, place=village.region.name
        ),
        case=case,
        author=author,
        until=until,
        household=household,
        pictured=rng.random() < 0.5,
    )
    share = (
        rng.choices((0.0, rng.uniform(0.2, 0.8), 1.0), (30, 35, 35))[0] if until == Status.PUBLISHED else 0.0
    )
    _, latest, earliest = ENDS[until]
    world.simulation.start(helped_need(world, plan, share), days_ago=rng.uniform(latest, earliest))


def _sweeps(say: Say) -> Journey:
    """What the worker would have done all along, twice a day."""
    for half_day in itertools.count():
        _sweep()
        if half_day in {20, 60, 120, 180}:
            _analyze()
            say(f"第 {half_day // 2} 天")
        yield timedelta(hours=11)


def _sweep() -> None:
    publication.publish_due(limit=5000)
    reminders.remind_due(limit=5000)
    steps.lapse_due(limit=5000)
    callbacks.draw_due(limit=5000)
    certificates.issue_due(limit=5000)
    while audit.seal():
        pass


def _analyze() -> None:
    """Tell the planner how the tables grow; autovacuum sees nothing of an open transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE " + ", ".join(connection.introspection.django_table_names(only_existing=True))
        )
