"""The lifecycle of an adoption (结对帮扶) as a table: asked -> approved -> running -> done."""

from dataclasses import dataclass

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from donors.enums import AdoptionStatus
from donors.models import Adoption
from fupin.lib.errors import Conflict, NotAllowed, StaleState

DONOR, OFFICE, HOUSEHOLD, SYSTEM = "donor", "office", "household", "system"
_S = AdoptionStatus


@dataclass(frozen=True, slots=True)
class AdoptionMove:
    """One row: `by` is the donor, the office (who checks at the need's place), the household (its own account, or an
    officer who collects there on its word) or the platform."""

    action: str
    source: AdoptionStatus
    target: AdoptionStatus
    by: str
    label: str


ADOPTION_LIFECYCLE: tuple[AdoptionMove, ...] = (
    AdoptionMove("approve", _S.ASKED, _S.APPROVED, OFFICE, "同意结对"),
    AdoptionMove("refuse", _S.ASKED, _S.REFUSED, OFFICE, "不同意"),
    AdoptionMove("agree", _S.APPROVED, _S.RUNNING, HOUSEHOLD, "愿意结对"),
    AdoptionMove("decline", _S.APPROVED, _S.REFUSED, HOUSEHOLD, "不愿意"),
    AdoptionMove("withdraw", _S.ASKED, _S.WITHDRAWN, DONOR, "撤回申请"),
    AdoptionMove("withdraw", _S.APPROVED, _S.WITHDRAWN, DONOR, "撤回申请"),
    AdoptionMove("pause", _S.RUNNING, _S.PAUSED, DONOR, "暂停"),
    AdoptionMove("resume", _S.PAUSED, _S.RUNNING, DONOR, "继续结对"),
    AdoptionMove("end", _S.RUNNING, _S.ENDED, DONOR, "结束结对"),
    AdoptionMove("end", _S.PAUSED, _S.ENDED, DONOR, "结束结对"),
    AdoptionMove("close", _S.RUNNING, _S.ENDED, OFFICE, "结束结对"),
    AdoptionMove("close", _S.PAUSED, _S.ENDED, OFFICE, "结束结对"),
    # The platform: the last instalment was made; the need is full, or no more public for good.
    AdoptionMove("complete", _S.RUNNING, _S.DONE, SYSTEM, "全部期数已办"),
    AdoptionMove("stop", _S.RUNNING, _S.ENDED, SYSTEM, "结束结对"),
    AdoptionMove("stop", _S.PAUSED, _S.ENDED, SYSTEM, "结束结对"),
    AdoptionMove("stop", _S.ASKED, _S.ENDED, SYSTEM, "结束结对"),
    AdoptionMove("stop", _S.APPROVED, _S.ENDED, SYSTEM, "结束结对"),
)
ACTIONS = tuple(dict.fromkeys(row.action for row in ADOPTION_LIFECYCLE if row.by != SYSTEM))


def may(actor: User, adoption: Adoption, by: str) -> bool:
    """True where the actor stands on this side; nobody stands on two sides."""
    if by == DONOR:
        return adoption.donor_id == actor.pk
    if actor.same_person(adoption.donor):
        return False
    place = adoption.need.region_id
    if by == OFFICE:
        return grants(actor).allow(Verb.CHECK, place)
    household = adoption.need.household
    own = household is not None and household.account_id == actor.pk
    return by == HOUSEHOLD and (own or grants(actor).allow(Verb.COLLECT, place))


def moves_for(actor: User, adoption: Adoption) -> list[AdoptionMove]:
    """The moves this person may make now; the buttons of the page."""
    return [
        row
        for row in ADOPTION_LIFECYCLE
        if row.source == adoption.status and may(actor, adoption, row.by) and not _twice(actor, adoption, row)
    ]


def adoption_move(actor: User | None, adoption: Adoption, action: str) -> AdoptionMove:
    """The row for this action now; `actor=None` is the platform. Raises NotAllowed, Conflict or StaleState."""
    rows = [row for row in ADOPTION_LIFECYCLE if row.action == action]
    if actor and not any(may(actor, adoption, row.by) for row in rows):
        raise NotAllowed("您没有办理这一步的权限。")
    for row in rows:
        if row.source == adoption.status:
            if actor and _twice(actor, adoption, row):
                raise Conflict("审核这次结对的人，不能再代受助家庭答复，请交给同事。")
            return row
    raise StaleState(f"这次结对现在是“{AdoptionStatus(adoption.status).label}”，不能再做这一步。")


def _twice(actor: User, adoption: Adoption, row: AdoptionMove) -> bool:
    """Whoever approved the pairing does not speak for the household (DESIGN 5)."""
    return (
        row.by == HOUSEHOLD and adoption.approved_by is not None and actor.same_person(adoption.approved_by)
    )
