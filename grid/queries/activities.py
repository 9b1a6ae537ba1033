"""Reads of meetings and trainings: lists, who is expected, and what a region still owes."""

from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from accounts.enums import Level, Role, Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import grants
from fupin.lib.clock import month_of, today
from grid.models import Activity, ActivityKind, ActivityState, Attendance
from grid.scope import watched

SOON_FROM_DAY = 20
SOON_FROM_MONTH = 10
OVERDUE_UNTIL_MONTH = 3
"""A training that was not held last year is asked for until the end of March."""

# 第十八条: the village every month; 第八条: the township, 第二十四条: the county, every year.
DUTY = {
    Level.VILLAGE: ActivityKind.MEETING,
    Level.TOWNSHIP: ActivityKind.TRAINING,
    Level.COUNTY: ActivityKind.TRAINING,
}
RUNS = {Level.VILLAGE: Verb.VERIFY, Level.TOWNSHIP: Verb.CHECK, Level.COUNTY: Verb.CHECK}
"""What it takes to hold one there."""
LEARNING = (Role.VILLAGE_OFFICER, Role.GRID_LEADER, Role.GRID_MEMBER)


def visible_to(user: Any) -> QuerySet[Activity]:
    """Those of the places this person looks after, and those the person was at."""
    mine = Exists(Attendance.objects.filter(activity=OuterRef("pk"), user=user))
    return (
        Activity.objects.filter(watched(user, "region") | Q(mine))
        .select_related("region__parent", "planned_by", "closed_by")
        .annotate(present=Count("attendances"))
    )


def may_run(user: Any, region: Region) -> bool:
    """Whether this person holds meetings and trainings at this place."""
    verb = RUNS.get(Level(region.level))
    return verb is not None and grants(user).allow(verb, region.code)


def places_to_run(user: Any) -> list[Region]:
    """The places of the person's own posts where it holds activities, the lowest first."""
    codes = {row.low for verb in set(RUNS.values()) for row in grants(user).of(verb)}
    found = Region.objects.filter(code__in=codes, valid_to=None).select_related("parent")
    return [region for region in found.order_by("-level", "code") if may_run(user, region)]


def expected(region: Region, *, below: Region | None = None) -> QuerySet[Appointment]:
    """The posts whose holders should come, `below` a part of the region only.

    To a village's meeting everybody in post there, to trainings the village and grid officers (第八条).
    """
    place = below or region
    posts = Appointment.objects.active().filter(region__gte=place.code, region__lte=place.code_end)
    if region.level != Level.VILLAGE:
        posts = posts.filter(role__in=LEARNING)
    return posts.select_related("user", "region__parent").order_by("region_id", "id")


def could_sign(user: User, region: Region) -> bool:
    """Anybody in post there, below or above may be at the meeting."""
    return any(
        row.low <= region.code <= row.high or region.code <= row.low <= region.code_end
        for row in grants(user).official
    )


def last_month(day: date) -> date:
    return month_of(month_of(day) - timedelta(days=1))


def held(kind: str, low: date, after: date) -> Exists:
    """Whether the region of the outer row held one of this kind on a day from `low` until before `after`."""
    return Exists(
        Activity.objects.filter(
            region=OuterRef("pk"), kind=kind, state=ActivityState.HELD, held_on__gte=low, held_on__lt=after
        )
    )


def _in_post(before: date) -> Exists:
    """Somebody runs the place since before that day: nothing is owed for the time before the first officer."""
    running = (Role.VILLAGE_OFFICER, Role.TOWNSHIP_MANAGER, Role.COUNTY_ADMIN)
    return Exists(
        Appointment.objects.filter(
            region=OuterRef("pk"), role__in=running, ended_at=None, starts_on__lt=before
        )
    )


def late() -> Q:
    """Regions that owe last month's meeting, or (until March) last year's training."""
    month = month_of(today())
    before, year = last_month(today()), date(today().year, 1, 1)
    meetings = Q(level=Level.VILLAGE) & ~held(ActivityKind.MEETING, before, month) & _in_post(before)
    if today().month > OVERDUE_UNTIL_MONTH:
        return meetings
    past = date(year.year - 1, 1, 1)
    trainings = Q(level__in=(Level.TOWNSHIP, Level.COUNTY))
    return meetings | trainings & ~held(ActivityKind.TRAINING, past, year) & _in_post(past)


def approaching() -> Q:
    """Regions whose month (from the 20th) or year (from October) comes to its end without."""
    day, nothing = today(), Q(pk__in=())
    month = month_of(day)
    found = nothing
    if day.day >= SOON_FROM_DAY:
        found |= Q(level=Level.VILLAGE) & ~held(ActivityKind.MEETING, month, day.max) & _in_post(month)
    if day.month >= SOON_FROM_MONTH:
        year = date(day.year, 1, 1)
        trainings = Q(level__in=(Level.TOWNSHIP, Level.COUNTY))
        found |= trainings & ~held(ActivityKind.TRAINING, year, day.max) & _in_post(month)
    return found


def owing(user: Any) -> QuerySet[Region]:
    """What stands in somebody's inbox: the own places that owe something, and those directly below that are late."""
    own = {row.low for verb in set(RUNS.values()) for row in grants(user).of(verb)}
    places = Region.objects.filter(valid_to=None, level__in=DUTY).select_related("parent")
    mine = Q(code__in=own) & (late() | approaching())
    below = Q(parent__in=own) & ~Q(code__in=own) & late()
    overdue = Exists(Region.objects.filter(late(), pk=OuterRef("pk")))
    found = places.filter(mine | below).annotate(
        is_late=overdue, is_own=ExpressionWrapper(Q(code__in=own), output_field=BooleanField())
    )
    return found.order_by("-is_late", "code")
