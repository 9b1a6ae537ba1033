"""A county where help lags: some needs found nobody, so the next wait their turn by its rule (REQUIREMENTS 60)."""

import random
from datetime import timedelta

from fupin.demo.cast import County, Village
from fupin.demo.household_cases import HOUSEHOLD
from fupin.demo.journeys import Plan, World, need_journey
from fupin.demo.simulation import Simulation
from fupin.demo.stories import Stories
from fupin.lib.clock import shifted, today
from needs.enums import Focus, Kind, Status
from needs.models import Household
from needs.services.pace import PaceInput, set_pace

SEED = 20261124
FOUND_NOBODY, FOUND_DAYS_AGO = 5, 32
QUEUED, RULE_DAYS_AGO = 5, 6


def tell(county: County) -> None:
    """Needs that found nobody, then the rule, then what villages and township bring and the county's queue takes."""
    rng = random.Random(SEED)  # noqa: S311
    world = World(rng, Simulation(rng), Stories(rng), ())
    homes = [(village, home) for village in county.villages() for home in village.households]
    for village, home in homes[-FOUND_NOBODY:]:
        world.simulation.start(need_journey(world, _plan(world, village, home)), days_ago=FOUND_DAYS_AGO)
    with shifted(timedelta(days=-RULE_DAYS_AGO)):
        set_rule(county, percent=30, after_days=14, per_day=1)
    routine = [(village, home) for village, home in homes if Focus.DISASTER not in home.focus]
    for village, home in routine[:QUEUED]:
        world.simulation.start(need_journey(world, _plan(world, village, home)), days_ago=RULE_DAYS_AGO - 1)
    world.simulation.run()


def _plan(world: World, village: Village, home: Household) -> Plan:
    """A need that the village's officer writes and the county approves."""
    case = world.rng.choice([case for case in HOUSEHOLD if case.kind != Kind.MEDICAL])
    content = world.stories.write(case, members=home.members, place=village.region.name)
    return Plan(village, content, case, village.officer, Status.PUBLISHED, household=home)


def set_rule(county: County, *, percent: int, after_days: int, per_day: int) -> None:
    """From today on routine needs wait while more than `percent` found nobody within `after_days`."""
    set_pace(
        actor=county.admin,
        county=county.region,
        content=PaceInput(
            valid_from=today(),
            percent=percent,
            after_days=after_days,
            per_day=per_day,
            clause="县求助对接工作例会纪要（演示）",
            exempt=[Kind.MEDICAL],
        ),
    )
