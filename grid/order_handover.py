"""What an officer leaves behind in the grid room (`accounts.handover`): the work orders of a department's post."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.handover import SHOWN, Work
from accounts.models import Appointment, User
from accounts.services import audit
from grid.clue_enums import MeasureState
from grid.models import Measure

OPEN = (MeasureState.SENT, MeasureState.ACCEPTED)


def open_work(post: Appointment) -> list[Work]:
    """Orders that were sent to this post and are not done."""
    orders = _orders(post)
    rows = [(f"{one.clue.name}户：{one.words}", one.get_absolute_url()) for one in orders[:SHOWN]]
    work = Work("没有落实的派单", orders.count(), rows, moves=True)
    return [work] if work.count else []


def move(post: Appointment, *, actor: User, successor: User) -> int:
    """Send the open orders on to the successor's post of the same kind; without one they stay where they are."""
    heir = Appointment.objects.active().filter(user=successor, region=post.region, role=post.role).first()
    if heir is None:
        return 0
    orders = list(_orders(post).select_for_update(no_key=True, of=("self",)))
    Measure.objects.filter(pk__in=[one.pk for one in orders]).update(post=heir)
    for one in orders:
        audit.record(
            actor=actor,
            action="measure.handover",
            obj=one,
            region_code=one.clue.region_id,
            changes={"from": post.user_id, "to": successor.pk},
        )
    return len(orders)


def unattended() -> Q:
    """Posts with open orders."""
    return Q(Exists(Measure.objects.filter(post=OuterRef("pk"), state__in=OPEN)))


def _orders(post: Appointment) -> QuerySet[Measure]:
    return Measure.objects.filter(post=post, state__in=OPEN).select_related("clue").order_by("id")
