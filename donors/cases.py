"""The lifecycle of a delivery case as a table: opened -> answered -> solved -> closed (B9)."""

from dataclasses import dataclass

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from donors.enums import CaseStatus
from donors.models import DeliveryCase
from fupin.lib.errors import Conflict, NotAllowed, StaleState


@dataclass(frozen=True, slots=True)
class CaseMove:
    """One row: all of them are the county's; opening, and closing once the recipient is content, are the platform's."""

    action: str
    source: CaseStatus
    target: CaseStatus
    label: str


CASE_LIFECYCLE: tuple[CaseMove, ...] = (
    CaseMove("answer", CaseStatus.OPENED, CaseStatus.ANSWERED, "答复双方"),
    CaseMove("answer", CaseStatus.ANSWERED, CaseStatus.ANSWERED, "再次答复"),
    CaseMove("solve", CaseStatus.OPENED, CaseStatus.SOLVED, "登记已解决"),
    CaseMove("solve", CaseStatus.ANSWERED, CaseStatus.SOLVED, "登记已解决"),
    CaseMove("close", CaseStatus.OPENED, CaseStatus.CLOSED, "办结"),
    CaseMove("close", CaseStatus.ANSWERED, CaseStatus.CLOSED, "办结"),
    CaseMove("close", CaseStatus.SOLVED, CaseStatus.CLOSED, "办结"),
)


def moves_for(actor: User, case: DeliveryCase) -> list[CaseMove]:
    """The moves this person may make now; the buttons of the page."""
    if not _handles(actor, case) or actor.same_person(case.pledge.donor):
        return []
    return [row for row in CASE_LIFECYCLE if row.source == case.status]


def case_move(actor: User, case: DeliveryCase, action: str) -> CaseMove:
    """The row for this action now. Raises NotAllowed, Conflict for one's own gift, StaleState."""
    if not _handles(actor, case):
        raise NotAllowed("这件事由县级管理员办理。")
    if actor.same_person(case.pledge.donor):
        raise Conflict("自己捐的，要由别的同志办理。")
    for row in CASE_LIFECYCLE:
        if row.action == action and row.source == case.status:
            return row
    raise StaleState(f"这件事现在是“{CaseStatus(case.status).label}”，不能再做这一步。")


def _handles(actor: User, case: DeliveryCase) -> bool:
    return grants(actor).allow(Verb.APPROVE, case.pledge.need.region_id)
