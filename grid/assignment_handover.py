"""Tasks an officer leaves behind (`accounts.handover`): they stay with the place, whoever holds its post next."""

from django.db.models import Q

from accounts.handover import SHOWN, Work
from accounts.models import Appointment, User
from grid.assignment_enums import AssignmentState
from grid.models import Assignment


def open_work(post: Appointment) -> list[Work]:
    """The parts that this post answers for by name and that are not done."""
    parts = Assignment.objects.filter(owner=post, state=AssignmentState.OPEN, divided=False).order_by(
        "due_on", "id"
    )
    rows = [(f"{part.title}（{part.due_on:%m-%d} 前）", part.get_absolute_url()) for part in parts[:SHOWN]]
    work = Work("没有办完的工作任务", parts.count(), rows)
    return [work] if work.count else []


def move(post: Appointment, *, actor: User, successor: User) -> int:
    """Nothing moves: the next holder of the place's post answers by that (`queries.assignments.name_owners`)."""
    return 0


def unattended() -> Q:
    """No post: the place answers, and a vacant one shows as vacant."""
    return Q(pk__in=())
