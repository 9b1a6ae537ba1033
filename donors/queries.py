"""Reads of the donors room."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.regions import ancestors
from donors.models import CharityAccount, GoodsNotice, Pledge
from donors.permissions import pledges_seen_by
from needs.models import Need

NOTICES_SHOWN = 5


def account_for(need: Need) -> CharityAccount | None:
    """The nearest charity account (county before city before province) whose licence is in force, or None."""
    places = [need.region_id, *ancestors(need.region_id)]
    return (
        CharityAccount.objects.licensed().filter(region__in=places).order_by("-region__level", "id").first()
    )


def notices_for(code: int) -> list[GoodsNotice]:
    """What this place and those above it do not need, nearest first."""
    found = GoodsNotice.objects.filter(region__in=[code, *ancestors(code)], ended_at=None)
    return list(found.select_related("region").order_by("-region__level", "id")[:NOTICES_SHOWN])


def visible_to(user: Any) -> QuerySet[Pledge]:
    """The pledges this person may open, with what their pages need."""
    return (
        Pledge.objects.filter(pledges_seen_by(user))
        .select_related(
            "need__region__parent", "need__household", "need__cooperative", "donor", "charity_account"
        )
        .distinct()
    )


def of_donor(user: Any) -> QuerySet[Pledge]:
    """A donor's own pledges."""
    return Pledge.objects.filter(donor=user).select_related(
        "need__region", "need__household", "charity_account"
    )


def in_office(user: Any) -> QuerySet[Pledge]:
    """Pledges of an officer's places or a charity's accounts, without the person's own gifts."""
    return visible_to(user).filter(~Q(donor=user))


def helped_before(sender: Any, user: Any, **kwargs: Any) -> bool:
    """Whether this person ever pledged; answers `needs.signals.has_helped`."""
    return Pledge.objects.filter(donor=user).exists()
