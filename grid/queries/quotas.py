"""Reads for quotas: rules in force, posts of a month, and what was handed in, of one county."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min, Q, QuerySet

from accounts.enums import ChangeState, Level
from accounts.models import Appointment, Region, RegionChange
from accounts.regions import ancestors, subtree_end
from fupin.lib.clock import ZONE, day_of
from grid.counting import Handed, Post, Rate, Rule, days_in
from grid.models import QuotaRule, SubsidyRate, ZeroReport
from grid.quota_enums import POOR_VILLAGE

REPEAT_DAYS = 90
CONFIRMED = """(n.status = 'fulfilled' OR EXISTS (
  SELECT FROM donors_pledge p WHERE p.need_id = n.id AND p.status = 'confirmed' AND p.outcome = 'complete'))"""
"""SQL: whether the need `n` was confirmed as real and received."""

# The first of its kind counts: of one household and kind within 90 days, and of one text within 90 days.
HANDED = f"""
WITH texts AS (
  SELECT id, submitted_at - lag(submitted_at) OVER (
           PARTITION BY md5(regexp_replace(story, '[[:space:][:punct:]]', '', 'g')) ORDER BY submitted_at, id
         ) <= interval '90 days' AS copied
  FROM needs_need
  WHERE county = %(county)s AND submitted_at >= %(low)s - interval '90 days' AND submitted_at < %(high)s
    AND status NOT IN ('draft', 'returned', 'withdrawn'))
SELECT n.id, coalesce(n.origin_region, n.region_id), n.kind, n.submitted_at,
       CASE WHEN n.on_behalf THEN n.created_by_id ELSE v.actor_id END,
       CASE WHEN n.status IN ('draft', 'returned') THEN 'returned'
            WHEN n.status = 'withdrawn' THEN 'withdrawn'
            WHEN x.id IS NOT NULL THEN 'excluded'
            WHEN EXISTS (
              SELECT FROM needs_need e
              WHERE e.household_id = n.household_id AND e.kind = n.kind
                AND (e.submitted_at, e.id) < (n.submitted_at, n.id)
                AND e.submitted_at >= n.submitted_at - interval '90 days'
                AND e.status NOT IN ('draft', 'returned', 'withdrawn')) THEN 'repeated'
            WHEN t.copied THEN 'copied' ELSE '' END,
       {CONFIRMED}
FROM needs_need n
LEFT JOIN texts t ON t.id = n.id
LEFT JOIN grid_excludedneed x ON x.need_id = n.id
LEFT JOIN LATERAL (
  SELECT actor_id FROM needs_needreview r
  WHERE r.need_id = n.id AND r.action = 'verify' ORDER BY r.id LIMIT 1) v ON NOT n.on_behalf
WHERE n.county = %(county)s AND n.subject = 'household'
  AND n.submitted_at >= %(low)s AND n.submitted_at < %(high)s
ORDER BY n.id
"""  # noqa: S608


def last_of(month: date) -> date:
    return month + timedelta(days=days_in(month) - 1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """The month in China as two instants, the second exclusive."""
    return datetime.combine(month, time(), ZONE), datetime.combine(
        last_of(month) + timedelta(1), time(), ZONE
    )


def handed_in(county: Region, month: date) -> list[Handed]:
    """Every household's need of the county first handed in that month, in one query.

    The officer is who wrote it on behalf, else who verified it in the village.
    """
    low, high = bounds(month)
    with connection.cursor() as cursor:
        cursor.execute(HANDED, {"county": county.code // 10**6, "low": low, "high": high})
        rows = cursor.fetchall()
    return [
        Handed(pk, region, kind, day_of(at), officer, skip, confirmed)
        for pk, region, kind, at, officer, skip, confirmed in rows
    ]


def rules_of(county: Region, month: date) -> list[Rule]:
    """The rules in force that month: for each role those of the county, or else those of its city."""
    return [
        Rule(
            row.pk,
            row.role,
            row.villages,
            frozenset(row.kinds),
            frozenset(row.kinds_everywhere),
            row.at_start,
            row.monthly,
            row.due_day,
            row.valid_from,
        )
        for row in _nearest(QuotaRule.objects.all(), county, month)
    ]


def rates_of(county: Region, month: date) -> list[Rate]:
    """The subsidy rates in force that month, found like the rules."""
    found = _nearest(SubsidyRate.objects.all(), county, month)
    return [Rate(row.pk, row.role, row.fen, row.basis) for row in found]


def _nearest(rows: QuerySet[Any], county: Region, month: date) -> list[Any]:
    places = [*ancestors(county.code), county.code]
    in_force = Q(valid_from__lte=month) & (Q(valid_to=None) | Q(valid_to__gte=last_of(month)))
    found = list(rows.filter(in_force, region__in=places).order_by("id"))
    nearest: dict[str, int] = {}
    for row in found:
        nearest[row.role] = max(nearest.get(row.role, 0), places.index(row.region_id))
    return [row for row in found if places.index(row.region_id) == nearest[row.role]]


def posts_of(county: Region, month: date, roles: Collection[str]) -> list[Post]:
    """The posts of these roles in the county that were held on any day of the month."""
    rows = (
        Appointment.objects.filter(
            region__gte=county.code,
            region__lte=county.code_end,
            role__in=roles,
            starts_on__lte=last_of(month),
        )
        .exclude(ends_on__lt=month)
        .exclude(ended_at__lt=bounds(month)[0])
        .order_by("id")
        .values_list(
            "pk", "user_id", "role", "region_id", "region__level", "starts_on", "ends_on", "ended_at"
        )
    )
    return [
        Post(pk, user, role, code, subtree_end(code, level), first, last_day(first, ends_on, ended_at))
        for pk, user, role, code, level, first, ends_on, ended_at in rows
    ]


def last_day(first: date, ends_on: date | None, ended_at: datetime | None) -> date | None:
    """The last day of a post that counts; the day on which it is ended early belongs to the successor."""
    early = day_of(ended_at) - timedelta(days=1) if ended_at else None
    ends = [day for day in (ends_on, early) if day]
    return min(ends) if ends else None


def started(county: Region, roles: Collection[str]) -> dict[tuple[str, int], date]:
    """Since when each region of the county has a post of each role; a village that took others over since theirs."""
    rows = (
        Appointment.objects.filter(region__gte=county.code, region__lte=county.code_end, role__in=roles)
        .values_list("role", "region_id")
        .annotate(first=Min("starts_on"))
    )
    known = {(role, code): first for role, code, first in rows}
    done = RegionChange.objects.filter(county=county, state=ChangeState.DONE).order_by("closed_at", "id")
    for sources, target in done.values_list("sources", "target_code"):
        for role in roles:
            firsts = [known[role, code] for code in [*sources, target] if (role, code) in known]
            if firsts:
                known[role, target] = min(firsts)
    return known


def poor_villages(county: Region) -> frozenset[int]:
    """The villages of the county that carry the tag of a poor village."""
    tagged = Region.objects.exclude(tags=[]).filter(
        code__gte=county.code, code__lte=county.code_end, level=Level.VILLAGE, tags__contains=[POOR_VILLAGE]
    )
    return frozenset(tagged.values_list("code", flat=True))


def zero_reports(month: date, posts: Iterable[Post]) -> frozenset[int]:
    """Those of the posts that signed a zero report for the month."""
    signed = ZeroReport.objects.filter(month=month, appointment__in=[post.pk for post in posts])
    return frozenset(signed.values_list("appointment_id", flat=True))
