"""What each line of a bank statement was for: found by its reference, or said by a person; undone by new rows.

Lock order: the need's progress row, the pledge, then the line (DESIGN 3).
"""

from django.db import transaction

from accounts.models import User
from donors.enums import Direction, LineReason, LineState, PledgeStatus, Purpose, StatementState
from donors.models import Pledge, Statement, StatementLine, StatementMatch
from donors.services import money, payout_matching
from donors.services.statement_lines import hold, leave, write
from donors.statements import references
from fupin.lib.errors import Conflict, FupinError, InvalidInput
from fupin.lib.money import yuan_display
from needs.services import progress

ARRIVED = (PledgeStatus.RECEIVED, PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED)
AWAITED = (PledgeStatus.PLEDGED, PledgeStatus.PAID, PledgeStatus.LAPSED)
SETTLING = (Purpose.OTHER, Purpose.RETURNED, Purpose.OWN)


def match_due(*, limit: int = 2000) -> int:
    """Look at lines nobody looked at yet; returns how many. May run twice, in parallel, or after a crash."""
    new = StatementLine.objects.filter(state=LineState.NEW).order_by("id")
    done = 0
    for line in list(new.select_related("statement__actor", "account")[:limit]):
        try:
            done += _examine(line)
        except FupinError:
            done += leave(line, LineReason.REFUSED)
    for statement in Statement.objects.filter(state=StatementState.RUNNING):
        if not statement.lines.filter(state=LineState.NEW).exists():
            Statement.objects.filter(pk=statement.pk).update(state=StatementState.DONE)
    return done


def accept(*, actor: User, line: StatementLine, pledge: Pledge, automatic: bool = False) -> StatementLine:
    """These fen are that promise's: less than promised is received as it is, what is over stays open on the line.

    Where the charity had confirmed the money by hand, the line now proves it. Raises Conflict for a line with nothing
    left or a promise that is proven already; and what `lifecycle.step` raises.
    """
    with transaction.atomic():
        progress.lock(pledge.need_id)
        pledge = Pledge.objects.select_for_update(no_key=True, of=("self",)).get(pk=pledge.pk)
        line = hold(actor, line)
        if line.direction == Direction.OUT:
            return _prove_refund(actor, line, pledge, automatic)
        if pledge.charity_account_id != line.account_id:
            raise Conflict("这笔认领的善款不进这个账户。")
        if pledge.status in ARRIVED:
            fen = _proof_of(line, pledge)
        else:
            fen = min(line.open_fen, pledge.amount_fen)
            money.receive(actor=actor, pledge=pledge, fen=fen, note=f"{line.booked_on:%Y-%m-%d} 银行流水")
        return write(line, actor, Purpose.PLEDGE, fen, pledge=pledge, automatic=automatic)


def settle(*, actor: User, line: StatementLine, purpose: str, note: str) -> StatementLine:
    """What is left on the line belongs to no promise. Raises InvalidInput without a purpose or a word on it."""
    errors = {}
    if purpose not in SETTLING:
        errors["purpose"] = ["请选择这笔钱的用途。"]
    if len(note.strip()) < 4:
        errors["note"] = ["请写明依据，至少 4 个字。"]
    if errors:
        raise InvalidInput(fields=errors)
    with transaction.atomic():
        line = hold(actor, line)
        return write(line, actor, Purpose(purpose), line.open_fen, note=note.strip()[:200])


def undo(*, actor: User, match: StatementMatch, reason: str) -> StatementLine:
    """Take a wrong match back by a row with the opposite sign; a promise it had received is a promise again.

    Raises Conflict where it is undone already, StaleState once the money was paid out.
    """
    money.ensure_reason(reason)
    with transaction.atomic():
        pledge = match.pledge
        if pledge:
            progress.lock(pledge.need_id)
            pledge = Pledge.objects.select_for_update(no_key=True, of=("self",)).get(pk=pledge.pk)
        line = hold(actor, match.line, nothing_left=True)
        if match.undoes_id or StatementMatch.objects.filter(undoes=match).exists():
            raise Conflict("这一条已经撤销过了。")
        if pledge and match.purpose == Purpose.PLEDGE:
            money.undo_receipt(actor=actor, pledge=pledge, reason=reason)
        purpose = Purpose(match.purpose)
        return write(
            line,
            actor,
            purpose,
            -match.amount_fen,
            pledge=pledge,
            payout=match.payout,
            undoes=match,
            note=reason.strip(),
        )


def take_back(*, actor: User, pledge: Pledge, reason: str) -> Pledge:
    """Undo the receipt of this promise, and with it the line that proved it, where there is one."""
    match = pledge.matches.filter(purpose=Purpose.PLEDGE, undoes=None, undone_by=None).first()
    if match is None:
        return money.undo_receipt(actor=actor, pledge=pledge, reason=reason)
    undo(actor=actor, match=match, reason=reason)
    pledge.refresh_from_db()
    return pledge


def _examine(line: StatementLine) -> bool:
    """Match one new line where its reference and amount leave no doubt; else say why not."""
    if line.direction == Direction.OUT and payout_matching.examine(line):
        return True
    actor = line.statement.actor
    found = references.named_by(line.references)
    if len(found) > 1 and _is_one_transfer(line, found):
        return _accept_all(line, found)
    reason = _doubt(line, found)
    if reason:
        return leave(line, reason, found[0] if len(found) == 1 else None)
    try:
        accept(actor=actor, line=line, pledge=found[0], automatic=True)
    except Conflict as error:
        reason = LineReason.FULL if error.code == "not_enough_open" else LineReason.REFUSED
        return leave(line, reason, found[0])
    return True


def _is_one_transfer(line: StatementLine, found: list[Pledge]) -> bool:
    """Whether one donor paid several promises at once (清单): all awaited here, coming to exactly this amount."""
    awaited = all(
        pledge.charity_account_id == line.account_id and pledge.status in AWAITED for pledge in found
    )
    one_donor = len({pledge.donor_id for pledge in found}) == 1
    exact = sum(pledge.amount_fen for pledge in found) == line.amount_fen
    return awaited and one_donor and exact and line.direction == Direction.IN


def _accept_all(line: StatementLine, found: list[Pledge]) -> bool:
    """All of them or none; their needs are locked first, in order, as everybody locks them."""
    try:
        with transaction.atomic():
            for need in sorted({pledge.need_id for pledge in found}):
                progress.lock(need)
            for pledge in found:
                accept(actor=line.statement.actor, line=line, pledge=pledge, automatic=True)
    except Conflict:
        return leave(line, LineReason.SEVERAL)
    return True


def _doubt(line: StatementLine, found: list[Pledge]) -> LineReason | None:
    if not found:
        return LineReason.NO_REFERENCE
    if len(found) > 1:
        return LineReason.SEVERAL
    pledge = found[0]
    if pledge.charity_account_id != line.account_id:
        return LineReason.ELSEWHERE
    if line.direction == Direction.OUT:
        refunded = pledge.status == PledgeStatus.REFUNDED and pledge.amount_fen == line.amount_fen
        return None if refunded and not _proven(pledge, Purpose.REFUND) else LineReason.AMOUNT
    if pledge.status not in (*ARRIVED, *AWAITED):
        return LineReason.ENDED
    if pledge.status in ARRIVED and _proven(pledge, Purpose.PLEDGE):
        return LineReason.COUNTED
    return None if pledge.amount_fen == line.amount_fen else LineReason.AMOUNT


def _proven(pledge: Pledge, purpose: Purpose) -> bool:
    """Whether a line that was not undone stands for this promise already."""
    return pledge.matches.filter(purpose=purpose, undoes=None, undone_by=None).exists()


def _proof_of(line: StatementLine, pledge: Pledge) -> int:
    if _proven(pledge, Purpose.PLEDGE):
        raise Conflict("这笔认领已经有流水对上了，不能再对一次。")
    if line.open_fen < pledge.amount_fen:
        text = f"这笔认领登记到账 {yuan_display(pledge.amount_fen)} 元，比流水上的多。请先撤销到账登记，再对这一行。"
        raise Conflict(text)
    return pledge.amount_fen


def _prove_refund(actor: User, line: StatementLine, pledge: Pledge, automatic: bool) -> StatementLine:
    refunded = pledge.status == PledgeStatus.REFUNDED and pledge.charity_account_id == line.account_id
    if not refunded or pledge.amount_fen > line.open_fen or _proven(pledge, Purpose.REFUND):
        raise Conflict("这笔支出对不上这笔退款：要先登记退款，金额也要一致。")
    return write(line, actor, Purpose.REFUND, pledge.amount_fen, pledge=pledge, automatic=automatic)
