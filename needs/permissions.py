"""Who sees which needs and households beyond the public ones."""

from typing import Any

from django.db.models import Q

from accounts.enums import Verb
from accounts.permissions import grants
from needs.enums import PUBLIC


def needs_seen_by(user: Any) -> Q:
    """Public needs, one's own household's needs, and everything in the person's view ranges."""
    seen = Q(status__in=PUBLIC)
    if getattr(user, "is_authenticated", False):
        seen |= Q(household__account=user) | grants(user).q(Verb.VIEW, "region")
    return seen


def households_seen_by(user: Any) -> Q:
    """Households of the person's view ranges, and one's own."""
    if not getattr(user, "is_authenticated", False):
        return Q(pk__in=())
    return Q(account=user) | grants(user).q(Verb.VIEW, "region")
