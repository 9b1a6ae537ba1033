"""Whose work somebody may look at in this room."""

from typing import Any

from django.db.models import Q

from accounts.enums import Role, Verb
from accounts.permissions import Grants, grants

TOWNSHIP = 1_000


def watched(user: Any, field: str) -> Q:
    """A filter over the regions whose officers' work this person may see.

    Departments, who otherwise read figures, are left out: they see their own lists and nothing else.
    """
    held = Grants(tuple(row for row in grants(user).rows if row.role != Role.DEPARTMENT_OFFICER))
    return held.q(Verb.VIEW, field) | held.q(Verb.REPORT, field)


def answered_by(user: Any, field: str, *verbs: Verb) -> Q:
    """A filter over the places this person answers for by post: of a village or township all of it, else only itself.

    A county checks everything below it, but what its townships have to do does not stand in its own inbox.
    """
    q = Q(pk__in=())
    for row in {(row.low, row.high) for verb in verbs for row in grants(user).of(verb)}:
        low, high = row
        q |= Q(**{f"{field}__gte": low, f"{field}__lte": high if high - low < TOWNSHIP else low})
    return q
