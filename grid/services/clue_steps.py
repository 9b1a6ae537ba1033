"""What every step of a clue shares: the lock, the row of the table, the record, the word to the household."""

from typing import Any

from accounts.models import User
from accounts.services import audit, messages
from fupin.lib.clock import now
from fupin.lib.errors import InvalidInput
from grid.clue_enums import ENDED, ClueState
from grid.lifecycle import Step
from grid.models import Clue, ClueStep
from grid.services import clocks

LEAST_WORDS = 4
# The clock that runs while a clue is in this state.
RUNNING = {
    ClueState.REPORTED: "clue.verify",
    ClueState.NOTICE: "clue.notice",
    ClueState.JUDGING: "clue.judge",
    ClueState.VISITING: "clue.visit",
    ClueState.REVIEWING: "clue.review",
}


def locked(clue: Clue) -> Clue:
    rows = Clue.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("household__account", "region__parent", "reported_by").get(pk=clue.pk)


def need_words(text: str, field: str = "note", least: int = LEAST_WORDS) -> str:
    """The text without its ends. Raises InvalidInput where it says too little."""
    if len(text.strip()) < least:
        raise InvalidInput(fields={field: [f"请写明情况，至少 {least} 个字。"]})
    return text.strip()


def move(clue: Clue, row: Step, *, actor: User | None, note: str = "", **changes: Any) -> Clue:
    """Take the step: state, its clocks, its record. In the caller's transaction, on a locked clue."""
    before = clue.state
    clue.state = row.target
    if row.target in ENDED:
        clue.closed_at = now()
    clue.save()
    if row.target != before:
        if before in RUNNING:
            clocks.finish(RUNNING[ClueState(before)], object_id=clue.pk)
        if row.target in RUNNING:
            start_clock(clue)
    write(clue, row.action, row.label, actor=actor, source=before, note=note, changes=changes)
    return clue


def start_clock(clue: Clue) -> None:
    """Start the clock of the state the clue is in."""
    kind = RUNNING[ClueState(clue.state)]
    clocks.start(
        kind, object_id=clue.pk, region=clue.region, title=f"{title(clue)}：{clue.get_problem_display()}"
    )


def write(
    clue: Clue,
    action: str,
    label: str,
    *,
    actor: User | None,
    source: str,
    note: str = "",
    changes: dict[str, Any] | None = None,
) -> None:
    """The dated step and its audit row."""
    ClueStep.objects.create(
        clue=clue,
        action=action,
        label=label,
        actor=actor,
        source=source,
        target=clue.state,
        note=note or None,
        at=now(),
    )
    audit.record(
        actor=actor,
        action=f"clue.{action}",
        obj=clue,
        region_code=clue.region_id,
        changes={"state": [str(source), str(clue.state)], **(changes or {})},
    )


def title(clue: Clue) -> str:
    """For officers in scope."""
    return f"{clue.household.name if clue.household else clue.name}户"


def tell(clue: Clue, words: str, key: str) -> None:
    """Tell whoever reported it, and the household where it has an account (第十七条: 及时告知监测对象)."""
    account = clue.household.account if clue.household else None
    for person in {clue.reported_by, account}:
        if person is None:
            continue
        messages.notify(
            user=person,
            text=f"线索 {clue.number}（{clue.get_problem_display()}）：{words}",
            dedup_key=f"clue:{clue.pk}:{key}:{clue.steps.count()}:{person.pk}",
            link="/apply/situation/" if person == account else clue.get_absolute_url(),
        )
