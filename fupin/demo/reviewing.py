"""What the gates of the demo show besides the ordinary: a second round with its changes, and a campaign to come."""

import random
from dataclasses import replace
from datetime import timedelta

from fupin.demo.cast import County, Village
from fupin.demo.household_cases import HOUSEHOLD
from fupin.demo.journeys import Plan, World, need_journey
from fupin.demo.simulation import Journey, Simulation
from fupin.demo.stories import Stories
from fupin.lib.clock import now, shifted
from needs.enums import Reason, Status
from needs.models import Household, Need
from needs.services import campaigns, drafts, review
from needs.services.campaigns import CampaignInput

SEED = 20261123
IN_CAMPAIGN = 3


def tell(county: County) -> None:
    """Add what the persona village's township and county find waiting, after everything else has happened."""
    rng = random.Random(SEED)  # noqa: S311
    world = World(rng, Simulation(rng), Stories(rng), ())
    village = county.towns[0].villages[0]
    third, fourth = village.households[2:4]
    world.simulation.start(second_round(world, _plan(world, village, fourth, "滴灌")), days_ago=6)
    world.simulation.start(need_journey(world, _plan(world, village, third, "差饲料钱")), days_ago=11)
    world.simulation.run()
    campaign(county)


def _plan(world: World, village: Village, household: Household, about: str) -> Plan:
    """An officer's need for this household that stops at the township."""
    case = next(case for case in HOUSEHOLD if about in "".join(case.titles))
    return Plan(
        village=village,
        content=world.stories.write(case, members=household.members),
        case=case,
        author=village.officer,
        until=Status.VERIFIED,
        household=household,
    )


def second_round(world: World, plan: Plan) -> Journey:
    """A need that the township returned and its author mended: it waits for the check with what was changed."""
    town, asked = plan.village.town, plan.content
    need = drafts.create_draft(actor=plan.author, content=asked, household=plan.household)
    yield world.hours(1, 3)
    review.submit(actor=plan.author, need=need, comment="入户采集")
    yield world.hours(10, 20)
    words = "金额高于镇上的一般价格，请核对后写明用途。"
    review.send_back(actor=town.manager, need=need, reason=Reason.TOO_MUCH, comment=words)
    yield world.hours(20, 30)
    mended = replace(
        asked,
        target_fen=asked.target_fen * 7 // 1000 * 100,
        story=f"{asked.story}金额按镇上两家店的报价核对过。",
    )
    drafts.edit_draft(actor=plan.author, need=need, content=mended)
    review.submit(actor=plan.author, need=need, comment="已按意见核对")


def campaign(county: County) -> None:
    """A campaign of this county next week, with a few needs approved into it."""
    content = CampaignInput(
        name="岁末集中发布",
        intro="入冬前后，各村把急需帮助的家庭集中报上来，一起公开。",
        release_at=(now() + timedelta(days=7)).replace(minute=0, second=0, microsecond=0),
        closes_at=(now() + timedelta(days=40)).replace(minute=0, second=0, microsecond=0),
    )
    with shifted(timedelta(days=-2)):
        made = campaigns.create(actor=county.admin, region=county.region, content=content)
    home = county.towns[0].villages[0].region
    ready = Need.objects.filter(
        status=Status.CHECKED, publish_at=None, county=county.region.code // 10**6
    ).exclude(region=home)
    for need in ready.order_by("id")[:IN_CAMPAIGN]:
        review.approve(actor=county.admin, need=need, comment="同意，集中发布", campaign=made)
