"""Who sees which clues, what waits for whom, and the notices of a village."""

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.enums import Verb
from accounts.permissions import grants
from grid.clock_rules import CLUE_CLOCKS
from grid.clue_enums import ClueState, MeasureState
from grid.models import Clock, Clue, Measure, Notice
from grid.permissions import own_grids

COUNTY_SPAN = 10**6 - 1
OF_TOWNSHIP = (ClueState.JUDGING, ClueState.VISITING, ClueState.RECHECKING)


def visible_to(user: Any) -> QuerySet[Clue]:
    """Clues of the person's view ranges; for grid people those of their grids and those they reported."""
    held = grants(user)
    seen = held.q(Verb.VIEW, "region")
    if any(True for _ in held.of(Verb.VISIT)):
        seen |= Q(household__in_grid__grid__in=own_grids(user)) | Q(reported_by=user)
    rows = Clue.objects.filter(seen).select_related("household", "region__parent", "reported_by")
    due = Clock.objects.filter(object_id=OuterRef("pk"), kind__in=CLUE_CLOCKS, done_on=None)
    return rows.annotate(
        due_on=Subquery(due.values("due_on")[:1]), paused_on=Subquery(due.values("paused_on")[:1])
    )


def waiting(user: Any) -> QuerySet[Clue]:
    """What waits for this person's step, next due first. A county leaves the township's work to the township."""
    held = grants(user)
    below_county = [row for row in held.of(Verb.CHECK) if row.high - row.low < COUNTY_SPAN]
    town = Q(pk__in=())
    for row in below_county:
        town |= Q(region__gte=row.low, region__lte=row.high)
    mine = held.q(Verb.VERIFY, "region") & Q(state=ClueState.REPORTED)
    mine |= town & Q(state__in=OF_TOWNSHIP)
    mine |= held.q(Verb.APPROVE, "region") & Q(state=ClueState.REVIEWING)
    return visible_to(user).filter(mine).order_by(F("due_on").asc(nulls_last=True), "id")


def standing_in(region_code: int) -> QuerySet[Notice]:
    """What is up in a village today, newest first."""
    return Notice.objects.standing().filter(region=region_code).order_by("-id")


def measures_of(user: Any) -> QuerySet[Measure]:
    """Measures of the clues this person sees, and the orders sent to their own post in force."""
    held = grants(user)
    seen = held.q(Verb.VIEW, "clue__region") | Q(post__user=user, post__ended_at=None)
    return Measure.objects.filter(seen).select_related(
        "clue__household", "clue__region__parent", "post__user", "made_by"
    )


def orders_waiting(user: Any) -> QuerySet[Measure]:
    """What a department's officer has to accept or finish, next due first."""
    mine = Q(post__user=user, post__ended_at=None)
    rows = Measure.objects.filter(mine, state__in=(MeasureState.SENT, MeasureState.ACCEPTED))
    return rows.select_related("clue__household", "clue__region__parent").order_by("due_on", "id")
