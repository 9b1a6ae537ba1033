"""Who sees which imports."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Verb
from accounts.permissions import grants
from needs.models import HouseholdImport


def imports_visible_to(user: Any) -> QuerySet[HouseholdImport]:
    """One's own imports, and every import into the counties where this person collects as a whole."""
    seen = Q(actor=user) | Q(keeper=user) | grants(user).q(Verb.COLLECT, "county")
    return HouseholdImport.objects.filter(seen).select_related("county", "actor", "keeper")
