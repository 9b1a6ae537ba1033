"""Contesting a line of the subsidy statement, the county's answer, and its correction in a later month (B15)."""

from collections import defaultdict
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit, messages
from fupin.lib.clock import day_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.money import yuan
from grid.models import ClosedMonth, SubsidyLine, SubsidyObjection
from grid.quota_enums import LineKind

LEAST_WORDS = 4
CONTEST_DAYS = 60
"""So long after the closing a line may be contested."""


def contest_until(line: SubsidyLine) -> date:
    """The last day on which the line may be contested."""
    return day_of(line.closed.closed_at) + timedelta(days=CONTEST_DAYS)


def contest(*, actor: User, line: SubsidyLine, text: str) -> SubsidyObjection:
    """The officer says what is wrong with a line of their own statement; once a line.

    Raises NotAllowed for somebody else's line, InvalidInput for too few words, Conflict after the last day or
    where it was contested before.
    """
    if line.appointment.user_id != actor.pk:
        raise NotAllowed("只能对自己的补贴提出异议。")
    if len(text.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"text": [f"请写明哪里不对，至少 {LEAST_WORDS} 个字。"]})
    if today() > contest_until(line):
        raise Conflict(f"提出异议的期限是结账后 {CONTEST_DAYS} 天，已经过了。")
    with transaction.atomic():
        made, fresh = SubsidyObjection.objects.get_or_create(
            line=line, defaults={"text": text.strip()[:300], "made_by": actor, "made_at": now()}
        )
        if not fresh:
            raise Conflict("这一项已经提出过异议。")
        audit.record(
            actor=actor, action="subsidy.contest", obj=made, region_code=line.appointment.region_id,
            reason=made.text,
        )  # fmt: skip
        return made


def answer(
    *, actor: User, objection: SubsidyObjection, text: str, correction_fen: int = 0
) -> SubsidyObjection:
    """The county answers in words; a correction (fen, negative takes back) goes into the next month it closes.

    Raises NotAllowed, InvalidInput for too few words or a correction beyond the rate, Conflict on one's own
    line, StaleState where it was answered.
    """
    line = objection.line
    if len(text.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"text": [f"请写明答复，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        locked = SubsidyObjection.objects.select_for_update(no_key=True).get(pk=objection.pk)
        ensure(actor, Verb.APPROVE, line.closed.region_id)
        if actor.same_person(line.appointment.user):
            raise Conflict("自己的补贴要由别的同志答复。")
        if locked.answered_at:
            raise StaleState("这条异议已经答复。")
        _ensure_within(line, correction_fen)
        locked.answer, locked.answered_by, locked.answered_at = text.strip()[:300], actor, now()
        locked.correction_fen = correction_fen
        locked.save(update_fields=["answer", "answered_by", "answered_at", "correction_fen"])
        changes = {"fen": correction_fen}
        audit.record(
            actor=actor, action="subsidy.answer", obj=locked, region_code=line.appointment.region_id,
            changes=changes, reason=locked.answer,
        )  # fmt: skip
        tell = f"您对{line.month:%Y-%m}补贴的异议已答复：{locked.answer}"
        messages.notify(
            user=line.appointment.user,
            text=tell,
            dedup_key=f"subsidy:{locked.pk}",
            link=f"/office/subsidies/{line.pk}/",
        )
        return locked


def paid_for(line: SubsidyLine) -> int:
    """Fen that all statements together pay for the line's post, rate and month, answered corrections included."""
    same = SubsidyLine.objects.filter(appointment=line.appointment_id, rate=line.rate_id, month=line.month)
    waiting = SubsidyObjection.objects.filter(line__in=same, booked_in=None)
    paid: int = same.aggregate(sum=Sum("fen"))["sum"] or 0
    return paid + (waiting.aggregate(sum=Sum("correction_fen"))["sum"] or 0)


def _ensure_within(line: SubsidyLine, correction_fen: int) -> None:
    after = paid_for(line) + correction_fen
    if not 0 <= after <= line.rate.fen:
        text = f"更正后这个月一共 {yuan(after)} 元，应在 0 到标准 {yuan(line.rate.fen)} 元之间。"
        raise InvalidInput(fields={"amount": [text]})


def corrections(closed: ClosedMonth) -> list[SubsidyLine]:
    """The lines, not saved yet, of answered objections that wait for a month; they are booked in this one.

    Call it inside the transaction that closes the month.
    """
    waiting = (
        SubsidyObjection.objects.select_for_update(no_key=True, of=("self",))
        .filter(line__closed__region=closed.region_id, line__closed__month__lt=closed.month, booked_in=None)
        .exclude(correction_fen=0)
        .select_related("line")
        .order_by("pk")
    )
    found: dict[tuple[int, int, date], list[SubsidyObjection]] = defaultdict(list)
    for row in waiting:
        found[row.line.appointment_id, row.line.rate_id, row.line.month].append(row)
    SubsidyObjection.objects.filter(pk__in=[row.pk for rows in found.values() for row in rows]).update(
        booked_in=closed
    )
    return [_correction(closed, rows) for rows in found.values()]


def _correction(closed: ClosedMonth, rows: list[SubsidyObjection]) -> SubsidyLine:
    line = rows[0].line
    return SubsidyLine(
        closed=closed,
        appointment_id=line.appointment_id,
        rate_id=line.rate_id,
        kind=LineKind.CORRECTION,
        month=line.month,
        days=line.days,
        asked=line.asked,
        done=line.done,
        base=line.base,
        fen=sum(row.correction_fen for row in rows),
    )
