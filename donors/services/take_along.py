"""The list to take along (清单): needs a visitor picked, helped in one go, each part on its own (REQUIREMENTS 44).

The list lives in the visitor's session, so that it works before signing in and survives it. It holds numbers of needs
and what was typed beside them; what it leads to are ordinary pledges, one idempotency key a part.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from accounts.models import User
from donors.models import Pledge
from donors.services import pledges, steps
from donors.services.pledges import PledgeInput
from fupin.lib.errors import Conflict, FupinError
from needs.models import Need

MOST = 20
REFERENCES_A_TRANSFER = 5
"""How many references fit into a bank's memo (60 characters)."""
SESSION = "take_along"
FULL = f"清单最多放 {MOST} 条，请先办好或移除几条。"
Errors = dict[str, list[str]]


class Entry(TypedDict):
    """One need on the list: what was typed and what was wrong, by form of help."""

    need: int
    typed: dict[str, dict[str, str]]
    errors: dict[str, Errors]


@dataclass(frozen=True, slots=True)
class Part:
    """One pledge to make: under its own key; `explain` says a refusal by field of its form."""

    need: Need
    form: str
    content: PledgeInput
    key: str
    explain: Callable[[Conflict], Errors]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one part: its pledge, or what was wrong by field ("" for the whole part)."""

    need: int
    form: str
    pledge: int | None = None
    errors: Errors = field(default_factory=dict)


def entries(session: Any) -> list[Entry]:
    """What is on the list, in the order in which it was picked."""
    rows: list[Entry] = session.get(SESSION, [])
    return rows


def add(session: Any, need: Need) -> bool:
    """Put a need on the list; False where it is there already. Raises Conflict when the list is full."""
    rows = entries(session)
    if any(row["need"] == need.pk for row in rows):
        return False
    if len(rows) >= MOST:
        raise Conflict(FULL, code="list_full")
    session[SESSION] = [*rows, Entry(need=need.pk, typed={}, errors={})]
    return True


def drop(session: Any, needs: Iterable[int]) -> None:
    """Take needs off the list; what is not on it is no error."""
    gone = set(needs)
    session[SESSION] = [row for row in entries(session) if row["need"] not in gone]


def keep(session: Any, need: int, typed: dict[str, dict[str, str]], errors: dict[str, Errors]) -> None:
    """Keep what was typed beside a need, and what was wrong with it; a need taken off meanwhile comes back."""
    kept = Entry(need=need, typed=typed, errors=errors)
    rows = entries(session)
    if any(row["need"] == need for row in rows):
        session[SESSION] = [kept if row["need"] == need else row for row in rows]
    elif len(rows) < MOST:
        session[SESSION] = [*rows, kept]


def give(*, actor: User, parts: Sequence[Part]) -> list[Outcome]:
    """Make each pledge in a transaction of its own: what one of them meets changes nothing for the others."""
    return [_one(actor, part) for part in parts]


def declare_paid(*, actor: User, pledges_: Sequence[Pledge]) -> int:
    """Say of each that its transfer is made; returns of how many. Those that moved on meanwhile stay as they are."""
    said = 0
    for pledge in pledges_:
        try:
            steps.pay(actor=actor, pledge=pledge)
            said += 1
        except Conflict:
            continue
    return said


def _one(actor: User, part: Part) -> Outcome:
    try:
        made = pledges.pledge(actor=actor, need=part.need, content=part.content, idempotency_key=part.key)
    except Conflict as error:
        return Outcome(part.need.pk, part.form, errors=part.explain(error))
    except FupinError as error:
        return Outcome(part.need.pk, part.form, errors=error.fields or {"": [error.message]})
    return Outcome(part.need.pk, part.form, pledge=made.pk)
