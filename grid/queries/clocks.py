"""Which clocks a person sees, and those that somebody has to look at."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Level, Verb
from accounts.permissions import grants
from fupin.lib.clock import today
from grid.models import Clock

ON_DUTY = ((Verb.VERIFY, Level.VILLAGE), (Verb.CHECK, Level.TOWNSHIP), (Verb.APPROVE, Level.COUNTY))


def clocks_seen_by(user: Any) -> QuerySet[Clock]:
    """The clocks of the ranges where this person looks or reports."""
    held = grants(user)
    seen = held.q(Verb.VIEW, "region") | held.q(Verb.REPORT, "region")
    return Clock.objects.filter(seen).select_related("region__parent")


def overdue(user: Any) -> QuerySet[Clock]:
    """What is late at one's own level or below it, in the places one works for; longest late first."""
    held, mine = grants(user), Q(pk__in=())
    for verb, level in ON_DUTY:
        mine |= held.q(verb, "region") & Q(level__gte=level)
    late = Clock.objects.filter(mine, done_on=None, paused_on=None, at_least=False, due_on__lt=today())
    return late.select_related("region__parent").order_by("due_on", "id")


def in_state(rows: QuerySet[Clock], state: str) -> QuerySet[Clock]:
    """`late`, `paused`, `done`, else what runs."""
    running = rows.filter(done_on=None)
    match state:
        case "late":
            return running.filter(paused_on=None, at_least=False, due_on__lt=today())
        case "paused":
            return running.filter(paused_on__isnull=False)
        case "done":
            return rows.filter(done_on__isnull=False)
    return running.filter(paused_on=None)
