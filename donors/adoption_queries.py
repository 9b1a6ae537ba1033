"""Reads of adoptions: whose they are, what waits, how they look to each side."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Verb
from accounts.permissions import grants
from donors.enums import AdoptionStatus
from donors.models import Adoption


def visible_to(user: Any) -> QuerySet[Adoption]:
    """Adoptions this person may open: the donor, the household once the township approved, officers of the place."""
    family = Q(need__household__account=user, approved_by__isnull=False)
    return _related(
        Adoption.objects.filter(Q(donor=user) | family | grants(user).q(Verb.VIEW, "need__region"))
    )


def of_donor(user: Any) -> QuerySet[Adoption]:
    return _related(Adoption.objects.filter(donor=user)).order_by("-id")


def in_office(user: Any) -> QuerySet[Adoption]:
    """Adoptions of my places, without the person's own."""
    seen = Adoption.objects.filter(grants(user).q(Verb.VIEW, "need__region")).exclude(donor=user)
    return _related(seen)


def to_approve(user: Any) -> QuerySet[Adoption]:
    """What donors asked for where this person checks, longest waiting first."""
    mine = Adoption.objects.filter(grants(user).q(Verb.CHECK, "need__region"), status=AdoptionStatus.ASKED)
    return _related(mine.exclude(donor=user)).order_by("id")


def to_answer(user: Any) -> QuerySet[Adoption]:
    """Approved pairings whose household somebody has to ask, because it has no account of its own."""
    mine = Adoption.objects.filter(
        grants(user).q(Verb.COLLECT, "need__region"),
        status=AdoptionStatus.APPROVED,
        need__household__account=None,
    )
    return _related(mine.exclude(donor=user).exclude(approved_by=user)).order_by("id")


def _related(rows: QuerySet[Adoption]) -> QuerySet[Adoption]:
    return rows.select_related(
        "need__region__parent", "need__household__account", "need__progress", "donor", "approved_by"
    )
