"""The persona village: one household with three needs, its neighbours at every gate, two donors with gifts underway."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from fupin.demo.cases import Case
from fupin.demo.cast import County, Village
from fupin.demo.giving import CANCELLED, FORGOTTEN, KEPT, pledge_journey
from fupin.demo.household_cases import HOUSEHOLD
from fupin.demo.journeys import Plan, World, need_journey
from fupin.demo.simulation import Journey
from needs.enums import Form, Status
from needs.models import Household, Need


@dataclass(frozen=True, slots=True)
class Gift:
    """What a persona gives: `part` of the need (percent), so many days ago, and where it stands now."""

    donor: User
    days_ago: float
    part: int = 20
    fate: str = KEPT
    until: str = ""


def tell(world: World, county: County, donor: User, organisation: User) -> None:
    """Start the journeys of the persona village; its first household belongs to the household persona."""
    village = county.towns[0].villages[0]
    own, neighbour, third, fourth = village.households[:4]
    tell_one = _Teller(world, village)
    tell_one.need("住宿费", own, Status.PUBLISHED, 30, [
        Gift(donor, 20), Gift(organisation, 16, 30, until="delivered"), Gift(donor, 2.2, 10, until="paid"),
    ])  # fmt: skip
    tell_one.need("装一间带扶手", own, Status.RETURNED, 9)
    tell_one.need("复查的路费", own, Status.DRAFT, 1)
    tell_one.need("棉衣棉鞋", neighbour, Status.PUBLISHED, 34, [
        Gift(donor, 6, 40, until="shipped"), Gift(organisation, 24, 50), Gift(organisation, 12, 10, FORGOTTEN),
    ])  # fmt: skip
    tell_one.need("理发、打扫", third, Status.PUBLISHED, 28, [
        Gift(organisation, 20, until="thanks"), Gift(donor, 1, until="pledged"),
    ])  # fmt: skip
    tell_one.need("米面油", third, Status.PUBLISHED, 40, [
        Gift(donor, 14, 50, until="problem"), Gift(donor, 20, 20, CANCELLED), Gift(organisation, 30, 40),
    ])  # fmt: skip
    tell_one.need("漏雨", fourth, Status.PUBLISHED, 45, [
        Gift(donor, 35, 100), Gift(organisation, 33, 10, FORGOTTEN),
    ])  # fmt: skip
    tell_one.need("轮椅", neighbour, Status.SUBMITTED, 2)
    tell_one.need("书桌", neighbour, Status.VERIFIED, 4)
    tell_one.need("被褥该换了", fourth, Status.VERIFIED, 3)
    tell_one.need("电动三轮车", fourth, Status.CHECKED, 7)
    tell_one.need("教我们卖", third, Status.CHECKED, 8)


@dataclass(frozen=True, slots=True)
class _Teller:
    world: World
    village: Village

    def need(
        self, about: str, household: Household, until: str, days_ago: float, gifts: list[Gift] | None = None
    ) -> None:
        """Start the journey of the need whose title or body speaks `about` this, with the personas' gifts."""
        case = case_about(about)
        plan = Plan(
            village=self.village,
            content=self.world.stories.write(case, members=household.members),
            case=case,
            author=household.account or self.village.officer,
            until=until,
            household=household,
            pictured=until != Status.DRAFT,
        )
        self.world.simulation.start(_with_gifts(self.world, plan, gifts or []), days_ago=days_ago)


def _with_gifts(world: World, plan: Plan, gifts: list[Gift]) -> Journey:
    need = yield from need_journey(world, plan)
    for gift in gifts if need else ():
        journey = pledge_journey(
            world, plan, need, gift.donor, _content(need, gift), gift.fate, until=gift.until
        )
        world.simulation.start(journey, days_ago=gift.days_ago)


def _content(need: Need, gift: Gift) -> dict[str, Any]:
    if Form.MONEY in need.forms:
        fen = need.progress.target_fen * gift.part // 100
        return {"form": Form.MONEY, "amount_fen": max(100_00, fen // 100_00 * 100_00), "display": "named"}
    if Form.GOODS in need.forms:
        items = {
            item.pk: max(1, item.quantity * gift.part // 100)
            for item in need.items.all()[: 1 + gift.part // 40]
        }
        return {"form": Form.GOODS, "items": items, "delivery": "courier", "display": "nickname"}
    return {"form": Form.SERVICE, "hours": 4, "display": "named"}


def case_about(text: str) -> Case:
    """The case whose titles speak of this."""
    return next(case for case in HOUSEHOLD if text in case.titles[0] + case.titles[1])
