"""The holiday table: seeded from the State Council's arrangement, put right by the county."""

from datetime import date

from django.db import transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import today
from fupin.lib.errors import InvalidInput
from grid.holidays import FIRST_YEAR, arranged
from grid.models import CalendarDay
from grid.services import clocks

YEARS_AHEAD = 3


def seed() -> int:
    """Write what the package knows into the country's rows; returns how many are new or changed.

    Runs after each migration: a newer package brings its years along, and the running clocks follow.
    """
    known = {row.day: (row.works, row.name) for row in CalendarDay.objects.filter(county=None)}
    days = [
        CalendarDay(day=day, works=works, name=name)
        for day, works, name in arranged()
        if known.get(day) != (works, name)
    ]
    with transaction.atomic():
        CalendarDay.objects.bulk_create(
            days, update_conflicts=True, unique_fields=["county", "day"], update_fields=["works", "name"]
        )
        if days:
            clocks.recount()
    return len(days)


def change(*, actor: User, county: Region, day: date, works: bool, name: str) -> CalendarDay:
    """The county's own word on a day; due days of its running clocks follow at once.

    Raises NotAllowed outside one's county, InvalidInput for a day far off.
    """
    _may(actor, county)
    if not FIRST_YEAR <= day.year <= today().year + YEARS_AHEAD:
        raise InvalidInput(
            fields={"day": [f"请填写 {FIRST_YEAR} 到 {today().year + YEARS_AHEAD} 年的日期。"]}
        )
    with transaction.atomic():
        row, _ = CalendarDay.objects.update_or_create(
            county=county, day=day, defaults={"works": works, "name": name, "changed_by": actor}
        )
        _record(actor, county, row, "calendar.change", clocks.recount(county))
    return row


def drop(*, actor: User, row: CalendarDay) -> None:
    """Take the county's word on a day back: the country's arrangement counts again. Raises NotAllowed."""
    if row.county is None:
        raise InvalidInput("国家的安排不能删除，可以另外登记本县的安排。")
    _may(actor, row.county)
    with transaction.atomic():
        county, pk = row.county, row.pk
        row.delete()
        row.pk = pk
        _record(actor, county, row, "calendar.drop", clocks.recount(county))


def _may(actor: User, county: Region) -> None:
    if county.level != Level.COUNTY:
        raise InvalidInput("请选择县（市、区）。")
    ensure(actor, Verb.APPROVE, county.code)


def _record(actor: User, county: Region, row: CalendarDay, action: str, moved: int) -> None:
    changes = {"day": str(row.day), "works": row.works, "name": row.name, "clocks": moved}
    audit.record(actor=actor, action=action, obj=row, region_code=county.code, changes=changes)
