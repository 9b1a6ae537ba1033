"""Ending a post without losing work: what is open, who goes on with it, one transaction (REQUIREMENTS 95, B13).

What the region owns (gates, deliveries, statements) stays with the region; what a person answers for (drafts,
returned needs, imports) is handed to a named successor. Who wrote what stays written as it was.
"""

from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Verb
from accounts.handover import Work, with_reach
from accounts.models import Appointment, User
from accounts.permissions import ROLE_VERBS
from accounts.queries import appointments_seen_by, ending_soon, in_force
from accounts.regions import ancestors
from accounts.services import appointments, audit, messages
from donors import handover as donors_room
from fupin.lib.errors import Conflict, InvalidInput
from grid import assignment_handover as tasks_room
from grid import handover as grid_room
from grid import order_handover as orders_room
from needs import handover as needs_room

ROOMS = (needs_room, donors_room, grid_room, orders_room, tasks_room)
MAX_CANDIDATES = 50


def open_work(post: Appointment) -> list[Work]:
    """What is open at this post, room by room."""
    return [work for room in ROOMS for work in room.open_work(post)]


def candidates(post: Appointment) -> list[Appointment]:
    """Posts of others that may go on: the same place and role first, then those that collect above it."""
    able = [role for role, verbs in ROLE_VERBS.items() if {Verb.VIEW, Verb.COLLECT} <= verbs]
    places = [post.region_id, *ancestors(post.region_id)]
    found = (
        Appointment.objects.active()
        .filter(region__in=places, user__is_active=True)
        .filter(Q(role__in=able) | Q(region=post.region, role=post.role))
        .exclude(user=post.user)
        .select_related("user", "region")
    )
    ranked = sorted(
        found,
        key=lambda one: (one.region_id != post.region_id, one.role != post.role, -one.region.level, one.pk),
    )
    first = {one.user_id: one for one in reversed(ranked) if not one.user.same_person(post.user)}
    return [one for one in ranked if first.get(one.user_id) is one][:MAX_CANDIDATES]


def due(user: Any) -> QuerySet[Appointment]:
    """Posts that are over or about to be, whose holder still answers for work there; next due first."""
    again = Appointment.objects.filter(
        in_force(), user=OuterRef("user"), region=OuterRef("region"), ended_at=None
    ).exclude(pk=OuterRef("pk"))
    unattended = reduce(or_, (room.unattended() for room in ROOMS))
    posts = with_reach(appointments_seen_by(user).exclude(Q(region__valid_to__isnull=False)))
    return posts.filter(~in_force() | ending_soon(), ~Exists(again), unattended).order_by("ends_on", "id")


def hand_over(
    *, actor: User, post: Appointment, successor: User | None, reason: str = "", leave: bool = False
) -> int:
    """Hand what is the person's own to `successor` and end the post, where it is not over yet; returns how many.

    Raises NotAllowed outside the actor's lattice, InvalidInput for a successor who could not go on, Conflict while
    own work is open and neither a successor is named nor `leave` says to leave it where it is.
    """
    appointments.ensure_may_appoint(actor, post.role, post.region)
    with transaction.atomic():
        post = (
            Appointment.objects.select_for_update(no_key=True, of=("self",))
            .select_related("user", "region")
            .get(pk=post.pk)
        )
        own = sum(work.count for work in open_work(post) if work.moves)
        if own and successor is None and not leave:
            raise Conflict(
                f"还有 {own} 件没办完的工作，请选择接手的人，或者勾选“先不交接”。",
                fields={"successor": ["请选择接手的人。"]},
            )
        moved = 0
        if own and successor:
            if successor.pk not in {one.user_id for one in candidates(post)}:
                raise InvalidInput(fields={"successor": ["这个人不能接手这里的工作，请重新选择。"]})
            moved = move_own(post, actor=actor, successor=successor)
        if post.ended_at is None:
            post = appointments.end(actor=actor, appointment=post, reason=reason)
        _tell(post, successor, moved)
    return moved


def move_own(post: Appointment, *, actor: User, successor: User) -> int:
    """Hand over what is the person's own, recorded; returns how many. Call it inside a transaction."""
    moved = sum(room.move(post, actor=actor, successor=successor) for room in ROOMS)
    audit.record(
        actor=actor,
        action="appointment.handover",
        obj=post,
        region_code=post.region_id,
        changes={"from": post.user_id, "to": successor.pk, "moved": moved},
    )
    return moved


def _tell(post: Appointment, successor: User | None, moved: int) -> None:
    where = f"{post.region.name}{post.get_role_display()}"
    if moved and successor:
        messages.notify(
            user=successor,
            text=f"{post.user.get_full_name()}（{where}）的 {moved} 件工作已移交给您，请在工作台查看。",
            dedup_key=f"handover:{post.pk}:{successor.pk}:{post.ended_at}:{moved}",
            link="/office/",
        )
    told = f"工作已移交给{successor.get_full_name()}。" if moved and successor else "办过的事都保留。"
    messages.notify(
        user=post.user,
        text=f"您的“{where}”职务已结束，{told}",
        dedup_key=f"post-ended:{post.pk}",
        link="/me/",
    )
