"""A clue's lifecycle as a table (宿州规范 第十三至十七条). The services, the buttons and docs/lifecycle.md read it."""

from dataclasses import dataclass

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from fupin.lib.errors import Conflict, NotAllowed, StaleState
from grid.clue_enums import ClueState as S
from grid.models import Clue

REPORTER, SYSTEM = "reporter", "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: `by` is a verb on the clue's village, REPORTER (who reported it) or SYSTEM (the platform)."""

    action: str
    source: S
    target: S
    by: str
    label: str
    other_person: bool = False
    """Who reported the clue or took a deciding step before may not do this one."""


LIFECYCLE: tuple[Step, ...] = (
    Step("verify", S.REPORTED, S.NOTICE, Verb.VERIFY, "核实评议通过，开始公示"),
    Step("deny", S.REPORTED, S.JUDGING, Verb.VERIFY, "核实评议不通过，报乡镇"),
    Step("withdraw", S.REPORTED, S.WITHDRAWN, REPORTER, "撤回"),
    # The day after the notice's last one (第十三条: 不少于5天).
    Step("end_notice", S.NOTICE, S.JUDGING, SYSTEM, "公示期满"),
    Step("visit", S.JUDGING, S.VISITING, Verb.CHECK, "需要入户核查"),
    Step("judge", S.JUDGING, S.REVIEWING, Verb.CHECK, "研判通过，报县审核", other_person=True),
    Step("judge", S.VISITING, S.REVIEWING, Verb.CHECK, "研判通过，报县审核", other_person=True),
    Step("send_back", S.JUDGING, S.REPORTED, Verb.CHECK, "退回村里重新核实"),
    Step("send_back", S.VISITING, S.REPORTED, Verb.CHECK, "退回村里重新核实"),
    Step("dismiss", S.JUDGING, S.DISMISSED, Verb.CHECK, "不纳入", other_person=True),
    Step("dismiss", S.VISITING, S.DISMISSED, Verb.CHECK, "不纳入", other_person=True),
    Step("spot", S.REVIEWING, S.REVIEWING, Verb.APPROVE, "登记抽查"),
    Step("file", S.REVIEWING, S.HELPING, Verb.APPROVE, "审核通过并备案", other_person=True),
    Step("return", S.REVIEWING, S.JUDGING, Verb.APPROVE, "退回乡镇"),
    Step("recheck", S.HELPING, S.RECHECKING, Verb.VERIFY, "提请复核风险"),
    Step("keep", S.RECHECKING, S.HELPING, Verb.CHECK, "风险未消除，继续帮扶"),
    Step("clear", S.RECHECKING, S.CLEARED, Verb.CHECK, "风险已消除", other_person=True),
)
ACTIONS = tuple(dict.fromkeys(row.action for row in LIFECYCLE if row.by != SYSTEM))
DECIDING = ("verify", "deny", "judge", "recheck")


def steps_for(actor: User, clue: Clue) -> list[Step]:
    """The steps this person may take now; the buttons of the page."""
    rows = [row for row in LIFECYCLE if row.source == clue.state and _may(actor, clue, row.by)]
    return [row for row in rows if not (row.other_person and took_part(actor, clue))]


def step(actor: User | None, clue: Clue, action: str) -> Step:
    """The row for this action now; `actor=None` is the platform.

    Raises NotAllowed where the person may do this in no state, Conflict where maker and checker would be one,
    StaleState where the state moved on.
    """
    rows = [row for row in LIFECYCLE if row.action == action]
    if actor and not any(_may(actor, clue, row.by) for row in rows):
        raise NotAllowed("您没有办理这一步的权限。")
    for row in rows:
        if row.source == clue.state and (actor is None or _may(actor, clue, row.by)):
            if actor and row.other_person and took_part(actor, clue):
                raise Conflict("上报、核实、研判、审核要由不同的人办理，请交给同事。")
            return row
    raise StaleState(f"这条线索现在是“{S(clue.state).label}”，不能再做这一步。")


def took_part(actor: User, clue: Clue) -> bool:
    """Whether this person, under any account, reported the clue or took a deciding step since the last return."""
    people = [clue.reported_by]
    for row in clue.steps.select_related("actor").order_by("-id"):
        if row.action in ("send_back", "return", "file", "keep"):
            break
        if row.actor and row.action in DECIDING:
            people.append(row.actor)
    if clue.household and clue.household.account:
        people.append(clue.household.account)
    return any(actor.same_person(person) for person in people)


def _may(actor: User, clue: Clue, by: str) -> bool:
    if by == REPORTER:
        return actor.same_person(clue.reported_by)
    return by != SYSTEM and grants(actor).allow(by, clue.region_id)
