"""Reads of inspections: who inspects where, what is drawn from, what waits to be put right."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.enums import Role, Verb
from accounts.models import Appointment, Region
from accounts.permissions import Grants, grants
from donors.enums import Outcome, PledgeStatus
from donors.models import Pledge
from fupin.lib.clock import now
from grid.models import Circular, Inspection, InspectionItem, ItemState, Subject
from grid.scope import answered_by
from needs.enums import PUBLIC
from needs.models import Need

INSPECTING = (Role.INSPECTOR, Role.COUNTY_ADMIN, Role.CITY_OFFICE)
INSPECTED = (Role.VILLAGE_OFFICER, Role.GRID_LEADER, Role.GRID_MEMBER, Role.TOWNSHIP_MANAGER)
A_YEAR = timedelta(days=365)
Drawn = tuple[str, int]
"""Title and region code of what was drawn."""


def inspecting(user: Any) -> Grants:
    """The grants of this person's posts that inspect."""
    return Grants(tuple(row for row in grants(user).rows if row.role in INSPECTING))


def may_inspect(user: Any, code: int) -> bool:
    return any(row.low <= code <= row.high for row in inspecting(user).rows)


def _mine(user: Any, field: str) -> Q:
    """The ranges where this person inspects."""
    q = Q(pk__in=())
    for low, high in sorted({(row.low, row.high) for row in inspecting(user).rows}):
        q |= Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return q


def places_to_inspect(user: Any) -> list[Region]:
    """The regions of one's inspecting posts and the townships (of a city: the counties) directly below."""
    codes = {row.low for row in inspecting(user).rows}
    found = Region.objects.filter(Q(code__in=codes) | Q(parent__in=codes), valid_to=None, level__lt=5)
    return list(found.order_by("level", "code")[:200])


def inspections_of(user: Any) -> QuerySet[Inspection]:
    """The draws inside the ranges where this person inspects, with their counts."""
    counts = {
        name: Count("items", filter=Q(items__state=state))
        for name, state in (
            ("n_waiting", ItemState.WAITING),
            ("n_problem", ItemState.PROBLEM),
            ("n_rectified", ItemState.RECTIFIED),
        )
    }
    found = Inspection.objects.filter(_mine(user, "region")).defer("population")
    return found.select_related("region__parent", "drawn_by").annotate(total=Count("items"), **counts)


def items_visible_to(user: Any) -> QuerySet[InspectionItem]:
    """What this person inspects, and what was found (not what is only drawn) at the own places."""
    held = grants(user)
    asked = held.q(Verb.CHECK, "region") | held.q(Verb.VERIFY, "region")
    related = ("inspection__region", "region__parent", "checked_by", "answered_by")
    found = InspectionItem.objects.filter(
        _mine(user, "inspection__region") | asked & ~Q(state=ItemState.WAITING)
    )
    return found.select_related(*related).defer("inspection__population")


def may_answer(user: Any, item: InspectionItem) -> bool:
    """Those who answer for the place put it right: its township, or its village officer."""
    held = grants(user)
    return held.allow(Verb.CHECK, item.region_id) or held.allow(Verb.VERIFY, item.region_id)


def to_rectify(user: Any) -> QuerySet[InspectionItem]:
    """Findings at the places of my posts that are not put right, the next due first."""
    mine = answered_by(user, "region", Verb.CHECK, Verb.VERIFY)
    found = InspectionItem.objects.filter(mine, state=ItemState.PROBLEM)
    related = found.select_related("inspection", "region__parent").defer("inspection__population")
    return related.order_by("due_on", "id")


def to_accept(user: Any) -> QuerySet[InspectionItem]:
    """Answers that an inspector has to look at."""
    found = InspectionItem.objects.filter(_mine(user, "inspection__region"), state=ItemState.RECTIFIED)
    return (
        found.select_related("inspection", "region__parent")
        .defer("inspection__population")
        .order_by("answered_at", "id")
    )


def circulars_visible_to(user: Any) -> QuerySet[Circular]:
    """Issued where this person inspects, or by the county above the places the person works for."""
    codes = {row.low for row in grants(user).rows}
    above = {code // 10**6 * 10**6 for code in codes} | {code // 10**3 * 10**3 for code in codes}
    department = grants(user).roles == {Role.DEPARTMENT_OFFICER}
    seen = _mine(user, "region") | (Q(pk__in=()) if department else Q(region__in=above | codes))
    return Circular.objects.filter(seen).select_related("region", "issued_by")


def population(region: Region, subject: str) -> list[int]:
    """The ids of everything that may be drawn at a place today, ascending."""
    inside = {"region__gte": region.code, "region__lte": region.code_end}
    if subject == Subject.OFFICERS:
        rows: QuerySet[Any] = Appointment.objects.active().filter(**inside, role__in=INSPECTED)
    elif subject == Subject.NEEDS:
        rows = Need.objects.filter(**inside, status__in=PUBLIC)
    else:
        rows = Pledge.objects.filter(
            status=PledgeStatus.CONFIRMED,
            outcome=Outcome.COMPLETE,
            closed_at__gte=now() - A_YEAR,
            **{f"need__{name}": code for name, code in inside.items()},
        )
    return list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])


MOST = 50_000
"""A larger population is drawn from county by county."""


def drawn(subject: str, ids: Sequence[int]) -> dict[int, Drawn]:
    """What the drawn things are called in the office, and where they are."""
    if subject == Subject.OFFICERS:
        posts = Appointment.objects.filter(pk__in=ids).select_related("user", "region")
        return {
            post.pk: (
                f"{post.user.get_full_name()}（{post.region.name} {post.get_role_display()}）",
                post.region_id,
            )
            for post in posts
        }
    if subject == Subject.NEEDS:
        needs = Need.objects.filter(pk__in=ids)
        return {need.pk: (f"求助 {need.pk}：{need.title}", need.region_id) for need in needs}
    pledges = Pledge.objects.filter(pk__in=ids).select_related("need")
    return {
        pledge.pk: (f"帮助 {pledge.reference}：{pledge.need.title}", pledge.need.region_id)
        for pledge in pledges
    }
