"""Outgoing lines of a statement and the payouts they prove: by number alone, or said by a person.

Lock order: the needs' progress rows, the pledges, the payout, then the line; as `payouts.locked` takes them.
"""

from django.db import transaction

from accounts.models import User
from donors.enums import Direction, LineReason, PayoutState, Purpose
from donors.models import Payout, StatementLine
from donors.payout_queries import named_by
from donors.services import payouts
from donors.services.statement_lines import hold, leave, write
from fupin.lib.errors import Conflict, FupinError
from fupin.lib.money import yuan_display


def prove(*, actor: User, line: StatementLine, payout: Payout, automatic: bool = False) -> StatementLine:
    """This line paid that payout; one that still stood as planned is paid by it.

    Raises Conflict for another account, a payout that is proven already, or less money than it holds; StaleState for
    a dropped one; and what the steps of its gifts raise.
    """
    with transaction.atomic():
        payout = payouts.locked(payout, actor, PayoutState.PLANNED, PayoutState.PAID)
        line = hold(actor, line)
        if payout.account_id != line.account_id or line.direction != Direction.OUT:
            raise Conflict("这一行不是这个账户的支出，对不上这笔拨付。")
        if is_proven(payout):
            raise Conflict("这笔拨付已经有流水对上了，不能再对一次。", code="counted")
        if line.open_fen < payout.amount_fen:
            text = f"这笔拨付是 {yuan_display(payout.amount_fen)} 元，比流水上的多。请核对；付错了的先登记“没有付成”。"
            raise Conflict(text, code="amount")
        payouts.pay_by_line(actor=actor, payout=payout, paid_on=line.booked_on)
        return write(line, actor, Purpose.PAYOUT, payout.amount_fen, payout=payout, automatic=automatic)


def examine(line: StatementLine) -> bool:
    """Match a new outgoing line to the payouts its memo names, one or a batch booked in one sum; True where it named
    any, matched or left to a person with the reason."""
    found = [payout for payout in named_by(line.references) if payout.account_id == line.account_id]
    if not found:
        return False
    waiting = [payout for payout in found if not is_proven(payout)]
    reason = _doubt(line, waiting)
    if reason is None:
        try:
            with transaction.atomic():
                payouts.lock_needs(waiting)
                for payout in waiting:
                    line = prove(actor=line.statement.actor, line=line, payout=payout, automatic=True)
            return True
        except FupinError:
            reason = LineReason.REFUSED
    leave(line, reason, payout=found[0] if len(found) == 1 else None)
    return True


def is_proven(payout: Payout) -> bool:
    """Whether a line that was not undone stands for this payout already."""
    return payout.matches.filter(undoes=None, undone_by=None).exists()


def _doubt(line: StatementLine, waiting: list[Payout]) -> LineReason | None:
    if not waiting:
        return LineReason.COUNTED
    total = sum(payout.amount_fen for payout in waiting)
    return None if total == line.amount_fen else LineReason.AMOUNT
