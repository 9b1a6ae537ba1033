"""Reads of grids: who looks after a household, who serves where."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.enums import Role
from accounts.models import Appointment
from accounts.permissions import ROLE_LEVELS
from accounts.regions import ancestors
from grid.models import Grid, GridHousehold, GridMember, TownshipLeader
from grid.permissions import grids_seen_by, homes_seen_by
from needs.models import Household

POSTS = (Role.GRID_LEADER, Role.GRID_MEMBER)
MOST = 200


def visible_to(user: Any) -> QuerySet[Grid]:
    """The standing grids this person may open."""
    return Grid.objects.standing().filter(grids_seen_by(user)).select_related("village__parent")


def homes_visible_to(user: Any) -> QuerySet[GridHousehold]:
    """The households in grids that this person may open."""
    rows = GridHousehold.objects.filter(homes_seen_by(user), household__closed_at=None)
    return rows.select_related("household", "grid", "region__parent")


def grid_of(household: Household) -> Grid | None:
    """The grid a household is in, with its village; None where nobody has placed it yet."""
    return Grid.objects.filter(homes__household=household).select_related("village__parent").first()


def members_of(grid: Grid) -> list[GridMember]:
    """Who serves in a grid today, the leader first."""
    rows = grid.members.serving().select_related("post__user", "post__region")
    return sorted(rows, key=lambda row: (not row.is_leader, row.pk))


def leader_of(grid: Grid) -> GridMember | None:
    """网格长, or None while the place is empty."""
    return _leaders(grid).select_related("post__user", "post__region").first()


def leader_id(grid: Grid) -> int | None:
    """The user who is 网格长."""
    return _leaders(grid).values_list("post__user_id", flat=True).first()


def _leaders(grid: Grid) -> QuerySet[GridMember]:
    return grid.members.serving().filter(post__role=Role.GRID_LEADER).order_by("pk")


def grids_in(village: int) -> QuerySet[Grid]:
    """The standing grids of a village in their order, with `size`, the number of their households."""
    rows = Grid.objects.standing().filter(village=village).select_related("village__parent")
    return rows.annotate(size=Count("homes")).order_by("number")


def serving_in(village: int) -> dict[int, list[GridMember]]:
    """Who serves in the grids of a village, by grid, leaders first; one query."""
    found: dict[int, list[GridMember]] = {}
    rows = GridMember.objects.serving().filter(grid__village=village)
    for row in sorted(rows.select_related("post__user", "grid"), key=lambda row: (not row.is_leader, row.pk)):
        found.setdefault(row.grid_id, []).append(row)
    return found


def without_grid(village: int) -> QuerySet[Household]:
    """The open households of a village that are in no grid."""
    return Household.objects.filter(region=village, closed_at=None, in_grid=None).order_by("id")


def posts_in(village: int) -> QuerySet[Appointment]:
    """Grid leaders and members in post at a village, who may be given a grid."""
    rows = Appointment.objects.active().filter(region=village, role__in=POSTS, user__is_active=True)
    return rows.select_related("user", "region").order_by("id")


def answering_for(code: int) -> list[Appointment]:
    """Officers in post at a village and its township, village first: the rungs of board and household notice."""
    places = [code, *(above for above in ancestors(code) if above % 10**6)]
    at = Q(role=Role.VILLAGE_OFFICER) | Q(role=Role.TOWNSHIP_MANAGER) | Q(role=Role.LEADER, region__level=4)
    rows = Appointment.objects.active().filter(at, region__in=places).select_related("user", "region")
    return sorted(rows, key=lambda row: (-row.region.level, row.role != Role.LEADER, row.pk))[:MOST]


def leaders_of(township: int) -> list[TownshipLeader]:
    """Who of the county answers for a township (包保), while their post holds."""
    posts = Appointment.objects.active().filter(role__in=ROLE_LEVELS)
    rows = TownshipLeader.objects.filter(township=township, ended_at=None, post__in=posts)
    return list(rows.select_related("post__user", "post__region", "township").order_by("id"))
