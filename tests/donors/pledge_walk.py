"""The states of a pledge, each reached by the services, and what the table says of every action and role there.

One set of people and a pledge of each form; the services themselves lead to each state, and each try is undone by its
savepoint, so that the whole walk stays fast.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from donors import lifecycle
from donors.enums import PledgeStatus
from donors.models import DeliveryCode, Pledge, PledgeStep
from donors.services import matching, money, parcels, pledges, service_days, steps
from donors.services.pledges import PledgeInput
from donors.services.steps import Dispatch
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, FupinError, NotAllowed, StaleState
from needs.enums import Form
from needs.models import Need
from needs.services import review
from tests import factories

REASON = "打错了一笔，退还给您"
SENT, PARCEL = ({"courier": "sf", "tracking_number": f"SF00000000{number}"} for number in (7777, 9999))
SERVICES: dict[str, Callable[..., Pledge]] = {
    "pay": steps.pay,
    "ship": lambda **who: steps.ship(**who, dispatch=Dispatch(**SENT)),
    "add_parcel": lambda **who: parcels.add(**who, **PARCEL),
    "correct": lambda **who: parcels.correct(**who, number=1, **PARCEL),
    "arrive": lambda **who: parcels.arrive(**who, number=1),
    "receive": steps.receive,
    "undo": lambda **who: matching.take_back(**who, reason=REASON),
    "refund": lambda **who: money.refund(**who, reason=REASON),
    "handover": steps.handover,
    "propose": lambda **who: service_days.propose(**who, date=today() + timedelta(days=3)),
    "agree": service_days.agree,
    "prolong": steps.prolong,
    "pay_out": steps.pay_out,
    "come_back": lambda **who: money.come_back(**who, note=REASON),
    "cancel": steps.cancel,
}
# What the pages of payouts do, not the pledge's own (`donors.services.payouts`).
WITH_PAYOUTS = {"pay_out", "come_back"}
# Where each role of the walk stands; the table speaks of sides, this of people.
SIDES: dict[str, str] = {
    "donor": lifecycle.DONOR,
    "charity": lifecycle.CHARITY,
    "household": lifecycle.RECIPIENT,
    "village": lifecycle.RECIPIENT,
    "township": lifecycle.RECIPIENT,
    "county": "",
    "leader": "",
    "another donor": "",
    "other village": "",
    "other county": "",
    "other charity": "",
}


@dataclass
class World:
    """The people of the walk and their pledges, by form."""

    people: dict[str, User]
    pledges: dict[str, Pledge]

    def fresh(self, role: str) -> User:
        """As a new request would see the person: no remembered grants."""
        return User.objects.get(pk=self.people[role].pk)

    def do(self, pledge: Pledge, role: str, action: str, **given: Any) -> None:
        SERVICES[action](actor=self.fresh(role), pledge=pledge, **given)


@dataclass(frozen=True)
class Place:
    """One state to stand in: how the services lead there, and which rows of the table do not apply in it."""

    form: Form
    status: PledgeStatus
    way: Callable[[World, Pledge], None]
    without: frozenset[tuple[str, str]] = frozenset()
    taken_down: bool = False


def walked(*stages: tuple[str, str], **given: Any) -> Callable[[World, Pledge], None]:
    """Roles and actions one after the other; `given` goes with the last."""

    def way(world: World, pledge: Pledge) -> None:
        for number, (role, action) in enumerate(stages, start=1):
            world.do(pledge, role, action, **(given if number == len(stages) else {}))

    return way


def lapsed(world: World, pledge: Pledge) -> None:
    Pledge.objects.filter(pk=pledge.pk).update(expires_at=now() - timedelta(minutes=1))
    assert steps.lapse_due() == 1


def recalled(world: World, pledge: Pledge) -> None:
    review.recall(actor=world.fresh("county"), need=pledge.need, reason="unclear", comment="请重新核对情况")


def met(world: World, pledge: Pledge) -> None:
    Pledge.objects.filter(pk=pledge.pk).update(delivery="in_person")
    meeting = Dispatch(meet_at="村委会", meet_on=today())
    steps.ship(actor=world.fresh("donor"), pledge=pledge, dispatch=meeting)


PAID = (("donor", "pay"),)
RECEIVED = (*PAID, ("charity", "receive"))
DELIVERED = (*RECEIVED, ("charity", "pay_out"))
TROUBLE = {"outcome": "problem", "note": "少了一样东西"}
ENOUGH = frozenset({("receive", lifecycle.RECIPIENT)})
BY_COURIER = frozenset((action, side) for action in lifecycle.PARCEL_ACTIONS for side in SIDES.values())
DONOR_AGREES, RECIPIENT_AGREES = ("agree", lifecycle.DONOR), ("agree", lifecycle.RECIPIENT)
AGREED = frozenset({DONOR_AGREES, RECIPIENT_AGREES})
PLACES = {
    "money pledged": Place(Form.MONEY, PledgeStatus.PLEDGED, walked()),
    "money paid": Place(Form.MONEY, PledgeStatus.PAID, walked(*PAID)),
    "money received": Place(Form.MONEY, PledgeStatus.RECEIVED, walked(*RECEIVED)),
    "money delivered": Place(Form.MONEY, PledgeStatus.DELIVERED, walked(*DELIVERED)),
    "money confirmed": Place(
        Form.MONEY, PledgeStatus.CONFIRMED, walked(*DELIVERED, ("household", "receive")), ENOUGH
    ),
    "money in trouble": Place(
        Form.MONEY, PledgeStatus.CONFIRMED, walked(*DELIVERED, ("household", "receive"), **TROUBLE)
    ),
    "money lapsed": Place(Form.MONEY, PledgeStatus.LAPSED, lapsed),
    "money cancelled": Place(Form.MONEY, PledgeStatus.CANCELLED, walked(("donor", "cancel"))),
    "money refunded": Place(Form.MONEY, PledgeStatus.REFUNDED, walked(*RECEIVED, ("charity", "refund"))),
    "money for a need taken down": Place(Form.MONEY, PledgeStatus.PLEDGED, recalled, taken_down=True),
    "goods pledged": Place(Form.GOODS, PledgeStatus.PLEDGED, walked()),
    "goods shipped": Place(Form.GOODS, PledgeStatus.SHIPPED, walked(("donor", "ship"))),
    "goods handed over": Place(Form.GOODS, PledgeStatus.SHIPPED, met, BY_COURIER),
    "goods confirmed": Place(
        Form.GOODS, PledgeStatus.CONFIRMED, walked(("donor", "ship"), ("household", "receive")), ENOUGH
    ),
    "goods in trouble": Place(
        Form.GOODS, PledgeStatus.CONFIRMED, walked(("donor", "ship"), ("household", "receive"), **TROUBLE)
    ),
    "goods lapsed": Place(Form.GOODS, PledgeStatus.LAPSED, lapsed),
    "goods cancelled": Place(Form.GOODS, PledgeStatus.CANCELLED, walked(("donor", "cancel"))),
    "goods for a need taken down": Place(Form.GOODS, PledgeStatus.PLEDGED, recalled, taken_down=True),
    "a day offered": Place(Form.SERVICE, PledgeStatus.PLEDGED, walked(), frozenset({DONOR_AGREES})),
    "another day asked for": Place(
        Form.SERVICE, PledgeStatus.PLEDGED, walked(("household", "propose")), frozenset({RECIPIENT_AGREES})
    ),
    "a day agreed": Place(Form.SERVICE, PledgeStatus.PLEDGED, walked(("household", "agree")), AGREED),
    "service confirmed": Place(
        Form.SERVICE, PledgeStatus.CONFIRMED, walked(("household", "receive")), ENOUGH
    ),
    "service in trouble": Place(
        Form.SERVICE, PledgeStatus.CONFIRMED, walked(("household", "receive"), **TROUBLE)
    ),
    "service lapsed": Place(Form.SERVICE, PledgeStatus.LAPSED, lapsed),
    "service cancelled": Place(Form.SERVICE, PledgeStatus.CANCELLED, walked(("donor", "cancel"))),
}


def make() -> World:
    """A pledge of each form, with everybody who could touch it."""
    here, donor, owner = factories.staff(), factories.user("李爱心"), factories.user("王测试")
    there = factories.staff(factories.VILLAGE_OTHER, factories.TOWN_OTHER, factories.HENGNAN)
    factories.charity_account()
    people = {
        "donor": donor,
        "charity": here.charity,
        "household": owner,
        "village": here.village,
        "township": here.township,
        "county": here.county,
        "leader": factories.officer(Role.LEADER, factories.QIDONG),
        "another donor": factories.user("赵爱心"),
        "other village": there.village,
        "other county": there.county,
        "other charity": there.charity,
    }
    home = factories.household(here.village, account=owner)
    asked = {"title": "老人陪诊", "kind": "volunteer", "forms": ["service"], "target_fen": 0}
    needs: list[Need] = [
        factories.published_need(here, home),
        factories.published_need(here, home, items=factories.goods_content().items, kind="care"),
        factories.published_need(here, home, **asked),
    ]
    service = PledgeInput(form="service", hours=4, service_on=today())
    made = {
        Form.MONEY: factories.money_pledge(donor, needs[0]),
        Form.GOODS: factories.goods_pledge(donor, needs[1]),
        Form.SERVICE: pledges.pledge(actor=donor, need=needs[2], content=service, idempotency_key="walk"),
    }
    return World(people, made)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is as if it had not."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@contextmanager
def standing(world: World, place: Place) -> Iterator[Pledge]:
    """The form's pledge in this state, led there by the services."""
    with undone():
        pledge = world.pledges[place.form]
        place.way(world, Pledge.objects.get(pk=pledge.pk))
        pledge = Pledge.objects.select_related("need__household", "donor", "charity_account").get(
            pk=pledge.pk
        )
        assert pledge.status == place.status
        yield pledge


def rows(place: Place, action: str) -> list[lifecycle.Step]:
    """The table's rows for this action here and now."""
    if place.taken_down and action in {"pay", "ship", "pay_out"}:
        return []
    return [
        row
        for row in lifecycle.LIFECYCLE
        if (row.action, row.source) == (action, place.status)
        and place.form in row.forms
        and (row.action, row.by) not in place.without
    ]


def side(role: str, place: Place) -> str:
    """On which side of this pledge the role stands; a charity has none where no money passes through it."""
    return "" if role == "charity" and place.form != Form.MONEY else SIDES[role]


def expected(role: str, action: str, place: Place) -> type[FupinError] | str:
    """The target state, or the refusal: somebody who could never do it 403, who can but not now 409."""
    here = rows(place, action)
    for row in here:
        if row.by == side(role, place):
            return row.target.value
    ever = side(role, place) in {row.by for row in lifecycle.LIFECYCLE if row.action == action}
    if here:  # others may: the donor hears that the other side has to say it
        return Conflict if role == "donor" else NotAllowed
    if place.taken_down and action in {"pay", "ship", "pay_out"} and ever:
        return Conflict
    return StaleState if ever else NotAllowed


def told(pledge: Pledge, person: User) -> None:
    """The household's code, sent, and said to this person."""
    soon = now() + timedelta(minutes=5)
    DeliveryCode.objects.create(
        pledge=pledge, code_hash="-", asked_by=person, expires_at=soon, proved_by=person
    )


def attempt(world: World, role: str, action: str, pledge: Pledge) -> tuple[type[FupinError] | str, str, int]:
    """What became of it, the words of a refusal, and how many steps were written; all of it undone."""
    before, person = PledgeStep.objects.count(), world.fresh(role)
    with undone():
        if action == "handover":
            told(pledge, person)
        try:
            done: type[FupinError] | str = SERVICES[action](actor=person, pledge=pledge).status
            words = ""
        except FupinError as error:
            done, words = type(error), error.message
        return done, words, PledgeStep.objects.count() - before
