"""What waits at a post in the donors room (`accounts.handover`). All of it is done by region: nothing moves."""

from django.db.models import Q, QuerySet

from accounts.enums import Verb
from accounts.handover import SHOWN, Work
from accounts.models import Appointment, User
from accounts.permissions import ROLE_VERBS
from donors.enums import AdoptionStatus, PledgeStatus
from donors.models import Adoption, Pledge
from donors.office_queries import awaited
from donors.rows import gift
from needs.enums import Form


def open_work(post: Appointment) -> list[Work]:
    """Gifts to confirm where the post verifies, money to look up and pay out where it reconciles."""
    verbs, found = ROLE_VERBS[post.role], []
    low, high = post.region_id, post.region.code_end
    if Verb.VERIFY in verbs:
        mine = awaited().filter(need__region__gte=low, need__region__lte=high)
        found.append(_pledges("等确认收到的帮助", mine))
    if Verb.CHECK in verbs:
        asked = Adoption.objects.filter(
            status=AdoptionStatus.ASKED, need__region__gte=low, need__region__lte=high
        ).select_related("need")
        rows = [(str(row.need), row.get_absolute_url()) for row in asked.order_by("id")[:SHOWN]]
        found.append(Work("等审核的结对", asked.count(), rows))
    if Verb.RECONCILE in verbs:
        money = Pledge.objects.filter(
            form=Form.MONEY, charity_account__region__gte=low, charity_account__region__lte=high
        ).select_related("need")
        states = (PledgeStatus.PLEDGED, PledgeStatus.PAID)
        found.append(_pledges("等核对到账的善款", money.filter(status__in=states)))
        found.append(_pledges("等拨付的善款", money.filter(status=PledgeStatus.RECEIVED)))
    return [work for work in found if work.count]


def move(post: Appointment, *, actor: User, successor: User) -> int:
    return 0


def unattended() -> Q:
    return Q(pk__in=())


def _pledges(title: str, pledges: QuerySet[Pledge]) -> Work:
    rows = [
        (f"{gift(pledge)}（{pledge.need.title}）", pledge.get_absolute_url())
        for pledge in pledges.order_by("id")[:SHOWN]
    ]
    return Work(title, pledges.order_by().count(), rows)
