"""Who sees which pledges: the donor, the household, officers of the place, the charity of the account."""

from typing import Any

from django.db.models import Q

from accounts.enums import Verb
from accounts.permissions import grants


def pledges_seen_by(user: Any) -> Q:
    """A filter over pledges; nothing for anonymous visitors."""
    if not getattr(user, "is_authenticated", False):
        return Q(pk__in=())
    held = grants(user)
    return (
        Q(donor=user)
        | Q(need__household__account=user)
        | held.q(Verb.VIEW, "need__region")
        | held.q(Verb.RECONCILE, "charity_account__region")
    )
