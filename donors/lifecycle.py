"""A pledge's lifecycle as a table (DESIGN 6): money, goods and service each have their own rows."""

from dataclasses import dataclass

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from donors.enums import Delivery, Outcome, PledgeStatus
from donors.models import Pledge
from fupin.lib.errors import Conflict, NotAllowed, StaleState
from needs.enums import Form

DONOR, CHARITY, RECIPIENT, SYSTEM = "donor", "charity", "recipient", "system"
ANY = tuple(Form)
PARCEL_ACTIONS = ("add_parcel", "correct", "arrive")


@dataclass(frozen=True, slots=True)
class Step:
    """One row: `by` is the donor, the charity of the pledge's account, the recipient side (the household, or an
    officer who verifies there; for a place's own need also one who checks there) or the platform."""

    action: str
    forms: tuple[Form, ...]
    source: PledgeStatus
    target: PledgeStatus
    by: str
    label: str


LIFECYCLE: tuple[Step, ...] = (
    Step("pay", (Form.MONEY,), PledgeStatus.PLEDGED, PledgeStatus.PAID, DONOR, "我已转账"),
    # Money may arrive before the donor says so.
    Step("receive", (Form.MONEY,), PledgeStatus.PLEDGED, PledgeStatus.RECEIVED, CHARITY, "确认到账"),
    Step("receive", (Form.MONEY,), PledgeStatus.PAID, PledgeStatus.RECEIVED, CHARITY, "确认到账"),
    # Paid wins over lapsed while the need has room; the service asks the counters.
    Step("receive", (Form.MONEY,), PledgeStatus.LAPSED, PledgeStatus.RECEIVED, CHARITY, "确认到账（逾期）"),
    Step("undo", (Form.MONEY,), PledgeStatus.RECEIVED, PledgeStatus.PLEDGED, CHARITY, "撤销到账登记"),
    Step("refund", (Form.MONEY,), PledgeStatus.RECEIVED, PledgeStatus.REFUNDED, CHARITY, "退款"),
    Step("pay_out", (Form.MONEY,), PledgeStatus.RECEIVED, PledgeStatus.DELIVERED, CHARITY, "登记拨付"),
    Step(
        "come_back", (Form.MONEY,), PledgeStatus.DELIVERED, PledgeStatus.RECEIVED, CHARITY, "拨付被银行退回"
    ),
    # The household holding the money is proof of the payout.
    Step("receive", (Form.MONEY,), PledgeStatus.RECEIVED, PledgeStatus.CONFIRMED, RECIPIENT, "确认收到善款"),
    Step("receive", (Form.MONEY,), PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED, RECIPIENT, "确认收到善款"),
    Step("ship", (Form.GOODS,), PledgeStatus.PLEDGED, PledgeStatus.SHIPPED, DONOR, "填写寄送或见面安排"),
    Step("add_parcel", (Form.GOODS,), PledgeStatus.SHIPPED, PledgeStatus.SHIPPED, DONOR, "登记又一个包裹"),
    Step("correct", (Form.GOODS,), PledgeStatus.SHIPPED, PledgeStatus.SHIPPED, DONOR, "更正快递单号"),
    Step("arrive", (Form.GOODS,), PledgeStatus.SHIPPED, PledgeStatus.SHIPPED, RECIPIENT, "包裹到了村服务点"),
    Step("receive", (Form.GOODS,), PledgeStatus.SHIPPED, PledgeStatus.CONFIRMED, RECIPIENT, "确认收到物资"),
    Step("receive", (Form.SERVICE,), PledgeStatus.PLEDGED, PledgeStatus.CONFIRMED, RECIPIENT, "确认服务完成"),
    # At the door the household's code speaks, whoever enters it.
    Step("handover", (Form.GOODS,), PledgeStatus.SHIPPED, PledgeStatus.CONFIRMED, DONOR, "用确认码当面交付"),
    Step(
        "handover", (Form.SERVICE,), PledgeStatus.PLEDGED, PledgeStatus.CONFIRMED, DONOR, "用确认码确认服务"
    ),
    Step("propose", (Form.SERVICE,), PledgeStatus.PLEDGED, PledgeStatus.PLEDGED, DONOR, "换一个日期"),
    Step("propose", (Form.SERVICE,), PledgeStatus.PLEDGED, PledgeStatus.PLEDGED, RECIPIENT, "换一个日期"),
    Step("agree", (Form.SERVICE,), PledgeStatus.PLEDGED, PledgeStatus.PLEDGED, DONOR, "同意这个日期"),
    Step("agree", (Form.SERVICE,), PledgeStatus.PLEDGED, PledgeStatus.PLEDGED, RECIPIENT, "同意这个日期"),
    # Received with problems: once the problem is solved the recipient says so.
    Step("receive", ANY, PledgeStatus.CONFIRMED, PledgeStatus.CONFIRMED, RECIPIENT, "问题已解决"),
    Step("prolong", (Form.MONEY, Form.GOODS), PledgeStatus.PLEDGED, PledgeStatus.PLEDGED, DONOR, "延长一次"),
    Step("cancel", ANY, PledgeStatus.PLEDGED, PledgeStatus.CANCELLED, DONOR, "取消认领"),
    Step("lapse", ANY, PledgeStatus.PLEDGED, PledgeStatus.LAPSED, SYSTEM, "超时失效"),
    # Only while the need is taken down.
    Step("free", ANY, PledgeStatus.PLEDGED, PledgeStatus.CANCELLED, SYSTEM, "求助撤下，认领解除"),
)

WHILE_PUBLIC = ("pay", "ship", "pay_out")
"""The steps that wait while the need is taken down: nobody sends more, nothing is handed on."""


def may(actor: User, pledge: Pledge, by: str) -> bool:
    """True where the actor stands on this side of the pledge; nobody stands on two sides."""
    if by == DONOR:
        return pledge.donor_id == actor.pk
    if actor.same_person(pledge.donor):
        return False
    if by == CHARITY:
        account = pledge.charity_account
        return account is not None and grants(actor).allow(Verb.RECONCILE, account.region_id)
    if by == RECIPIENT:
        household = pledge.need.household
        own = household is not None and household.account_id == actor.pk
        held, place = grants(actor), pledge.need.region_id
        # A county's own need lies above the villages: there the county's checkers receive.
        return own or held.allow(Verb.VERIFY, place) or (household is None and held.allow(Verb.CHECK, place))
    return False


def steps_for(actor: User, pledge: Pledge) -> list[Step]:
    """The steps this person may take now; the buttons of the page."""
    return [row for row in _rows(pledge) if may(actor, pledge, row.by)]


def step(actor: User | None, pledge: Pledge, action: str) -> Step:
    """The row for this action now; `actor=None` is the platform. Raises StaleState, NotAllowed or Conflict."""
    rows = [row for row in _rows(pledge) if row.action == action]
    if not rows:
        sides = {row.by for row in LIFECYCLE if row.action == action}
        if actor and not any(may(actor, pledge, side) for side in sides):
            raise NotAllowed("您没有办理这一步的权限。")
        if pledge.need.taken_down_at and action in WHILE_PUBLIC:
            raise Conflict("这条求助已撤下，正在重新核实，现在不能转账、寄送或拨付。", code="taken_down")
        label = PledgeStatus(pledge.status).label
        raise StaleState(f"这笔帮助现在是“{label}”，不能再做这一步。", extra={"status": pledge.status})
    if actor is None:
        return rows[0]
    for row in rows:
        if may(actor, pledge, row.by):
            return row
    if actor.same_person(pledge.donor):
        raise Conflict("自己的捐赠要由受助方或慈善会确认。")
    raise NotAllowed("您没有办理这一步的权限。")


def _rows(pledge: Pledge) -> list[Step]:
    return [
        row
        for row in LIFECYCLE
        if row.source == pledge.status
        and pledge.form in row.forms
        and _applies(row, pledge)
        and _fits_need(row, pledge)
    ]


def _fits_need(row: Step, pledge: Pledge) -> bool:
    if pledge.need.taken_down_at:
        return row.action not in WHILE_PUBLIC
    return row.action != "free"


def _applies(row: Step, pledge: Pledge) -> bool:
    """What state and form do not say: by courier, whose turn about the day it is, once only, a problem stands."""
    if row.action in PARCEL_ACTIONS:
        return pledge.delivery == Delivery.COURIER
    if row.action == "agree":
        return pledge.date_agreed_at is None and row.by != pledge.date_by
    if row.action == "prolong":
        return pledge.prolonged_at is None
    return row.source != PledgeStatus.CONFIRMED or pledge.outcome == Outcome.PROBLEM
