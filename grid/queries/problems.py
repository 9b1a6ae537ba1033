"""Which reported problems a person sees, and which of them wait for this person."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.enums import Level, Role
from accounts.models import Appointment, Region, User
from accounts.permissions import grants
from accounts.queries import path_of
from accounts.regions import subtree_end
from fupin.lib.clock import ZONE
from grid.models import Problem
from grid.problem_enums import HANDLERS, ProblemKind, ProblemState


def problems_seen_by(user: Any) -> QuerySet[Problem]:
    """One's own, and all that come from the areas where this person answers problems; a service the technical ones."""
    area = Q(pk__in=())
    for level in HANDLERS:
        area |= _inside(user, level) | _served(user, level)
    rows = Problem.objects.filter(Q(reported_by=user) | area)
    return rows.select_related("region__parent", "reported_by")


def waiting(user: Any) -> QuerySet[Problem]:
    """The unsolved problems that lie with this person, oldest first."""
    here = Q(pk__in=())
    for level in HANDLERS:
        here |= (_inside(user, level) | _served(user, level)) & Q(level=level)
    rows = Problem.objects.filter(here).exclude(state=ProblemState.ANSWERED)
    return rows.select_related("region__parent", "reported_by").order_by("id")


def handles(user: Any, problem: Problem) -> bool:
    """Whether the problem lies where this person's post answers."""
    return any(low <= problem.region_id <= high for low, high in _ranges(user, problem.level))


def serves(user: Any, problem: Problem) -> bool:
    """Whether it is a technical problem that lies with the office which bought this person's service."""
    technical = problem.kind == ProblemKind.TECHNICAL
    return technical and any(low <= problem.region_id <= high for low, high in _bought(user, problem.level))


def handled_before(user: Any, problem: Problem) -> bool:
    """Whether it lay with this person's post and was passed on since."""
    passed = problem.steps.filter(action="pass_up").values_list("level", flat=True)
    spans = [span for level in passed for span in _ranges(user, level)]
    return any(low <= problem.region_id <= high for low, high in spans)


def is_bought(user: Any) -> bool:
    """Whether this person works here under a contract (nobody holds another post beside one)."""
    return Role.CONTRACTOR in grants(user).roles


def answers_somewhere(user: Any) -> bool:
    """Whether this person holds a post that answers problems, or a bought service."""
    return bool(grants(user).roles & {*HANDLERS.values(), Role.CONTRACTOR})


def posts_of(user: User) -> list[Appointment]:
    """The posts from which this person reports, one a region; never the city office's, which has nobody above.

    A bought service answers and does not report.
    """
    posts = Appointment.objects.active().filter(user=user)
    posts = posts.exclude(role__in=(HANDLERS[Level.CITY], Role.CONTRACTOR))
    rows = sorted(posts.select_related("region__parent").order_by("-id")[:50], key=_answers)
    return sorted({post.region_id: post for post in rows}.values(), key=lambda post: post.region_id)


def first_level(post: Appointment) -> Level:
    """Where what this post reports lies first: its own place's answering post, the one above for that post itself."""
    own = Level(max(post.region.level, Level.CITY))
    if own in HANDLERS and not _answers(post):
        return own
    return next_level(post.region, own)


def next_level(region: Region, level: int) -> Level:
    """The level above this one that the region's place has: some cities have no counties."""
    if level == Level.CITY:
        raise ValueError("nobody answers above the city")
    known = {step.level for step in path_of(region.code)}
    return next(Level(above) for above in range(level - 1, 1, -1) if above == Level.CITY or above in known)


def counties_answered(user: Any) -> QuerySet[Region]:
    """The counties whose problems this person sums up: the county's own, the city's all."""
    spans = Q(pk__in=())
    for level in (Level.COUNTY, Level.CITY):
        for low, high in _ranges(user, level):
            spans |= Q(code__range=(low, high))
    return Region.objects.filter(spans, level=Level.COUNTY, valid_to=None).order_by("code")


def in_period(county: Region, since: date, until: date) -> QuerySet[Problem]:
    """What the county's officers reported on these days, inclusive; unsolved first, then in order of reporting."""
    first = datetime.combine(since, time(), ZONE)
    after = datetime.combine(until + timedelta(days=1), time(), ZONE)
    rows = Problem.objects.filter(
        region__gte=county.code,
        region__lte=county.code_end,
        reported_at__gte=first,
        reported_at__lt=after,
    )
    return rows.select_related("region__parent", "reported_by").order_by(
        F("answered_at").asc(nulls_first=True), "id"
    )


def _answers(post: Appointment) -> bool:
    return post.role in HANDLERS.values()


def _inside(user: Any, level: int) -> Q:
    return _within(_ranges(user, level))


def _served(user: Any, level: int) -> Q:
    return Q(kind=ProblemKind.TECHNICAL) & _within(_bought(user, level))


def _within(spans: Iterable[tuple[int, int]]) -> Q:
    found = Q(pk__in=())
    for low, high in spans:
        found |= Q(region__gte=low, region__lte=high)
    return found


def _bought(user: Any, level: int) -> Iterable[tuple[int, int]]:
    """The code ranges where the office of this level bought this person's service; a municipality's is its city's."""
    levels = (Level.CITY, Level.PROVINCE) if level == Level.CITY else (level,)
    sizes = {subtree_end(0, each) for each in levels}
    rows = (row for row in grants(user).rows if row.role == Role.CONTRACTOR and row.high - row.low in sizes)
    return sorted({(row.low, row.high) for row in rows})


def _ranges(user: Any, level: int) -> Iterable[tuple[int, int]]:
    """The code ranges where this person holds the post that answers at this level."""
    return sorted({(row.low, row.high) for row in grants(user).rows if row.role == HANDLERS[level]})
