"""Reads of the office's lists: what officers work on, and the rows behind the figures that leaders read."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Verb
from accounts.models import Region
from accounts.permissions import grants
from fupin.lib.clock import now
from needs.enums import PUBLIC, Status
from needs.models import Campaign, Household, Need

# Which verb opens which gate.
VERB_OF: dict[str, Verb] = {
    Status.SUBMITTED: Verb.VERIFY,
    Status.VERIFIED: Verb.CHECK,
    Status.CHECKED: Verb.APPROVE,
}


def needs_listed_for(user: Any) -> QuerySet[Need]:
    """Every need of the view ranges, and the public ones where the person reads figures."""
    held = grants(user)
    listed = held.q(Verb.VIEW, "region") | (held.q(Verb.REPORT, "region") & Q(status__in=PUBLIC))
    return Need.objects.filter(listed).select_related("region__parent", "household", "cooperative")


def queue(user: Any, status: str) -> QuerySet[Need]:
    """What waits for this person at one gate, next due first: a gate's deadline follows the waiting time.

    Their own writing waits for a colleague, what is approved for a later day for nobody. By county, as the index is.
    """
    q = Q(pk__in=())
    for row in grants(user).of(VERB_OF[status]):
        county = row.low // 10**6
        near = Q(county=county) if county == row.high // 10**6 else Q()
        q |= near & Q(region__gte=row.low, region__lte=row.high)
    waiting = Need.objects.filter(q, status=status, waiting_since__isnull=False, publish_at=None)
    return (
        waiting.exclude(created_by=user)
        .select_related("region__parent", "household")
        .order_by("waiting_since", "id")
    )


def households_listed_for(user: Any) -> QuerySet[Household]:
    """Households of the view ranges, and those behind the figures; the page masks the names of the latter."""
    held = grants(user)
    listed = held.q(Verb.VIEW, "region") | held.q(Verb.REPORT, "region")
    return Household.objects.filter(listed).select_related("region__parent")


def households_to_write_for(user: Any) -> QuerySet[Household]:
    """Households in whose name this officer may write."""
    return Household.objects.filter(grants(user).q(Verb.COLLECT, "region")).select_related("region__parent")


def within(region: Region | None, column: str = "region") -> Q:
    """A filter on the subtree of a region; None filters nothing."""
    if region is None:
        return Q()
    return Q(**{f"{column}__gte": region.code, f"{column}__lte": region.code_end})


def own_needs(household: Household) -> QuerySet[Need]:
    """A household's needs, newest first, those it took back left out."""
    return (
        household.needs.exclude(status=Status.WITHDRAWN)
        .select_related("region", "progress")
        .prefetch_related("reviews")
        .order_by("-id")
    )


def campaigns_in_office(user: Any) -> QuerySet[Campaign]:
    """The campaigns of the counties where this person approves, newest first."""
    mine = Campaign.objects.filter(grants(user).q(Verb.APPROVE, "region"))
    return mine.select_related("region").order_by("-id")


def campaigns_for(need: Need) -> list[Campaign]:
    """The campaigns of the need's county that are still to come, next first; at most ten."""
    coming = Campaign.objects.filter(region=need.county * 10**6, release_at__gt=now())
    return list(coming.order_by("release_at", "id")[:10])
