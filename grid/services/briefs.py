"""领导简报: written once when a month is closed, and sent to the region's leaders (REQUIREMENTS 59, 105)."""

import logging
from collections import defaultdict
from datetime import date

from django.db import transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Appointment, Region
from accounts.services import audit, messages
from fupin.lib.clock import add_months, today
from grid import brief_text
from grid.models import Brief, ClosedMonth
from grid.queries.calendar import calendar_of
from grid.queries.reports import rates_of, report_of
from grid.services import months

logger = logging.getLogger(__name__)
LOOK_BACK = 3
"""A brief is made for so many months back: nobody is sent a year of old news."""
PATIENCE = 3
"""Working days after which a city's brief no longer waits for its last counties, which it then names."""


def make(region: Region, month: date) -> Brief | None:
    """The brief of a county's or city's month, made and sent the first time; None where nothing is closed."""
    known = Brief.objects.filter(region=region, month=month).first()
    report = None if known else report_of(region, month)
    if report is None:
        return known
    written = brief_text.write(report)
    series = [[f"{each:%Y-%m}", published, matched] for each, published, matched in rates_of(region, month)]
    with transaction.atomic():
        brief, made = Brief.objects.get_or_create(
            region=region,
            month=month,
            defaults={
                "tiles": written.tiles,
                "series": series,
                "target": report.target,
                "sentences": written.sentences,
                "attention": written.attention,
                "dated": report.dated,
            },
        )
        if made:
            _send(brief, report.name)
    return brief


def _send(brief: Brief, name: str) -> None:
    leaders = (
        Appointment.objects.active().filter(role=Role.LEADER, region=brief.region_id).select_related("user")
    )
    people = {post.user_id: post.user for post in leaders}
    head = f"{name}{brief.month.year}年{brief.month.month}月简报已生成。"
    for person in people.values():
        messages.notify(
            user=person,
            text=f"{head}{brief.attention[0]}",
            dedup_key=f"brief:{brief.pk}:{person.pk}",
            link=reverse("grid:brief", args=[brief.pk]),
        )
    Brief.objects.filter(pk=brief.pk).update(told=len(people))
    audit.record(
        actor=None,
        action="brief.make",
        obj=brief,
        region_code=brief.region_id,
        changes={"month": f"{brief.month:%Y-%m}", "told": len(people)},
    )


def make_due() -> int:
    """Make the briefs of the months that were closed; one region's failure stops no other. Returns how many."""
    made = 0
    for region, month in _due():
        try:
            made += make(region, month) is not None
        except Exception:
            logger.exception("brief %s of %s was not made", f"{month:%Y-%m}", region.code)
    return made


def _due() -> list[tuple[Region, date]]:
    first = add_months(months.last_month(), 1 - LOOK_BACK)
    closed: dict[date, dict[int, Region]] = defaultdict(dict)
    for row in (
        ClosedMonth.objects.filter(month__gte=first).select_related("region__parent").order_by("region_id")
    ):
        closed[row.month][row.region_id] = row.region
    known = set(Brief.objects.filter(month__gte=first).values_list("region_id", "month"))
    due = [
        (county, month)
        for month, counties in sorted(closed.items())
        for county in counties.values()
        if (county.code, month) not in known
    ]
    return due + _cities_due(closed, known)


def _cities_due(
    closed: dict[date, dict[int, Region]], known: set[tuple[int, date]]
) -> list[tuple[Region, date]]:
    """The cities whose counties have all closed, or have had their time."""
    open_still = [
        (county.parent, month)
        for month, counties in sorted(closed.items())
        for county in {row.parent_id: row for row in counties.values()}.values()
        if county.parent and (county.parent_id, month) not in known
    ]
    if not open_still:
        return []
    asked = months.counties_asked()
    due = []
    for city, month in open_still:
        waiting = [
            county
            for county, first in asked
            if county.parent_id == city.code and first <= month and county.code not in closed[month]
        ]
        if all(_had_its_time(county, month) for county in waiting):
            due.append((city, month))
    return due


def _had_its_time(county: Region, month: date) -> bool:
    return calendar_of(county.code).add(months.closes_on(county, month), PATIENCE) <= today()
