"""What is overdue beside the clocks: visits, monthly tables, and findings that nobody put right."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from accounts.enums import Level
from fupin.lib.clock import month_of, today
from grid.models import Grid, GridHousehold, ItemState, MonthSheet
from grid.permissions import grids_seen_by
from grid.queries.inspections import items_visible_to
from grid.queries.visits import TO_COUNTY, TO_TOWNSHIP, schedule_of

MOST = 1_000
"""Counted up to here."""
WAIT = {Level.VILLAGE: timedelta(0), Level.TOWNSHIP: TO_TOWNSHIP, Level.COUNTY: TO_COUNTY}


@dataclass(frozen=True, slots=True)
class Late:
    """One kind of overdue work and the list where it stands."""

    label: str
    count: str
    url: str


def beside_clocks(user: Any, level: int | None) -> list[Late]:
    """What is late in this person's places, of one level on duty if given; three counts, each up to MOST."""
    wait = WAIT.get(Level(level), timedelta(0)) if level else timedelta(0)
    homes = schedule_of(user).order_by().filter(due_on__lt=today() - wait)
    found: list[tuple[str, QuerySet[Any], str]] = [
        ("户超期没有走访", homes, f"{reverse('grid:visits')}?show=late")
    ]
    if level in (None, Level.VILLAGE):
        found.append(("个网格上月的排查表没有上报", unfiled(user), reverse("grid:grids")))
    items = items_visible_to(user).filter(state=ItemState.PROBLEM, due_on__lt=today()).order_by()
    if level:
        items = items.filter(region__level=level)
    found.append(("件督查问题超期没有整改", items, reverse("grid:inspections")))
    counted = [(label, rows.values("pk")[: MOST + 1].count(), url) for label, rows, url in found]
    return [
        Late(label, f"{MOST}+" if count > MOST else str(count), url) for label, count, url in counted if count
    ]


def unfiled(user: Any) -> QuerySet[Grid]:
    """The grids in sight with households whose table of last month is not in."""
    month = month_of(month_of(today()) - timedelta(days=1))
    handed = MonthSheet.objects.filter(month=month).values("grid")
    lived = GridHousehold.objects.filter(grid=OuterRef("pk"), since__lt=month_of(today()))
    rows = Grid.objects.standing().filter(grids_seen_by(user)).exclude(pk__in=handed)
    return rows.filter(Exists(lived)).order_by()
