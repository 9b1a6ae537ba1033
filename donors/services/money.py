"""Money at the charity: received by the bank's word, taken back as a mistake, refunded (DESIGN 7)."""

from django.db import transaction

from accounts.models import User
from donors import lifecycle
from donors.enums import LAPSES_AFTER, Book
from donors.lifecycle import Step
from donors.models import Pledge
from donors.payout_queries import is_bound
from donors.services import certificates, ledger
from donors.services.moves import locked, move
from donors.services.pledges import MIN_FEN
from donors.services.takings import take_in
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.money import yuan_display
from needs.enums import Form
from needs.services import progress


def receive(*, actor: User, pledge: Pledge, fen: int, note: str = "") -> Pledge:
    """The charity's account holds `fen` of this promise; what was promised beyond it is open to others again.

    A lapsed promise is taken up again while the need has room. Raises Conflict where it has none, and for less than
    1 yuan or more than was promised; and what `lifecycle.step` raises.
    """
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "receive")
        if not MIN_FEN <= fen <= pledge.amount_fen:
            text = f"这笔认领只能确认 1 元到 {yuan_display(pledge.amount_fen)} 元。"
            raise Conflict(text, code="amount")
        return move(pledge, step, actor=actor, note=take_in(pledge, step, fen, note))


def undo_receipt(*, actor: User, pledge: Pledge, reason: str) -> Pledge:
    """The money was taken for this promise by mistake: it is a promise again, for 3 more days."""
    ensure_reason(reason)
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "undo")
        _ensure_unbound(pledge)
        ledger.append(pledge, Book.HELD, Book.PROMISED)
        progress.add_received(pledge.need_id, -pledge.amount_fen)
        pledge.expires_at = now() + LAPSES_AFTER[Form.MONEY]
        return _without_certificate(actor, pledge, step, reason)


def refund(*, actor: User, pledge: Pledge, reason: str) -> Pledge:
    """The charity gives the money back before it was paid out; the need is open for it again (THREATS M-16).

    Raises InvalidInput without a reason, StaleState once the money was paid out.
    """
    ensure_reason(reason)
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "refund")
        _ensure_unbound(pledge)
        ledger.append(pledge, Book.HELD, Book.REFUNDED)
        pledge.closed_at = now()
        pledge = _without_certificate(actor, pledge, step, reason)
        progress.add_received(pledge.need_id, -pledge.amount_fen)
        progress.release(pledge.need_id, fen=pledge.amount_fen)
        return pledge


def come_back(*, actor: User, pledge: Pledge, note: str) -> Pledge:
    """The recipient's bank gave the money back: the charity holds it again. `payouts.drop` keeps the record with it."""
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "come_back")
        ledger.append(pledge, Book.DELIVERED, Book.HELD)
        progress.add_delivered(pledge.need_id, fen=-pledge.amount_fen)
        return move(pledge, step, actor=actor, note=note)


def ensure_payable(actor: User, pledge: Pledge) -> None:
    """Raise what `lifecycle.step` raises unless this person may pay this money on now."""
    lifecycle.step(actor, pledge, "pay_out")


def _ensure_unbound(pledge: Pledge) -> None:
    if is_bound(pledge):
        raise Conflict("这笔善款在付款清单里。请先在清单上登记“没有付成”。", code="bound")


def ensure_reason(reason: str) -> None:
    """Raise InvalidInput for a reason of fewer than 4 characters."""
    if len(reason.strip()) < 4:
        raise InvalidInput(fields={"reason": ["请写明原因，至少 4 个字；爱心人士会看到。"]})


def _without_certificate(actor: User, pledge: Pledge, step: Step, reason: str) -> Pledge:
    pledge.certificate_due = False
    pledge = move(pledge, step, actor=actor, note=reason.strip())
    for certificate in pledge.certificates.filter(revoked_at=None):
        certificates.take_back(actor=actor, certificate=certificate, reason=f"{step.label}：{reason.strip()}")
    return pledge
