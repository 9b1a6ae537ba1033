"""Which tasks a person sees, who answers for their parts, and what waits for whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Level, Role, Verb
from accounts.models import Appointment, Region
from accounts.permissions import grants
from accounts.queries import children_of
from fupin.lib.clock import today
from grid.assignment_enums import ANSWERS, AssignmentState
from grid.models import Assignment

MOST_PARTS = 300
MOST_ROWS = 5_000


@dataclass(slots=True)
class Branch:
    """A part with what lies below it: leaves that are open, late, and without a holder."""

    part: Assignment
    leaves: int = 0
    late: int = 0
    vacant: int = 0
    below: list["Branch"] = field(default_factory=list)


def answering_role(level: int) -> Role | None:
    """Whose post answers at a level; a municipality's city office sits on the province's row."""
    return ANSWERS.get(max(level, Level.CITY))


def seen_by(user: Any) -> QuerySet[Assignment]:
    """The tasks and parts of the places whose work this person does, checks or reads."""
    held = grants(user)
    seen = Q(pk__in=())
    for low, high in sorted(
        {(row.low, row.high) for row in held.rows if row.role != Role.DEPARTMENT_OFFICER}
    ):
        seen |= Q(region__gte=low, region__lte=high)
    return Assignment.objects.filter(seen).select_related("region__parent", "owner__user", "root", "parent")


def tops_seen_by(user: Any) -> QuerySet[Assignment]:
    """Of those the ones that nothing this person sees stands above: whole tasks, and the part that came from above."""
    return seen_by(user).exclude(parent__in=seen_by(user).order_by().values("pk"))


def answered_by(user: Any) -> QuerySet[Assignment]:
    """The parts that this person's own posts answer for."""
    rows = Assignment.objects.filter(region__in=[low for low, _ in _answering(user)])
    return rows.select_related("region__parent", "owner__user", "root", "parent")


def waiting(user: Any) -> QuerySet[Assignment]:
    """What this person has to do or to divide: open, not divided yet, theirs or without a holder; next due first."""
    theirs = Q(owner__user=user) | Q(owner=None) | ~Q(owner__in=Appointment.objects.active())
    rows = answered_by(user).filter(theirs, state=AssignmentState.OPEN, divided=False)
    return rows.order_by("due_on", "id")


def late_below(user: Any) -> QuerySet[Assignment]:
    """Overdue leaves of the places below this person's own answering posts; longest overdue first."""
    below = Q(pk__in=())
    for low, high in _answering(user):
        below |= Q(region__gt=low, region__lte=high)
    rows = Assignment.objects.filter(
        below, state=AssignmentState.OPEN, divided=False, due_on__lt=today(), parent__isnull=False
    )
    return rows.select_related("region__parent", "owner__user", "root", "parent").order_by("due_on", "id")


def _answering(user: Any) -> list[tuple[int, int]]:
    """The places, as ranges of codes, whose parts this person's posts answer for; no query of its own."""
    roles = set(ANSWERS.values())
    return sorted({(row.low, row.high) for row in grants(user).rows if row.role in roles})


def own_posts(user: Any) -> list[Appointment]:
    """The posts from which this person answers for tasks."""
    posts = Appointment.objects.active().filter(user=user, role__in=ANSWERS.values())
    return [
        post
        for post in posts.select_related("region__parent").order_by("region_id", "id")[:50]
        if answering_role(post.region.level) == post.role
    ]


def holders(regions: Collection[Region]) -> dict[int, list[Appointment]]:
    """By region who holds its answering post today, the longest-serving first; one query."""
    wanted = Q(pk__in=())
    for role, codes in _by_role(regions).items():
        wanted |= Q(role=role, region__in=codes)
    found: dict[int, list[Appointment]] = defaultdict(list)
    posts = Appointment.objects.active().filter(wanted, user__is_active=True).select_related("user", "region")
    for post in posts.order_by("starts_on", "id"):
        found[post.region_id].append(post)
    return found


def first_of(found: dict[int, list[Appointment]], code: int) -> Appointment | None:
    """The longest-serving holder of a place among `holders`; None where the post is vacant."""
    return next(iter(found.get(code, [])), None)


def _by_role(regions: Iterable[Region]) -> dict[Role, list[int]]:
    found: dict[Role, list[int]] = defaultdict(list)
    for region in regions:
        role = answering_role(region.level)
        if role:
            found[role].append(region.code)
    return found


def places_below(region: Region) -> list[Region]:
    """Where a task of this region may be divided to."""
    return list(children_of(region)[:MOST_PARTS])


def name_owners(parts: Collection[Assignment]) -> None:
    """Set `holder` on each: the named owner while the post holds, else who holds the place's post; None is vacant."""
    found = holders({part.region_id: part.region for part in parts}.values())
    for part in parts:
        here = found.get(part.region_id, [])
        part.holder = next((post for post in here if post.pk == part.owner_id), here[0] if here else None)


def branch_of(top: Assignment) -> Branch:
    """The part with all below it, each with its holder; two queries."""
    root = top.root_id or top.pk
    rows = Assignment.objects.filter(Q(root=root) | Q(pk=root)).select_related(
        "region__parent", "owner__user"
    )
    parts = list(rows.order_by("region_id", "id")[:MOST_ROWS])
    name_owners(parts)
    below: dict[int | None, list[Assignment]] = defaultdict(list)
    for part in parts:
        below[part.parent_id].append(part)
    return _branch(next(part for part in parts if part.pk == top.pk), below)


def _branch(part: Assignment, below: dict[int | None, list[Assignment]]) -> Branch:
    branches = [_branch(one, below) for one in below[part.pk]]
    if branches:
        leaves, late, vacant = (
            sum(getattr(one, name) for one in branches) for name in ("leaves", "late", "vacant")
        )
        return Branch(part, leaves, late, vacant, branches)
    is_open = part.state == AssignmentState.OPEN
    vacant = is_open and part.holder is None
    return Branch(part, int(is_open), int(part.is_late), int(vacant))


def leaves_of(branch: Branch) -> list[Branch]:
    """The branch and all below it, in the order of the tree."""
    return [branch, *(row for one in branch.below for row in leaves_of(one))]


def manages(user: Any, region: Region | int) -> bool:
    """Whether this person checks or orders work in this place."""
    held, code = grants(user), region if isinstance(region, int) else region.code
    return held.allow(Verb.CHECK, code) or held.allow(Verb.DISPATCH, code)
