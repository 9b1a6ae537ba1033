"""Reads of the comparisons with the provincial register; for the county that approves there."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.enums import Level, Verb
from accounts.models import Region
from accounts.permissions import grants
from grid.models import DifferenceKind, RegisterCheck, RegisterDifference


def counties_to_check(user: Any) -> list[Region]:
    mine = grants(user).q(Verb.APPROVE, "code")
    return list(Region.objects.filter(mine, level=Level.COUNTY, valid_to=None).order_by("code")[:50])


def checks_visible_to(user: Any) -> QuerySet[RegisterCheck]:
    """The comparisons of my counties with their counts by kind, and how many are not decided."""
    counts = {
        f"n_{kind.value}": Count("differences", filter=Q(differences__kind=kind)) for kind in DifferenceKind
    }
    open_ = Q(differences__ruling="") & ~Q(differences__kind=DifferenceKind.UNREADABLE)
    found = RegisterCheck.objects.filter(grants(user).q(Verb.APPROVE, "county"))
    return found.select_related("county", "actor").annotate(
        **counts, n_open=Count("differences", filter=open_ & Q(differences__id__isnull=False))
    )


def differences_of(check: RegisterCheck) -> QuerySet[RegisterDifference]:
    return check.differences.select_related("region__parent", "household", "report", "ruled_by")


def differences_visible_to(user: Any) -> QuerySet[RegisterDifference]:
    return RegisterDifference.objects.filter(grants(user).q(Verb.APPROVE, "check_of__county"))
