"""Overdue work beside the clocks: visits by the level they have come to, tables, findings not put right."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from accounts.enums import Level, Role
from accounts.models import Region, User
from fupin.lib.clock import month_of, shifted, today
from grid.models import Grid, GridHousehold, InspectionItem
from grid.queries.overdue import beside_clocks
from grid.services import inspections, month_sheets
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
VISITS, TABLES, FINDINGS = "户超期没有走访", "个网格上月的排查表没有上报", "件督查问题超期没有整改"


def late(user: User, level: int | None = None) -> dict[str, str]:
    return {row.label: row.count for row in beside_clocks(factories.fresh(user), level)}


def grid_with(people: factories.Staff, *days_late: int) -> Grid:
    """A grid whose households should have been visited so many days ago."""
    homes = [factories.household(people.village) for _ in days_late]
    grid = factories.grid(people.village, homes)
    for home, days in zip(homes, days_late, strict=True):
        GridHousehold.objects.filter(pk=home.pk).update(due_on=today() - timedelta(days=days))
    return grid


def test_overdue_visits_come_to_the_township_after_a_week_and_to_the_county_after_three(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    grid_with(people, 0, 1, 7, 8, 21, 22)
    assert [
        late(people.county, level).get(VISITS) for level in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
    ] == [
        "5",
        "3",
        "1",
    ]
    assert late(people.village)[VISITS] == "5"
    assert late(other_county.county) == {}
    GridHousehold.objects.update(due_on=today())
    assert VISITS not in late(people.county)


def test_a_month_that_nobody_handed_in_counts_for_grids_that_had_households(people: factories.Staff) -> None:
    grid = grid_with(people, 0)
    assert TABLES not in late(people.village), "nobody lived there last month"
    GridHousehold.objects.update(since=F("since") - timedelta(days=70))
    assert (late(people.village)[TABLES], late(people.village, Level.TOWNSHIP).get(TABLES)) == ("1", None)
    leader = factories.fresh(factories.grid_person(people.village, grid).post.user)
    month_sheets.file(actor=leader, grid=grid, month=month_of(month_of(today()) - timedelta(days=1)))
    assert TABLES not in late(people.village)


def test_a_finding_counts_from_the_day_after_it_was_due_and_the_page_shows_it(
    people: factories.Staff, as_user: As
) -> None:
    county = Region.objects.get(code=factories.QIDONG)
    content = inspections.DrawInput("officers", "field", "网格员履职", 1)
    inspections.draw(actor=people.county, region=county, content=content)
    inspector, item = factories.officer(Role.INSPECTOR, county.code), InspectionItem.objects.get()
    inspections.check(
        actor=inspector,
        item=item,
        fine=False,
        finding="走访记录没有写日期",
        due_on=today() + timedelta(days=5),
    )
    assert FINDINGS not in late(people.county)
    with shifted(timedelta(days=6)):
        assert late(people.county)[FINDINGS] == "1"
        page = as_user(people.county).get("/office/clocks/").content.decode()
        assert FINDINGS in page
