"""What happens to one invented need, and to one pledge, told step by step through the real services."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from accounts.models import Region, User
from fupin.demo.cases import Case
from fupin.demo.cast import Village
from fupin.demo.pictures import picture
from fupin.demo.simulation import Journey, Simulation
from fupin.demo.stories import Stories
from fupin.lib.clock import now
from needs.details import reviewed_at_county
from needs.enums import Reason, Status
from needs.models import Household, Need, NeedProgress
from needs.services import drafts, review
from needs.services.drafts import NeedInput

SCHEDULED = "scheduled"
"""Where a journey may end, besides the states of a need: approved for a later day."""

RETURNS = (
    (Reason.UNCLEAR, "请写清楚用途和数量，附上学校或医院的说明。"),
    (Reason.INCOMPLETE, "缺少家庭收入的说明，请补充后重新提交。"),
    (Reason.COVERED, "这部分已有政策补助，请核对后只写差额。"),
)
CHECKED = ("已电话核对，情况属实。", "已入户查看，与所写一致。", "与村里核对过，同意上报。")
VERIFIED = ("上门看过，情况属实。", "邻里走访一致。", "本户情况属实，建议帮扶。")


@dataclass
class World:
    """What every journey shares."""

    rng: random.Random
    simulation: Simulation
    stories: Stories
    donors: Sequence[User]

    def hours(self, least: float, most: float) -> timedelta:
        return timedelta(hours=self.rng.uniform(least, most))

    def days(self, least: float, most: float) -> timedelta:
        return self.hours(least * 24, most * 24)


@dataclass(frozen=True, slots=True)
class Plan:
    """One need to be: whose, what it says, who writes it, and where it stops (`until`)."""

    village: Village
    content: NeedInput
    case: Case
    author: User
    until: str
    household: Household | None = None
    pictured: bool = False


def need_journey(world: World, plan: Plan) -> Journey:
    """From the draft to wherever the plan stops; returns the need, or None when it never was published."""
    need = drafts.create_draft(
        actor=plan.author,
        content=plan.content,
        household=plan.household,
        region=None if plan.household else _place(plan),
    )
    if plan.pictured:
        drafts.add_photo(
            actor=plan.author, need=need, jpeg=picture(plan.case.picture, world.rng.randrange(8))
        )
    yield world.hours(0.5, 4)
    if plan.until == Status.DRAFT:
        return None
    if not (yield from _through_the_gates(world, plan, need)):
        return None
    if plan.until == Status.WITHDRAWN:
        yield world.days(1, 4)
        review.withdraw(actor=plan.author, need=need, comment="困难已经自己解决，谢谢大家。")
        return None
    if plan.until == Status.EXPIRED:
        yield world.days(40, 50)
        _expire(need)
        return None
    return need


def _place(plan: Plan) -> Region:
    county = plan.village.town.county
    return county.region if plan.case.subject == "county" else plan.village.region


def _through_the_gates(world: World, plan: Plan, need: Need) -> Journey:
    """Village, township, county; True once the need is public."""
    town = plan.village.town
    review.submit(actor=plan.author, need=need, comment="" if not need.on_behalf else "入户采集")
    yield world.hours(5, 30)
    if plan.until == Status.SUBMITTED:
        return False
    if not need.on_behalf:
        review.verify(actor=plan.village.officer, need=need, comment=world.rng.choice(VERIFIED))
        yield world.hours(5, 40)
    if plan.until == Status.VERIFIED:
        return False
    if plan.until == Status.RETURNED:
        reason, comment = world.rng.choice(RETURNS)
        review.send_back(actor=_checker(plan), need=need, reason=reason, comment=comment)
        return False
    review.check(actor=_checker(plan), need=need, comment=world.rng.choice(CHECKED))
    yield world.hours(5, 40)
    if plan.until == Status.CHECKED:
        return False
    photos = list(need.photos.values_list("pk", flat=True))
    later = now() + timedelta(days=6) if plan.until == SCHEDULED else None
    review.approve(actor=town.county.admin, need=need, comment="同意发布", publish_at=later, photos=photos)
    return later is None


def _checker(plan: Plan) -> User:
    """A colleague checks at the county what is the whole county's or its station's; the township all others."""
    at_county = plan.case.subject == "county" or reviewed_at_county(plan.case.subject, plan.case.kind)
    return plan.village.town.county.deputies[1] if at_county else plan.village.town.manager


@transaction.atomic
def _expire(need: Need) -> None:
    NeedProgress.objects.filter(need=need).update(is_open=False)
    need = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if need.status == Status.PUBLISHED:
        need.closed_at = now()
        review.move_by_system(need, "expire")
