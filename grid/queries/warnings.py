"""Reads of the departments' warnings: a department sees its own lists, a township its own batches."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.enums import Level, Role, Verb
from accounts.models import Appointment
from accounts.permissions import grants
from grid.models import (
    Clock,
    DepartmentPost,
    RiskWarning,
    WarningBatch,
    WarningList,
    WarningState,
    WarningUpload,
)
from grid.scope import answered_by

CLOCK = "warning.verify"


def desks_of(user: Any) -> list[DepartmentPost]:
    """The departments of counties this person works for today."""
    if not getattr(user, "is_authenticated", False):
        return []
    posts = Appointment.objects.active().filter(
        user=user, role=Role.DEPARTMENT_OFFICER, region__level=Level.COUNTY
    )
    return list(
        DepartmentPost.objects.filter(post__in=posts).select_related("post__region").order_by("post_id")
    )


def lists_visible_to(user: Any) -> QuerySet[WarningList]:
    """Lists of the own departments, and all of the counties this person looks after; with their counts."""
    mine = grants(user).q(Verb.VIEW, "county")
    for desk in desks_of(user):
        mine |= Q(county=desk.post.region_id, department=desk.department)
    rows = {f"n_{state.value}": Count("rows", filter=Q(rows__state=state)) for state in WarningState}
    return WarningList.objects.filter(mine).select_related("county", "uploaded_by").annotate(**rows)


def uploads_of(user: Any) -> QuerySet[WarningUpload]:
    """The lists of the own departments whose columns wait for a choice, newest first."""
    rows = WarningUpload.objects.filter(desk__in=desks_of(user), closed_at=None)
    return rows.select_related("desk__post__region").order_by("-id")


def batches_visible_to(user: Any) -> QuerySet[WarningBatch]:
    """What the townships of this person's range were sent, with what is left to verify."""
    left = Count("rows", filter=Q(rows__state=WarningState.SENT))
    return (
        WarningBatch.objects.filter(grants(user).q(Verb.CHECK, "township"))
        .select_related("list", "township")
        .annotate(left=left, total=Count("rows"))
    )


def batches_waiting(user: Any) -> QuerySet[WarningBatch]:
    """Those of the own township with lines left and the day they are due, the next due first."""
    clock = Clock.objects.filter(kind=CLOCK, object_id=OuterRef("pk")).order_by("-id")
    waiting = batches_visible_to(user).filter(answered_by(user, "township", Verb.CHECK), done_at=None)
    return waiting.annotate(due_on=Subquery(clock.values("due_on")[:1])).order_by("due_on", "id")


def rows_of(batch: WarningBatch) -> QuerySet[RiskWarning]:
    return batch.rows.select_related("household__region", "verified_by", "clue").order_by("id")


def department_posts(user: Any) -> QuerySet[Appointment]:
    """The department officers whom this person appoints."""
    return (
        Appointment.objects.active()
        .filter(
            grants(user).q(Verb.APPOINT, "region"),
            role=Role.DEPARTMENT_OFFICER,
            region__level=Level.COUNTY,
        )
        .select_related("user", "region", "department_post")
        .order_by("region_id", "id")
    )
