"""Reads of the office about pledges: what waits for whom, and the lists behind figures."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Verb
from accounts.permissions import grants
from donors.enums import PledgeStatus
from donors.models import DeliveryCase, Pledge
from donors.permissions import pledges_seen_by
from fupin.lib.clock import today
from needs.enums import Form
from needs.models import Household

RELATED = ("need__region__parent", "need__household", "donor", "charity_account")
# Its word is awaited by the recipient side: the parcel is sent, the money is there, the day of the visit has come.
ON_THE_WAY = Q(form=Form.GOODS, status=PledgeStatus.SHIPPED) | Q(
    form=Form.MONEY, status__in=(PledgeStatus.RECEIVED, PledgeStatus.DELIVERED)
)


def listed_for(user: Any) -> QuerySet[Pledge]:
    """Pledges of my places and accounts, and those behind the figures that I read; never my own gifts."""
    listed = pledges_seen_by(user) | grants(user).q(Verb.REPORT, "need__region")
    return Pledge.objects.filter(listed).exclude(donor=user).select_related(*RELATED)


def of_my_accounts(user: Any) -> QuerySet[Pledge]:
    """Money pledged to the charity accounts that this person reconciles; never the person's own gifts."""
    mine = grants(user).q(Verb.RECONCILE, "charity_account__region")
    return Pledge.objects.filter(mine, form=Form.MONEY).exclude(donor=user).select_related(*RELATED)


def to_confirm(user: Any) -> QuerySet[Pledge]:
    """What waits for the recipient side in the places where this person verifies, longest waiting first."""
    mine = grants(user).q(Verb.VERIFY, "need__region")
    return awaited().filter(mine).exclude(donor=user)


def to_confirm_by(household: Household) -> QuerySet[Pledge]:
    """What waits for the word of the household itself."""
    return awaited().filter(need__household=household)


def awaited() -> QuerySet[Pledge]:
    """What waits for the word of a recipient side anywhere, longest waiting first."""
    visits = Q(form=Form.SERVICE, status=PledgeStatus.PLEDGED, service_on__lte=today())
    return (
        Pledge.objects.filter(ON_THE_WAY | visits)
        .select_related(*RELATED)
        .prefetch_related("items__item")
        .order_by("id")
    )


def cases_of(user: Any) -> QuerySet[DeliveryCase]:
    """Cases of the places where this person approves or checks; never about own gifts."""
    held, place = grants(user), "pledge__need__region"
    return (
        DeliveryCase.objects.filter(held.q(Verb.APPROVE, place) | held.q(Verb.CHECK, place))
        .exclude(pledge__donor=user)
        .select_related("pledge__need__household", "pledge__need__region__parent", "pledge__donor")
    )
