"""What donors of the demo do: pledges of every form, kept, late, withdrawn, and with problems that are solved."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from accounts.models import User
from donors.enums import Courier, Delivery, Display, MeetWith, Outcome, PayMethod, Picture
from donors.models import Pledge
from donors.services import cases, parcels, payouts, photos, pledges, service_days, steps, thanks
from donors.services.dispatch import Dispatch
from donors.services.payouts import Terms
from donors.services.pledges import PledgeInput
from donors.services.proofs import Witness
from fupin.demo.journeys import Plan, World, need_journey
from fupin.demo.pictures import picture
from fupin.demo.simulation import Journey
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict
from needs.enums import Form
from needs.models import Need

KEPT, CANCELLED, FORGOTTEN = "kept", "cancelled", "forgotten"
# What was wrong, and whether a piece was missing.
PROBLEMS = (
    ("数量少了一件，其余都好。", True),
    ("外包装破损，有两件受潮。", False),
    ("尺码偏小，正在协商更换。", False),
)
THANKS = (
    "东西收到了，质量很好，谢谢您惦记着我们。",
    "孩子说这个冬天不怕冷了，全家谢谢您。",
    "活干得细，还陪老人说了半天话，真心感谢。",
)
# Numbers as they look on the slips.
NUMBERS = {
    Courier.SF: "SF{:013d}",
    Courier.EMS: "98{:011d}",
    Courier.ZTO: "758{:011d}",
    Courier.YUNDA: "43{:011d}",
}


def helped_need(world: World, plan: Plan, share: float) -> Journey:
    """A need's journey, and once it is public, donors who bring it to about `share` of what it asks."""
    need = yield from need_journey(world, plan)
    if need is None or not share:
        return
    for content in list(_gifts(world, need, share)):
        donor = world.rng.choice(world.donors)
        fate = world.rng.choices((KEPT, CANCELLED, FORGOTTEN), (88, 6, 6))[0]
        world.simulation.start(
            pledge_journey(world, plan, need, donor, content, fate), at=now() + world.days(0.3, 12)
        )


def pledge_journey(
    world: World,
    plan: Plan,
    need: Need,
    donor: User,
    content: dict[str, Any],
    fate: str = KEPT,
    *,
    until: str = "",
) -> Journey:
    """One pledge from the promise to the household's word, or to `until` (a pledge state)."""
    if content["form"] == Form.SERVICE:
        content = {**content, "service_on": today() + timedelta(days=world.rng.randint(2, 6))}
    try:
        made = pledges.pledge(
            actor=donor, need=need, content=PledgeInput(**content), idempotency_key=uuid4().hex
        )
    except Conflict:
        return  # somebody else was quicker
    # What is to stand as paid was promised lately: a long pause would end after the present.
    yield world.hours(2, 12 if until == "paid" else 40)
    if fate == CANCELLED:
        steps.cancel(actor=donor, pledge=made)
    elif fate == KEPT and until != "pledged":
        way = {Form.MONEY: _money, Form.GOODS: _goods, Form.SERVICE: _service}[Form(made.form)]
        yield from way(world, plan, made, until)


def _money(world: World, plan: Plan, pledge: Pledge, until: str) -> Journey:
    steps.pay(actor=pledge.donor, pledge=pledge, bank_note=pledge.reference)
    yield world.hours(16, 60)
    if until == "paid":
        return
    charity = plan.village.town.county.charity
    steps.receive(actor=charity, pledge=pledge)
    yield world.days(2, 8)
    if until == "received":
        return
    _pay_out(plan, charity, pledge)
    yield world.days(1, 4)
    if until != "delivered":
        yield from _confirm(world, plan, pledge, problem=False)


def _pay_out(plan: Plan, charity: User, pledge: Pledge) -> None:
    """To the household's account where the township recorded one, else against a receipt."""
    home = plan.household
    if home and home.bank_account:
        payouts.record(actor=charity, pledges=[pledge], terms=Terms(PayMethod.BANK, today()))
        return
    if home:
        terms = Terms(PayMethod.CASH, today(), signer=home.name, second_signer="周见证")
    else:
        terms = Terms(PayMethod.SUPPLIER, today(), payee=f"{plan.village.region.name}村民委员会")
    payouts.record(actor=charity, pledges=[pledge], terms=terms, photos=[picture("desk", 1)])


def _goods(world: World, plan: Plan, pledge: Pledge, until: str) -> Journey:
    courier = world.rng.choice(list(NUMBERS))
    dispatch = Dispatch(courier=courier, tracking_number=NUMBERS[courier].format(pledge.pk))
    if pledge.delivery == Delivery.IN_PERSON:
        dispatch = Dispatch(
            meet_at=f"{plan.village.region.name}便民服务点",
            meet_on=today() + timedelta(days=2),
            meet_time=time(9, 30),
            meet_with=MeetWith.OFFICER,
        )
    steps.ship(actor=pledge.donor, pledge=pledge, dispatch=dispatch)
    if until == "shipped" and pledge.delivery == Delivery.COURIER:
        parcels.add(
            actor=pledge.donor, pledge=pledge, courier=Courier.YTO, tracking_number=f"YT{pledge.pk:013d}"
        )
    yield world.days(2, 6)
    if until != "shipped":
        stands = until == "problem"
        yield from _confirm(world, plan, pledge, problem=stands or world.rng.random() < 0.1, stands=stands)


def _service(world: World, plan: Plan, pledge: Pledge, until: str) -> Journey:
    by = (plan.household.account if plan.household else None) or plan.village.officer
    service_days.agree(actor=by, pledge=pledge)
    yield world.days(6, 9)
    yield from _confirm(world, plan, pledge, problem=False, until=until)


def _confirm(
    world: World, plan: Plan, pledge: Pledge, *, problem: bool, stands: bool = False, until: str = ""
) -> Journey:
    """The household's word by its own account, or through the village officer; a problem may stand unsolved."""
    if plan.case.subject == "county":
        return  # nobody confirms for a whole county
    own = plan.household.account if plan.household else None
    actor = own or plan.village.officer
    if not problem:
        yield from _complete(world, plan, pledge, actor, until)
        return
    note, missing = PROBLEMS[0] if stands else world.rng.choice(PROBLEMS)
    steps.receive(
        actor=actor,
        pledge=pledge,
        outcome=Outcome.PROBLEM,
        note=note,
        received=_short(pledge) if missing else None,
    )
    yield world.days(1, 3)
    county = plan.village.town.county.admin
    case = pledge.cases.get()
    cases.work(actor=county, case=case, action="answer", note="已联系双方核实，会尽快给答复。")
    yield world.days(3, 20)
    if not stands:
        steps.receive(actor=actor, pledge=pledge, note="已解决", witness=_witness(world))


def _complete(world: World, plan: Plan, pledge: Pledge, actor: User, until: str) -> Journey:
    """A complete receipt, and now and then a word of thanks that the township reads (`until` thanks: still unread)."""
    own = plan.household is not None and actor == plan.household.account
    steps.receive(actor=actor, pledge=pledge, witness=None if own else _witness(world))
    waits = until == "thanks"
    if plan.household and (waits or world.rng.random() < 0.3):
        yield world.hours(3, 30)
        words = thanks.write(actor=actor, pledge=pledge, text=world.rng.choice(THANKS))
        if waits:
            photos.add(actor=actor, pledge=pledge, purpose=Picture.THANKS, jpeg=picture("quilt", pledge.pk))
            return
        yield world.days(0.5, 3)
        thanks.review(actor=plan.village.town.manager, thanks=words, passes=True)


def _witness(world: World) -> Witness | None:
    """Mostly somebody was there; where nobody was, the household is called back."""
    return Witness("周见证", "邻居") if world.rng.random() < 0.9 else None


def _short(pledge: Pledge) -> dict[int, int] | None:
    """One unit of the first item missing, where more than one was sent."""
    row = pledge.items.order_by("id")[0]
    return {row.item_id: row.quantity - 1} if row.quantity > 1 else None


def _gifts(world: World, need: Need, share: float) -> Iterator[dict[str, Any]]:
    """Contents of pledges that together make up `share` of the need."""
    rng = world.rng
    if Form.MONEY in need.forms:
        whole = round(need.progress.target_fen * share / 10_000) * 10_000
        for fen in _parts(world, whole):
            yield {"form": Form.MONEY, "amount_fen": fen, "display": _display(world)}
    for item in need.items.all() if Form.GOODS in need.forms else ():
        quantity = max(1, round(item.quantity * share))
        way = rng.choices((Delivery.COURIER, Delivery.IN_PERSON), (3, 1))[0]
        yield {
            "form": Form.GOODS,
            "items": {item.pk: quantity},
            "delivery": way,
            "display": _display(world),
        }
    if Form.SERVICE in need.forms:
        for _ in range(rng.randint(1, 2)):
            yield {"form": Form.SERVICE, "hours": rng.randint(2, 8), "display": _display(world)}


def _parts(world: World, whole: int) -> Iterator[int]:
    """Split fen into a few gifts of full hundreds of yuan where possible."""
    left = whole
    for _ in range(world.rng.randint(0, 3)):
        part = world.rng.choice((100_00, 200_00, 300_00, 500_00))
        if left - part >= 100_00:
            left -= part
            yield part
    if left:
        yield left


def _display(world: World) -> str:
    return world.rng.choices((Display.NAMED, Display.NICKNAME, Display.ANONYMOUS), (5, 3, 2))[0]
