"""A need's lifecycle as a table (DESIGN 6). The services, the buttons, the API and docs/lifecycle.md read it."""

from dataclasses import dataclass
from typing import Any

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from fupin.lib.errors import Conflict, NotAllowed, StaleState
from needs.details import reviewed_at_county
from needs.enums import Status
from needs.models import Need

OWNER, AUTHOR, SYSTEM = "owner", "author", "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: `by` is a verb on the need's region, OWNER (the household itself), AUTHOR (the household; for a
    need written on behalf an officer who collects there) or SYSTEM (the platform's own work)."""

    action: str
    source: Status
    target: Status
    by: str
    label: str
    other_person: bool = False
    """Who did an earlier step of this round may not do this one."""


LIFECYCLE: tuple[Step, ...] = (
    Step("submit", Status.DRAFT, Status.SUBMITTED, OWNER, "提交"),
    Step("submit", Status.RETURNED, Status.SUBMITTED, OWNER, "重新提交"),
    # An officer's submission on behalf carries that officer's own verification.
    Step("submit", Status.DRAFT, Status.VERIFIED, Verb.COLLECT, "核实并提交"),
    Step("submit", Status.RETURNED, Status.VERIFIED, Verb.COLLECT, "补充并重新提交"),
    Step("verify", Status.SUBMITTED, Status.VERIFIED, Verb.VERIFY, "核实属实", other_person=True),
    Step("check", Status.VERIFIED, Status.CHECKED, Verb.CHECK, "检查通过", other_person=True),
    Step("approve", Status.CHECKED, Status.PUBLISHED, Verb.APPROVE, "审批发布", other_person=True),
    Step("return", Status.SUBMITTED, Status.RETURNED, Verb.VERIFY, "退回补充"),
    Step("return", Status.VERIFIED, Status.RETURNED, Verb.CHECK, "退回补充"),
    Step("return", Status.CHECKED, Status.RETURNED, Verb.APPROVE, "退回补充"),
    # The county takes a public need back for repair; what hangs on it is settled by donors.services.taken_down.
    Step("recall", Status.PUBLISHED, Status.RETURNED, Verb.APPROVE, "撤下并退回"),
    Step("recall", Status.MATCHED, Status.RETURNED, Verb.APPROVE, "撤下并退回"),
    # The household takes back its consent to publish: at once and everywhere (THREATS L-04).
    Step("revoke", Status.PUBLISHED, Status.RETURNED, SYSTEM, "撤回公开同意"),
    Step("revoke", Status.MATCHED, Status.RETURNED, SYSTEM, "撤回公开同意"),
    Step("revoke", Status.FULFILLED, Status.WITHDRAWN, SYSTEM, "撤回公开同意"),
    Step("withdraw", Status.DRAFT, Status.WITHDRAWN, AUTHOR, "撤回"),
    Step("withdraw", Status.SUBMITTED, Status.WITHDRAWN, AUTHOR, "撤回"),
    Step("withdraw", Status.VERIFIED, Status.WITHDRAWN, AUTHOR, "撤回"),
    Step("withdraw", Status.CHECKED, Status.WITHDRAWN, AUTHOR, "撤回"),
    Step("withdraw", Status.RETURNED, Status.WITHDRAWN, AUTHOR, "撤回"),
    # Only while nobody has pledged; the service asks the counters.
    Step("withdraw", Status.PUBLISHED, Status.WITHDRAWN, AUTHOR, "撤下"),
    Step("publish", Status.CHECKED, Status.PUBLISHED, SYSTEM, "到期发布"),
    Step("match", Status.PUBLISHED, Status.MATCHED, SYSTEM, "已全部认领"),
    Step("reopen", Status.MATCHED, Status.PUBLISHED, SYSTEM, "重新开放"),
    Step("fulfil", Status.MATCHED, Status.FULFILLED, SYSTEM, "已全部送达"),
    Step("expire", Status.PUBLISHED, Status.EXPIRED, SYSTEM, "到期关闭"),
)

SENT_BACK = ("return", "recall", "revoke")
"""The actions that end a round of review: who took part before may take part again."""

ACTIONS = tuple(dict.fromkeys(step.action for step in LIFECYCLE if step.by != SYSTEM))


def is_owner(actor: Any, need: Need) -> bool:
    """True for the household's own account."""
    return bool(need.household and need.household.account_id and need.household.account_id == actor.pk)


def _may(actor: User, need: Need, by: str) -> bool:
    match by:
        case "owner":
            return is_owner(actor, need) and not need.on_behalf
        case "author":
            return is_owner(actor, need) or _may(actor, need, Verb.COLLECT)
        case "system":
            return False
        case Verb.COLLECT:  # what a household wrote itself, an officer cannot submit in its name
            return need.on_behalf and grants(actor).allow(by, need.region_id)
    return grants(actor).allow(by, gate_code(need, by))


def gate_code(need: Need, by: str) -> int:
    """The region whose officers hold this gate: the need's own, or the county for what the county checks."""
    if by == Verb.CHECK and reviewed_at_county(need.subject, need.kind):
        return need.region_id // 10**6 * 10**6
    return need.region_id


def steps_for(actor: User, need: Need) -> list[Step]:
    """The steps this person may take now; the buttons of the page."""
    rows = [step for step in LIFECYCLE if step.source == need.status and _may(actor, need, step.by)]
    return [step for step in rows if not (step.other_person and took_part(actor, need))]


def step(actor: User | None, need: Need, action: str) -> Step:
    """The row for this action from the need's present state; `actor=None` is the platform itself.

    Raises NotAllowed where the person may not do this in any state, StaleState where they may not in this one,
    Conflict where the same person already acted in this round (maker and checker are different people).
    """
    rows = [row for row in LIFECYCLE if row.action == action and row.source == need.status]
    if rows and actor is None:
        return rows[0]
    for row in rows:
        if actor and _may(actor, need, row.by):
            if row.other_person and took_part(actor, need):
                raise Conflict("提交、检查、发布必须由不同的人办理，请交给同事。")
            return row
    if actor and not any(_may(actor, need, row.by) for row in LIFECYCLE if row.action == action):
        raise NotAllowed("您没有办理这一步的权限。")
    raise StaleState(
        f"这条需求现在是“{Status(need.status).label}”，不能再做这一步。", extra={"status": need.status}
    )


def took_part(actor: User, need: Need) -> bool:
    """True where this person, under any account, wrote the need or took a step since its last return."""
    people = [need.created_by]
    for review in need.reviews.select_related("actor").order_by("-id"):
        if review.action in SENT_BACK:
            break
        if review.actor and review.action in {"submit", "verify", "check", "approve"}:
            people.append(review.actor)
    if need.household and need.household.account:
        people.append(need.household.account)
    return any(actor.same_person(person) for person in people)
