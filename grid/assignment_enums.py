"""Tasks divided down the levels: who answers at a level, and which step leaves which state (REQUIREMENTS 9)."""

from dataclasses import dataclass

from django.db.models import TextChoices

from accounts.enums import Level, Role

ANSWERS: dict[int, Role] = {
    Level.CITY: Role.CITY_OFFICE,
    Level.COUNTY: Role.COUNTY_ADMIN,
    Level.TOWNSHIP: Role.TOWNSHIP_MANAGER,
    Level.VILLAGE: Role.VILLAGE_OFFICER,
}
"""Whose post answers for a part at a level; a municipality's city office sits on the province's row."""


class AssignmentState(TextChoices):
    OPEN = "open", "办理中"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: `by` is the owner's post, the posts above, or the office that gave the whole task."""

    action: str
    by: str
    sources: tuple[AssignmentState, ...]
    label: str
    leaf: bool
    """Only on a part that is not divided further."""


OWNER, ABOVE, GIVER = "owner", "above", "giver"
LIFECYCLE = (
    Step("report", OWNER, (AssignmentState.OPEN,), "登记进度", leaf=True),
    Step("finish", OWNER, (AssignmentState.OPEN,), "报完成", leaf=True),
    Step("reopen", ABOVE, (AssignmentState.DONE,), "退回重办", leaf=True),
    Step("cancel", GIVER, (AssignmentState.OPEN,), "取消整个任务", leaf=False),
)
