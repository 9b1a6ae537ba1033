"""Who looks after which households: officers by their ranges, grid people by the grids they serve in."""

from typing import Any

from django.db.models import Q

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from fupin.lib.errors import NotAllowed
from grid.models import Grid, GridHousehold, GridMember

NOBODY = Q(pk__in=())


def own_grids(user: Any) -> list[int]:
    """The grids where this person serves today as leader or member, asked once per request."""
    if not any(True for _ in grants(user).of(Verb.VISIT)):
        return []
    cached: list[int] | None = getattr(user, "_own_grids", None)
    if cached is None:
        mine = GridMember.objects.serving().filter(post__user=user)
        cached = user._own_grids = sorted(set(mine.values_list("grid_id", flat=True)))
    return cached


def homes_seen_by(user: Any) -> Q:
    """A filter over `GridHousehold`: those of the own grids, and those of the view ranges."""
    mine = own_grids(user)
    return (Q(grid__in=mine) if mine else NOBODY) | grants(user).q(Verb.VIEW, "region")


def grids_seen_by(user: Any) -> Q:
    """A filter over `Grid`, likewise; who reads figures sees the grids, too."""
    mine, held = own_grids(user), grants(user)
    own = Q(pk__in=mine) if mine else NOBODY
    return own | held.q(Verb.VIEW, "village") | held.q(Verb.REPORT, "village")


def may_visit(user: Any, home: GridHousehold) -> bool:
    """Grid people in their grids, and officers who collect there."""
    return home.grid_id in own_grids(user) or grants(user).allow(Verb.COLLECT, home.region_id)


def ensure_may_visit(actor: User, home: GridHousehold) -> None:
    """Raise NotAllowed for who neither serves in this grid nor collects there."""
    if not may_visit(actor, home):
        raise NotAllowed("您不负责走访这户人家。")


def may_arrange(user: Any, code: int) -> bool:
    """Who divides a village into grids: its officers, the township, and the county (第九、十条)."""
    held = grants(user)
    return held.allow(Verb.VERIFY, code) or held.allow(Verb.APPROVE, code)


def ensure_may_arrange(actor: User, code: int) -> None:
    """Raise NotAllowed for who does not arrange the grids of this village."""
    if not may_arrange(actor, code):
        raise NotAllowed("网格由村、乡镇和县里划分，您没有这个权限。")


def may_lead(user: Any, grid: Grid) -> bool:
    """The leader of this grid, and who arranges it."""
    return grid.pk in own_grids(user) or may_arrange(user, grid.village_id)
