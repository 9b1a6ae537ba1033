"""One line of a bank statement: held while it is decided about, its matches appended, its sum and state kept."""

from django.conf import settings

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit
from donors.enums import LineReason, LineState, Purpose
from donors.models import Payout, Pledge, StatementLine, StatementMatch
from fupin.lib.errors import Conflict
from fupin.lib.money import yuan_display


def leave(
    line: StatementLine, reason: LineReason, pledge: Pledge | None = None, payout: Payout | None = None
) -> bool:
    """Put a new line into the queue of a person; False where another worker was faster."""
    new = StatementLine.objects.filter(pk=line.pk, state=LineState.NEW)
    return bool(new.update(state=LineState.OPEN, reason=reason, pledge=pledge, payout=payout))


def hold(actor: User, line: StatementLine, *, nothing_left: bool = False) -> StatementLine:
    """The line, locked. Raises NotAllowed, Conflict (`settled`) where nothing is left unless `nothing_left`."""
    lines = StatementLine.objects.select_related("account")
    if "line" not in settings.TEST_SKIP_GUARDS:
        lines = lines.select_for_update(no_key=True, of=("self",))
    line = lines.get(pk=line.pk)
    ensure(actor, Verb.RECONCILE, line.account.region_id)
    if not line.open_fen and not nothing_left:
        raise Conflict("这一行刚刚已经处理完了。", code="settled")
    return line


def write(
    line: StatementLine,
    actor: User,
    purpose: Purpose,
    fen: int,
    *,
    pledge: Pledge | None = None,
    payout: Payout | None = None,
    undoes: StatementMatch | None = None,
    automatic: bool = False,
    note: str = "",
) -> StatementLine:
    """Append the match, and keep the line's sum and state with it."""
    StatementMatch.objects.create(
        line=line,
        actor=actor,
        purpose=purpose,
        pledge=pledge,
        payout=payout,
        amount_fen=fen,
        undoes=undoes,
        automatic=automatic,
        note=note[:200],
    )
    line.settled_fen += fen
    line.state = LineState.OPEN if line.open_fen else LineState.SETTLED
    line.save(update_fields=["settled_fen", "state"])
    audit.record(
        actor=actor,
        action="statement.undo" if undoes else "statement.match",
        obj=line,
        region_code=line.account.region_id,
        changes={
            "purpose": purpose.value,
            "amount": yuan_display(fen),
            "pledge": pledge.pk if pledge else None,
            "payout": payout.pk if payout else None,
        },
        reason=note,
    )
    return line
