"""What officers decide about households, as a table: reports, claims, flags. Services and buttons read it."""

from dataclasses import dataclass

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure, grants
from fupin.lib.errors import Conflict, StaleState
from needs.household_enums import ClaimState, FlagState, ReportState

REPORTER, SYSTEM = "reporter", "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: `by` is a verb on the region, REPORTER (who handed it in) or SYSTEM."""

    thing: str
    action: str
    source: str
    target: str
    by: str
    label: str


STEPS: tuple[Step, ...] = (
    Step("report", "accept", ReportState.OPEN, ReportState.ACCEPTED, Verb.CHECK, "同意"),
    Step("report", "refuse", ReportState.OPEN, ReportState.REFUSED, Verb.CHECK, "不同意"),
    Step("report", "withdraw", ReportState.OPEN, ReportState.WITHDRAWN, REPORTER, "撤回"),
    Step("claim", "accept", ClaimState.OPEN, ClaimState.ACCEPTED, Verb.CHECK, "已核对，开通"),
    Step("claim", "refuse", ClaimState.OPEN, ClaimState.REFUSED, Verb.CHECK, "不同意"),
    # A flag that is no longer true goes by itself: `household_flags.refresh`.
    Step("flag", "legitimate", FlagState.OPEN, FlagState.LEGITIMATE, Verb.APPROVE, "情况正常"),
    Step("flag", "correct", FlagState.OPEN, FlagState.CORRECT, Verb.APPROVE, "要更正"),
    Step("flag", "legitimate", FlagState.CORRECT, FlagState.LEGITIMATE, Verb.APPROVE, "情况正常"),
)


def step(
    thing: str, action: str, state: str, *, actor: User | None, code: int, author: User | None = None
) -> Step:
    """The row for this action now; `actor=None` is the platform; `author` handed it in.

    Raises NotAllowed without the verb on `code`, Conflict for one's own, StaleState where the state moved on.
    """
    rows = [row for row in STEPS if (row.thing, row.action) == (thing, action)]
    by = rows[0].by
    if actor and by not in (REPORTER, SYSTEM):
        ensure(actor, by, code)
        if author and actor.same_person(author):
            raise Conflict("自己提交的不能自己决定，请交给同事。")
    if actor and by == REPORTER and (author is None or not actor.same_person(author)):
        raise Conflict("只有提交的人可以撤回。")
    for row in rows:
        if row.source == state:
            return row
    raise StaleState("这件事已经有人办过，请刷新页面。")


def offered(thing: str, state: str, *, actor: User, code: int, author: User | None = None) -> list[Step]:
    """The steps this person may take now; the buttons of the page."""
    mine = bool(author and actor.same_person(author))
    held = grants(actor)
    return [
        row
        for row in STEPS
        if (row.thing, row.source) == (thing, state)
        and (mine if row.by == REPORTER else not mine and row.by != SYSTEM and held.allow(row.by, code))
    ]
