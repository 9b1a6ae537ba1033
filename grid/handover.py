"""What a grid leader or member leaves behind (`accounts.handover`): the grids they serve in, with what is due there."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.handover import SHOWN, Work
from accounts.models import Appointment, User
from accounts.services import audit
from fupin.lib.clock import now
from grid.models import GridMember


def open_work(post: Appointment) -> list[Work]:
    """Their places in grids: somebody has to look after the households there."""
    places = _places(post)
    rows = [
        (f"{row.grid.name}（{row.grid.village.name}）", reverse("grid:grid", args=[row.grid_id]))
        for row in places.select_related("grid__village")[:SHOWN]
    ]
    count = places.count()
    return [Work("负责走访的网格", count, rows, moves=True)] if count else []


def move(post: Appointment, *, actor: User, successor: User) -> int:
    """Let the successor serve in these grids by their own grid post there; who holds none looks after the households
    by the post that covers the village, and the place in the grid stays to be filled."""
    places = list(_places(post).select_for_update(no_key=True, of=("self",)).select_related("grid"))
    held = Appointment.objects.active().filter(user=successor, region=post.region_id, role=post.role).first()
    for place in places:
        GridMember.objects.filter(pk=place.pk).update(ended_at=now())
        if held and not place.grid.members.filter(post=held, ended_at=None).exists():
            GridMember.objects.create(
                grid=place.grid, post=held, kind=place.kind, duty=place.duty, made_by=actor
            )
        audit.record(
            actor=actor,
            action="grid.member.handover",
            obj=place,
            region_code=place.grid.village_id,
            changes={"grid": place.grid_id, "from": post.user_id, "to": successor.pk},
        )
    return len(places)


def unattended() -> Q:
    """Posts that still stand for a place in a grid."""
    places = GridMember.objects.filter(post=OuterRef("pk"), ended_at=None, grid__ended_at=None)
    return Q(Exists(places))


def _places(post: Appointment) -> QuerySet[GridMember]:
    return GridMember.objects.filter(post=post, ended_at=None, grid__ended_at=None).order_by("id")
