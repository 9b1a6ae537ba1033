"""What a charity's account took in, in the ledger and on the need; the caller holds their locks."""

from donors.enums import Book, PledgeStatus
from donors.lifecycle import Step
from donors.models import Pledge
from donors.services import ledger
from fupin.lib.money import yuan_display
from needs.services import progress


def take_in(pledge: Pledge, step: Step, fen: int, note: str) -> str:
    """Book `fen` of the promise as held; what was promised beyond it is open to others again.

    The pledge is changed, not saved. Returns the note with what was short. Raises Conflict where a lapsed promise
    finds no room any more.
    """
    rest = pledge.amount_fen - fen
    if step.source == PledgeStatus.LAPSED:
        _take_up(pledge, fen)
    elif rest:
        ledger.append(pledge, Book.PROMISED, Book.OPEN, fen=rest)
        progress.release(pledge.need_id, fen=rest, helpers=0)
    if rest:
        note = f"{note} 认领 {yuan_display(pledge.amount_fen)} 元，实到 {yuan_display(fen)} 元".strip()
        pledge.amount_fen = fen
    ledger.append(pledge, Book.PROMISED, Book.HELD)
    progress.add_received(pledge.need_id, fen)
    pledge.certificate_due = True
    return note


def _take_up(pledge: Pledge, fen: int) -> None:
    """Hold a lapsed promise again: paid wins over lapsed, while there is room (THREATS M-18)."""
    progress.reserve_money(pledge.need_id, fen)
    ledger.append(pledge, Book.OPEN, Book.PROMISED, fen=fen)
    pledge.closed_at = None
    progress.match_if_full(pledge.need_id)
