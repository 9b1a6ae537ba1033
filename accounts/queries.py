"""Reads about regions and people."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import ApplicationState, Level, Role, Verb
from accounts.models import Appointment, Message, PostApplication, Region, User
from accounts.permissions import given_by, grants
from accounts.regions import ancestors
from fupin.lib.clock import today

SOON = timedelta(days=30)
CONTRACT_SOON = timedelta(days=14)
CONTACT_ROLES = (
    Role.VILLAGE_OFFICER,
    Role.TOWNSHIP_MANAGER,
    Role.COUNTY_ADMIN,
    Role.CHARITY_FINANCE,
    Role.CITY_OFFICE,
)
"""The posts that the public turns to; leaders and those who inspect are none of them."""
CONTACTS_SHOWN = 20


def path_of(code: int) -> list[Region]:
    """The region and those above it, from the top; one query."""
    return list(Region.objects.filter(code__in=[code, *ancestors(code)]).order_by("level"))


def paths_of(codes: Iterable[int]) -> dict[int, list[Region]]:
    """`path_of` for many codes at once, by code; one query."""
    chains = {code: [*ancestors(code), code] for code in codes}
    known = Region.objects.in_bulk({place for chain in chains.values() for place in chain})
    return {code: [known[place] for place in chain if place in known] for code, chain in chains.items()}


def children_of(parent: Region | None) -> QuerySet[Region]:
    """The regions in force directly below `parent`, or the provinces."""
    return Region.objects.filter(parent=parent, valid_to=None).order_by("code")


def counties_named(words: str) -> list[Region]:
    """Counties in force of this name, or of this name behind their city's (衡阳市祁东县); 2 at most."""
    tails = [words[start:] for start in range(len(words) - 1)]
    found = Region.objects.filter(level=3, name__in=tails, valid_to=None).select_related("parent")
    return [
        region
        for region in found.order_by("code")
        if words == region.name or (region.parent and words.endswith(region.parent.name + region.name))
    ][:2]


def villages_in(user: Any, verb: Verb) -> QuerySet[Region]:
    """The villages where this person holds `verb`."""
    return Region.objects.filter(grants(user).q(verb, "code"), level=5).order_by("code")


def appointments_seen_by(user: Any) -> QuerySet[Appointment]:
    """The posts inside the ranges where this person appoints."""
    return (
        Appointment.objects.filter(grants(user).q(Verb.APPOINT, "region"))
        .select_related("user", "region__parent", "appointed_by")
        .order_by("-id")
    )


def contacts_of(codes: Iterable[int]) -> QuerySet[Appointment]:
    """The posts of these regions that people turn to, today's, by role, those with an office phone first."""
    posts = Appointment.objects.active().filter(region__in=list(codes), role__in=CONTACT_ROLES)
    return posts.select_related("user").order_by("role", "-duty_phone", "id")[: CONTACTS_SHOWN * len(Level)]


def in_force() -> Q:
    """A filter over posts that hold today or will: neither ended nor past their last day."""
    return Q(ended_at=None) & (Q(ends_on=None) | Q(ends_on__gte=today()))


def ending_soon() -> Q:
    """Those whose last day comes within 30 days."""
    return in_force() & Q(ends_on__lte=today() + SOON)


def contracts_ending(user: Any) -> QuerySet[Appointment]:
    """Bought services whose last day comes within 14 days, for whoever may prolong them; the next one first."""
    mine = Q(pk__in=())
    for row in grants(user).of(Verb.APPOINT):
        if Role.CONTRACTOR in given_by(row.role, Level.COUNTY):
            mine |= Q(region__gte=row.low, region__lte=row.high)
    posts = Appointment.objects.filter(mine, in_force(), role=Role.CONTRACTOR)
    near = posts.filter(ends_on__lte=today() + CONTRACT_SOON).exclude(user=user)
    return near.select_related("user", "region__parent").order_by("ends_on", "id")


def applications_for(user: Any) -> QuerySet[PostApplication]:
    """The requests for posts that this person may grant or refuse; never the person's own."""
    mine = Q(pk__in=())
    for row in grants(user).of(Verb.APPOINT):
        for level in Level:
            roles = given_by(row.role, level)
            inside = Q(region__gte=row.low, region__lte=row.high, region__level=level, role__in=roles)
            mine |= inside if roles else Q(pk__in=())
    return PostApplication.objects.filter(mine).exclude(user=user).select_related("user", "region__parent")


def applications_waiting(user: Any) -> QuerySet[PostApplication]:
    """Those of them that are open, longest waiting first."""
    return applications_for(user).filter(state=ApplicationState.WAITING).order_by("id")


def inbox_of(user: User) -> QuerySet[Message]:
    """A person's in-site messages, newest first."""
    return Message.objects.filter(user=user, channel="site").order_by("-id")
