"""Adoptions of the demo: one on its way, one that waits for the township, one for the household's word."""

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

from django.db.models import QuerySet

from accounts.models import User
from donors.models import Adoption
from donors.services import adoptions, instalments, steps
from donors.services.adoptions import AdoptionInput
from fupin.demo.cast import County, Village
from fupin.demo.home import case_about
from fupin.demo.journeys import Plan, World, need_journey
from fupin.demo.simulation import Simulation
from fupin.demo.stories import Stories
from fupin.lib.clock import now, shifted, today
from needs.enums import Form, Status
from needs.models import Household, Need

INSTALMENT_FEN = 100_00
SINCE_DAYS = 20


def tell(county: County, donor: User, organisation: User) -> None:
    """Pair the persona donor with a student of the county, and leave two offers to its officers and persona family."""
    home = county.towns[0].villages[0].households[0]
    _wish(county.towns[0].villages[0])
    begun = now() - timedelta(days=SINCE_DAYS + 1)
    found = [(village, need) for village in county.villages() for need in _fit(village, without=home)]
    older = [(village, need) for village, need in found if need.published_at and need.published_at < begun]
    for village, need in older[:1]:
        _running(county, village, need, donor)
    for _, need in [pair for pair in found if pair not in older[:1]][:1]:
        _ask(need, organisation, "我们单位想陪孩子读完这一年。")
    for need in _open_needs(Need.objects.filter(household=home)):
        offer = _ask(need, organisation, "想按月帮一点住宿费。")
        adoptions.take(actor=county.towns[0].manager, adoption=offer, action="approve")
        break


def _wish(village: Village) -> None:
    """A neighbour's public wish for a pairing, so that the persona township always has one to decide on."""
    rng = random.Random(village.region.code)  # noqa: S311
    world = World(rng, Simulation(rng), Stories(rng), ())
    case, household = case_about("祖孙俩盼结对"), village.households[1]
    plan = Plan(
        village=village,
        content=world.stories.write(case, members=household.members),
        case=case,
        author=household.account or village.officer,
        until=Status.PUBLISHED,
        household=household,
    )
    world.simulation.start(need_journey(world, plan), days_ago=9)
    world.simulation.run()


def _running(county: County, village: Village, need: Need, donor: User) -> None:
    """Agreed to some weeks ago; its first instalment reached the charity."""
    with _days_ago(SINCE_DAYS):
        made = _ask(need, donor, "孩子，好好读书。")
    with _days_ago(SINCE_DAYS - 1):
        adoptions.take(actor=village.town.manager, adoption=made, action="approve")
    with _days_ago(SINCE_DAYS - 2):
        adoptions.take(actor=village.officer, adoption=made, action="agree", evidence="signed_paper")
        instalments.make_due()
        pledge = made.instalments.get(number=1).pledge
        if pledge:
            steps.receive(actor=county.charity, pledge=steps.pay(actor=donor, pledge=pledge))


def _ask(need: Need, donor: User, words: str) -> Adoption:
    offer = AdoptionInput(
        rhythm="month", months=6, amount_fen=INSTALMENT_FEN, first_on=today(), display="nickname", words=words
    )
    return adoptions.ask(actor=donor, need=need, content=offer)


def _fit(village: Village, *, without: Household) -> Iterator[Need]:
    """Needs of this village that may be adopted."""
    return _open_needs(Need.objects.filter(region=village.region).exclude(household=without))


def _open_needs(needs: QuerySet[Need]) -> Iterator[Need]:
    wanted = needs.filter(
        kind__in=adoptions.KINDS,
        status=Status.PUBLISHED,
        forms__contains=[Form.MONEY],
        household__isnull=False,
        progress__target_fen__gte=6 * INSTALMENT_FEN,
    )
    related = wanted.select_related("household__account", "region", "progress").order_by("id")
    return (need for need in related[:20] if need.progress.open_fen >= 6 * INSTALMENT_FEN)


def _days_ago(days: int) -> AbstractContextManager[None]:
    return shifted(timedelta(days=-days))
