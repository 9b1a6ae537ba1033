"""Cases about deliveries: opened by a problem or a call-back, worked by the county, told to the donor at each step."""

from django.db import transaction

from accounts.models import User
from accounts.services import audit, messages
from donors.cases import CaseMove, case_move
from donors.enums import OPEN_CASES, CaseReason, CaseStatus
from donors.models import CaseStep, DeliveryCase, Pledge
from fupin.lib.clock import now
from fupin.lib.errors import InvalidInput

LEAST_WORDS = 4


def open_case(pledge: Pledge, reason: str, *, actor: User, label: str, note: str) -> DeliveryCase:
    """Put a delivery into the county's hands, in the caller's transaction; one open case a reason."""
    known = DeliveryCase.objects.filter(pledge=pledge, reason=reason, status__in=OPEN_CASES).first()
    if known:
        return known
    case = DeliveryCase.objects.create(pledge=pledge, county=pledge.county, reason=reason, opened_at=now())
    _write(case, "open", actor=actor, label=label, source="", note=note)
    _tell(case, "县级管理员会核实处理，每一步都会通知您。")
    return case


def work(*, actor: User, case: DeliveryCase, action: str, note: str) -> DeliveryCase:
    """The county answers, says it is solved, or closes. Raises InvalidInput without words, and what the table says."""
    if len(note.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"note": [f"请写明情况，至少 {LEAST_WORDS} 个字；双方都会看到。"]})
    with transaction.atomic():
        locked = DeliveryCase.objects.select_for_update(no_key=True, of=("self",))
        case = locked.select_related("pledge__need__household__account", "pledge__donor").get(pk=case.pk)
        row = case_move(actor, case, action)
        return _move(case, row, actor=actor, note=note.strip()[:500])


def close_solved(pledge: Pledge, *, actor: User, label: str) -> None:
    """The recipient is content: its problem's case closes by itself, in the caller's transaction."""
    case = (
        DeliveryCase.objects.select_for_update(no_key=True)
        .filter(pledge=pledge, reason=CaseReason.PROBLEM, status__in=OPEN_CASES)
        .first()
    )
    if case:
        before, case.status, case.closed_at = case.status, CaseStatus.CLOSED, now()
        case.save(update_fields=["status", "closed_at"])
        _write(case, "close", actor=actor, label=label, source=before, note="受助方确认问题已解决")


def _move(case: DeliveryCase, row: CaseMove, *, actor: User, note: str) -> DeliveryCase:
    case.status = row.target
    case.closed_at = now() if row.target == CaseStatus.CLOSED else None
    case.save(update_fields=["status", "closed_at"])
    _write(case, row.action, actor=actor, label="县级管理员", source=row.source, note=note)
    _tell(case, f"{row.label}：{note}")
    household = case.pledge.need.household
    if household and household.account and case.reason == CaseReason.PROBLEM:
        messages.notify(
            user=household.account,
            text=f"您反映的“{case.pledge.need.title}”的问题，县里{row.label}：{note}",
            dedup_key=f"case-household:{case.pk}:{case.steps.count()}",
            link=case.pledge.get_absolute_url(),
        )
    return case


def _write(
    case: DeliveryCase, action: str, *, actor: User | None, label: str, source: str, note: str
) -> None:
    CaseStep.objects.create(
        case=case,
        action=action,
        actor=actor,
        actor_label=label,
        source=source,
        target=case.status,
        note=note[:500],
        at=now(),
    )
    audit.record(
        actor=actor,
        action=f"case.{action}",
        obj=case,
        region_code=case.pledge.need.region_id,
        changes={"status": [str(source), str(case.status)]},
    )


def _tell(case: DeliveryCase, words: str) -> None:
    messages.notify(
        user=case.pledge.donor,
        text=f"您对“{case.pledge.need.title}”的帮助有一件事正在核实。{words}",
        dedup_key=f"case:{case.pk}:{case.steps.count()}",
        link=case.pledge.get_absolute_url(),
    )
