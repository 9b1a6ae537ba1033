"""The six tasks of a month are counted from what was recorded, for the person who did it alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from fupin.lib.clock import month_of, shifted, today
from grid.models import Clue, GridHousehold
from grid.queries.work import month_of_work
from grid.services import clues, judging, visits, warnings
from grid.services.visits import UNCHANGED, VisitInput
from tests import factories
from tests.grid.test_warnings import desk, uploaded
from tests.grid.test_warnings import home as warned_home

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def counts(user: User, month: Any = None) -> dict[str, int]:
    return {row.task: row.count for row in month_of_work(user, month or month_of(today()))}


def test_every_task_counts_once_and_only_for_who_did_it(people: factories.Staff) -> None:
    nothing = dict.fromkeys(("走访", "核查", "采集", "帮扶", "评议", "上报"), 0)
    assert counts(people.village) == nothing
    home = factories.household(people.village)
    factories.noticed_clue(people, home)
    assert Clue.objects.get().meetings.exists()
    found = counts(people.village)
    assert (found["采集"], found["核查"], found["评议"]) == (1, 1, 1)
    assert found["上报"] == (Clue.objects.get().reported_by == people.village)
    factories.grid(people.village, [home])
    place = GridHousehold.objects.get(pk=home.pk)
    visits.record(actor=people.village, home=place, content=VisitInput(today(), "home", UNCHANGED))
    assert counts(people.village)["走访"] == 1
    assert counts(people.township) == nothing
    assert counts(people.village, month_of(month_of(today()) - timedelta(days=1))) == nothing


def test_a_townships_checks_of_clues_and_warnings_count_for_it_alone(people: factories.Staff) -> None:
    home, number = warned_home(people)
    clue = factories.noticed_clue(people, factories.household(people.village))
    with shifted(timedelta(days=6)):
        judging.end_notices()
        clue.refresh_from_db()
        judging.visit(actor=people.township, clue=clue, note="收入来源不一致，安排入户再看。")
        row = uploaded(desk(people), (home.name, number, "自付医药费很高")).rows.get()
        warnings.verify(actor=people.township, warning=row, verdict="cleared", note="入户看过，没有风险。")
        month = month_of(today())
        assert (counts(people.township, month)["核查"], counts(people.county, month)["核查"]) == (2, 0)


def test_a_deed_belongs_to_the_month_of_china(people: factories.Staff) -> None:
    """The last evening of a month is still that month, whatever the hour in UTC."""
    home = factories.household(people.village)
    last = month_of(today()) - timedelta(days=1)
    with shifted(timedelta(days=(last - today()).days)):
        clues.report_clue(
            actor=people.village, household=home, source="grid", problem="medical", situation="住院花费很大"
        )
    assert counts(people.village)["上报"] == 0
    assert counts(people.village, month_of(last))["上报"] == 1


def test_the_page_shows_a_month_within_ten_queries_of_its_own(people: factories.Staff, as_user: As) -> None:
    factories.household(people.village)
    client = as_user(people.village)
    page = client.get("/office/tasks/").content.decode()
    assert "采集" in page
    with CaptureQueriesContext(connection) as asked:
        month_of_work(people.village, month_of(today()))
    assert len(asked) == 10
    assert client.get("/office/tasks/?month=2020-01").status_code == 200
    assert as_user(people.charity).get("/office/tasks/").status_code == 403
