"""The demo village shows a clue at every step."""

import random
from datetime import timedelta

import pytest

from accounts.enums import Role
from accounts.invariants import REGISTRY
from accounts.models import Region
from fupin.demo import clues
from fupin.demo.cast import Casting, County, Town, Village
from fupin.demo.people import People
from fupin.lib.clock import shifted
from grid import clue_invariants  # noqa: F401 (registers its own)
from grid.models import Clock, Clue, Measure, Notice, Objection
from grid.queries.clocks import overdue
from tests import factories


@pytest.mark.django_db
def test_the_demo_village_has_a_clue_in_each_state() -> None:
    with shifted(timedelta(days=-120)):
        people = factories.staff()
        factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG)
        for _ in range(10):
            factories.household(people.village)
    regions = Region.objects.in_bulk()
    county = County(regions[factories.QIDONG], people.county, (people.county, people.county), people.charity)
    town = Town(regions[factories.TOWN], people.township, county)
    town.villages = [Village(regions[factories.VILLAGE], people.village, town)]
    county.towns = [town]
    clues.tell(Casting(People(random.Random(1))), county)
    states = list(Clue.objects.order_by("id").values_list("state", flat=True))
    assert states == [
        "reported", "reported", "notice", "judging", "reviewing", "helping", "cleared", "visiting", "rechecking",
        "dismissed",
    ]  # fmt: skip
    assert [clock.kind for clock in overdue(people.village)] == ["clue.verify"]
    assert Notice.objects.standing().filter(kind="review").count() == 1
    assert (Objection.objects.count(), Measure.objects.count()) == (1, 4)
    assert Clock.objects.filter(done_on=None, kind="measure").count() == 2
    checks = [check for check in REGISTRY.values() if check.check.__module__ == "grid.clue_invariants"]
    assert [found for check in checks for found in check.violations()] == []
