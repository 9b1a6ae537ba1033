"""The dated steps of a pledge after it is made: pay, ship, receive, pay out, cancel, lapse, prolong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from accounts.models import User
from donors import lifecycle
from donors.enums import ENDED_UNMET, LAPSES_AFTER, Book, CaseReason, Delivery, Outcome, PledgeStatus, Proof
from donors.models import Pledge
from donors.services import cases, codes, ledger, proofs, service_days
from donors.services.dispatch import Dispatch, new_parcel
from donors.services.moves import label_of, locked, move
from donors.services.proofs import Witness
from donors.services.shortfall import release_missing
from donors.services.takings import take_in
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from needs.enums import Form, Status
from needs.models import Need
from needs.services import progress
from needs.services.review import move_by_system


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the recipient side says: how it arrived, in words, counted by item id, and the hours that were served."""

    outcome: str
    note: str = ""
    received: Mapping[int, int] = field(default_factory=dict)
    hours: int | None = None


def pay(*, actor: User, pledge: Pledge, bank_note: str = "") -> Pledge:
    """The donor says the transfer is made; the charity's statement has the last word."""
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "pay")
        pledge.bank_note = bank_note[:60]
        return move(pledge, step, actor=actor)


def ship(*, actor: User, pledge: Pledge, dispatch: Dispatch) -> Pledge:
    """Goods are on their way, or a meeting is set. Raises InvalidInput, Conflict for a parcel number used before."""
    dispatch.check()
    try:
        with transaction.atomic():
            pledge, step = locked(pledge, actor, "ship")
            if dispatch.courier:
                new_parcel(pledge, 1, dispatch.courier, dispatch.tracking_number)
            pledge.meet_at, pledge.meet_on = dispatch.meet_at, dispatch.meet_on
            pledge.meet_time, pledge.meet_with = dispatch.meet_time, dispatch.meet_with
            pledge.delivery = Delivery.COURIER if dispatch.courier else Delivery.IN_PERSON
            return move(pledge, step, actor=actor)
    except IntegrityError as error:
        raise Conflict("这个快递单号已经登记过，请核对。", code="parcel_used") from error


def receive(
    *,
    actor: User,
    pledge: Pledge,
    outcome: str = Outcome.COMPLETE,
    note: str = "",
    received: Mapping[int, int] | None = None,
    hours: int | None = None,
    witness: Witness | None = None,
) -> Pledge:
    """The charity has the money; or the household (an officer for it) has the goods, the service or the money.

    With problems it needs a note, and counts only once the recipient says that the problem is solved. `received` are
    whole units by item id; what is missing opens to other donors at once. `hours` of service may differ from those
    offered. An officer brings a `witness`, or a code proved before (`codes.prove`); see `proofs.settle`.
    """
    if outcome not in Outcome.values:
        raise InvalidInput(fields={"outcome": ["请选择完好收到或有问题。"]})
    if outcome == Outcome.PROBLEM and len(note.strip()) < 4:
        raise InvalidInput(fields={"note": ["请写明有什么问题，至少 4 个字。"]})
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "receive")
        if step.by == lifecycle.CHARITY:
            return _receive_money(pledge, step, actor, note)
        if outcome == Outcome.COMPLETE:
            proofs.settle(pledge, actor, witness)
        receipt = Receipt(outcome, note.strip()[:500], received or {}, hours)
        return _confirm(pledge, step, actor, receipt)


def handover(*, actor: User, pledge: Pledge, hours: int | None = None) -> Pledge:
    """The donor at the door enters the household's code, proved before; complete receipt. Raises InvalidInput."""
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "handover")
        if not codes.take(actor=actor, pledge=pledge):
            raise InvalidInput(codes.WRONG, fields={"code": [codes.WRONG]})
        pledge.proof = Proof.CODE
        return _confirm(pledge, step, actor, Receipt(Outcome.COMPLETE, hours=hours))


def prolong(*, actor: User, pledge: Pledge) -> Pledge:
    """Keep the promise for its time once more; once."""
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "prolong")
        pledge.expires_at += LAPSES_AFTER[Form(pledge.form)]
        pledge.prolonged_at, pledge.reminded_at = now(), None
        return move(pledge, step, actor=actor)


def pay_out(*, actor: User, pledge: Pledge, note: str = "") -> Pledge:
    """The charity has paid the money on; the record of it is a `Payout` (`payouts`), which calls this."""
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "pay_out")
        _book_delivery(pledge)
        return move(pledge, step, actor=actor, note=note)


def cancel(*, actor: User, pledge: Pledge) -> Pledge:
    """The donor steps back before paying or sending; what was held is free again."""
    return _free(pledge, actor=actor, action="cancel")


def free(*, pledge: Pledge) -> Pledge:
    """End a promise whose need was taken down; what was held is free. Raises StaleState where it is not."""
    return _free(pledge, actor=None, action="free")


def lapse_due(*, limit: int = 500) -> int:
    """End the pledges whose time is over; returns how many."""
    due = Pledge.objects.filter(status=PledgeStatus.PLEDGED, expires_at__lte=now()).order_by("expires_at")
    lapsed = 0
    for pledge in list(due[:limit]):
        try:
            _free(pledge, actor=None, action="lapse")
            lapsed += 1
        except Conflict:
            continue  # paid or cancelled in the meantime
    return lapsed


def _receive_money(pledge: Pledge, step: lifecycle.Step, actor: User, note: str) -> Pledge:
    note = take_in(pledge, step, pledge.amount_fen, note)
    return move(pledge, step, actor=actor, note=note)


def _confirm(pledge: Pledge, step: lifecycle.Step, actor: User, receipt: Receipt) -> Pledge:
    if step.source == PledgeStatus.CONFIRMED and receipt.outcome == Outcome.PROBLEM:
        raise Conflict("问题已经登记，县级管理员正在处理。")
    release_missing(pledge, receipt.outcome, receipt.received)
    if receipt.outcome == Outcome.COMPLETE:
        _book_delivery(pledge)
        if pledge.form == Form.SERVICE:
            service_days.book(pledge, receipt.hours)
        # Money earned its certificate on arrival; a worker may not have issued it yet.
        pledge.certificate_due = pledge.certificate_due or pledge.form != Form.MONEY
    pledge.outcome, pledge.outcome_note = receipt.outcome, receipt.note
    pledge.closed_at = now()
    pledge = move(pledge, step, actor=actor, note=receipt.note)
    if receipt.outcome == Outcome.PROBLEM:
        cases.open_case(
            pledge, CaseReason.PROBLEM, actor=actor, label=label_of(actor, step), note=receipt.note
        )
    elif step.source == PledgeStatus.CONFIRMED:
        cases.close_solved(pledge, actor=actor, label=label_of(actor, step))
    _fulfil_if_done(pledge.need_id)
    return pledge


def _book_delivery(pledge: Pledge) -> None:
    """Count what reached the recipient, in the ledger and on the need; once, whichever step says so first.

    Money that came back from the recipient's bank has not reached it.
    """
    there = pledge.transfers.filter(target=Book.DELIVERED).count()
    if there > pledge.transfers.filter(source=Book.DELIVERED).count():
        return
    if pledge.form == Form.MONEY:
        ledger.append(pledge, Book.HELD, Book.DELIVERED)
        progress.add_delivered(pledge.need_id, fen=pledge.amount_fen)
    elif pledge.form == Form.GOODS:
        quantities = ledger.quantities_of(pledge)
        ledger.append(pledge, Book.PROMISED, Book.DELIVERED, quantities)
        progress.add_delivered(pledge.need_id, quantities=quantities)


def _free(pledge: Pledge, *, actor: User | None, action: str) -> Pledge:
    with transaction.atomic():
        pledge, step = locked(pledge, actor, action)
        quantities = ledger.quantities_of(pledge)
        if pledge.form != Form.SERVICE:
            ledger.append(pledge, Book.PROMISED, Book.OPEN, quantities)
        pledge.closed_at = now()
        pledge = move(pledge, step, actor=actor)
        progress.release(pledge.need_id, fen=pledge.amount_fen, quantities=quantities)
    return pledge


def _fulfil_if_done(need_id: int) -> None:
    """A matched need is fulfilled once every living pledge arrived without a problem standing."""
    living = Pledge.objects.filter(need=need_id).exclude(status__in=ENDED_UNMET)
    if living.exclude(status=PledgeStatus.CONFIRMED, outcome=Outcome.COMPLETE).exists():
        return
    need = (
        Need.objects.select_for_update(no_key=True, of=("self",)).select_related("household").get(pk=need_id)
    )
    if need.status == Status.MATCHED:
        need.closed_at = now()
        move_by_system(need, "fulfil")
