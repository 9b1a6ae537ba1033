"""What moves in the grid room when villages are merged or divided: grids, who serves in them, what they owe."""

from collections.abc import Sequence

from django.db.models import Max, Q

from accounts.models import Appointment, Region
from fupin.lib.clock import now
from grid.clock_rules import CLUE_CLOCKS as CLOCKS
from grid.models import (
    Activity,
    ActivityState,
    Assignment,
    Clock,
    Clue,
    Grid,
    GridHousehold,
    GridMember,
    InspectionItem,
    Measure,
    Notice,
    Problem,
    Visit,
)


def move(*, sources: Sequence[int], target: Region, households: Sequence[int] | None = None) -> int:
    """Take the grids of merged villages under `target`, or the named households of a divided one; returns how many.

    A merged grid keeps its households, its people (whose posts moved before) and what it owes, and gets the next
    number; running clocks go along. Households of a divided village go to grids of the same names in the new one,
    which has no people yet. Call it inside the transaction that holds the regions' rows, after the posts and the
    households moved.
    """
    if households is not None:
        return _divide(sources, target, households)
    grids = Grid.objects.select_for_update(of=("self",)).filter(village__in=sources)
    number = _last(target)
    moved = 0
    for grid in grids.order_by("village", "number"):
        if grid.ended_at is None:
            number += 1
            moved += 1
            Grid.objects.filter(pk=grid.pk).update(village=target, number=number)
    GridHousehold.objects.filter(region__in=sources).update(region=target)
    Visit.objects.filter(region__in=sources, has_problem=True, settled_at=None).update(region=target)
    Activity.objects.filter(region__in=sources, state=ActivityState.PLANNED).update(region=target)
    InspectionItem.objects.filter(region__in=sources, closed_at=None).update(region=target)
    Clock.objects.filter(region__in=sources, done_on=None).update(region=target)
    Clue.objects.filter(region__in=sources, closed_at=None).update(region=target)
    Assignment.objects.filter(region__in=sources, closed_at=None).update(region=target)
    Problem.objects.filter(region__in=sources, answered_at=None).update(region=target)
    Notice.objects.filter(region__in=sources, taken_down_at=None).update(region=target)
    _follow_posts(sources, target)
    return moved


def _divide(sources: Sequence[int], target: Region, households: Sequence[int]) -> int:
    rows = GridHousehold.objects.filter(household__in=households, region__in=sources)
    clues = Clue.objects.filter(household__in=households, region__in=sources, closed_at=None)
    going = list(clues.values_list("pk", flat=True))
    orders = list(Measure.objects.filter(clue__in=going).values_list("pk", flat=True))
    running = Clock.objects.filter(
        Q(kind__in=CLOCKS, object_id__in=going) | Q(kind="measure", object_id__in=orders), done_on=None
    )
    running.update(region=target)
    Notice.objects.filter(clue__in=going, taken_down_at=None).update(region=target)
    clues.update(region=target)
    problems = Visit.objects.filter(household__in=households, has_problem=True, settled_at=None)
    problems.filter(region__in=sources).update(region=target)
    grids = Grid.objects.filter(pk__in=rows.values("grid")).order_by("number")
    for number, grid in enumerate(grids, start=_last(target) + 1):
        made = Grid.objects.create(village=target, number=number, name=grid.name, made_by=grid.made_by)
        rows.filter(grid=grid).update(grid=made, region=target)
    return len(grids)


def _follow_posts(sources: Sequence[int], target: Region) -> None:
    """Tie the members to the posts they now hold in the village that took over; who holds none leaves the grid."""
    for member in GridMember.objects.filter(
        grid__village=target, ended_at=None, post__region__in=sources
    ).select_related("post"):
        held = Appointment.objects.active().filter(
            user=member.post.user_id, region=target, role=member.post.role
        )
        post = held.order_by("-id").first()
        if post and not GridMember.objects.filter(grid=member.grid_id, post=post, ended_at=None).exists():
            member.post = post
        else:
            member.ended_at = now()
        member.save(update_fields=["post", "ended_at"])


def _last(village: Region) -> int:
    return Grid.objects.filter(village=village).aggregate(last=Max("number"))["last"] or 0
