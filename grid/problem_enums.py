"""What an officer may report upward and how it goes on, as a table (REQUIREMENTS 69)."""

from dataclasses import dataclass

from django.db.models import TextChoices

from accounts.enums import Level, Role


class ProblemKind(TextChoices):
    TECHNICAL = "technical", "技术性问题"
    POLICY = "policy", "政策性问题"
    BURDEN = "burden", "填报负担"
    OTHER = "other", "其他问题"


class ProblemState(TextChoices):
    OPEN = "open", "等待答复"
    PASSED_UP = "passed_up", "已报上级"
    ANSWERED = "answered", "已答复"


HANDLERS: dict[int, Role] = {
    Level.TOWNSHIP: Role.TOWNSHIP_MANAGER,
    Level.COUNTY: Role.COUNTY_ADMIN,
    Level.CITY: Role.CITY_OFFICE,
}
"""Who answers or passes on what lies at a level; a municipality's city office sits on the province's row."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row: who handles the level where the problem lies may do this, in these states."""

    action: str
    sources: tuple[ProblemState, ...]
    target: ProblemState
    label: str
    levels: tuple[Level, ...]
    bought: bool = False
    """Whether a bought service of that level's office may, too, on a technical problem (REQUIREMENTS 34)."""


_UNSOLVED = (ProblemState.OPEN, ProblemState.PASSED_UP)
LIFECYCLE = (
    Step(
        "answer",
        _UNSOLVED,
        ProblemState.ANSWERED,
        "答复",
        (Level.TOWNSHIP, Level.COUNTY, Level.CITY),
        bought=True,
    ),
    Step("pass_up", _UNSOLVED, ProblemState.PASSED_UP, "报上级", (Level.TOWNSHIP, Level.COUNTY)),
)
REPORT = "report"
