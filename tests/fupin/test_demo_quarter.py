"""The demo's score sheet: on any day there is a whole closed quarter, and the demo's villages were there in it."""

from datetime import date, timedelta

import pytest

from accounts.models import Region
from fupin.demo.places import QIDONG
from fupin.demo.quotas import MONTHS_BACK, first_months
from fupin.demo.seed import OPENED_DAYS_AGO
from fupin.lib.clock import add_months
from grid.services import months
from tests import factories
from tests.grid.days import on

LEAST_DAYS = 20


@pytest.mark.django_db
@pytest.mark.parametrize("year", [2026, 2027])
def test_the_last_closed_quarter_lies_in_the_demos_past_on_every_day_around_its_closing(year: int) -> None:
    factories.regions()
    county = Region.objects.get(code=QIDONG)
    for month in (1, 4, 7, 10):
        for number in range(1, 19):
            day = date(year, month, number)
            with on(day):
                since, quarter = first_months(county)
            ends = add_months(quarter, 3) - timedelta(days=1)
            assert quarter.month % 3 == 1
            assert since <= min(quarter, add_months(day.replace(day=1), -MONTHS_BACK))
            assert months.closes_on(county, add_months(quarter, 2)) <= day
            assert (ends - (day - timedelta(days=OPENED_DAYS_AGO))).days >= LEAST_DAYS, day
