"""Clocks of steps: due days by hand, pauses, holidays the county changes, and who sees what is late."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from accounts.enums import Role
from accounts.models import AuditEntry, Region, User
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid.clock_rules import RULES
from grid.models import CalendarDay, Clock
from grid.queries.calendar import calendar_of, year_of
from grid.services import calendar, clocks
from tests import factories
from tests.grid.days import BEFORE, on

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
KIND = "warning.verify"


@pytest.fixture
def people(db: None) -> factories.Staff:
    with on(BEFORE):
        return factories.staff()


@pytest.fixture
def other_county(db: None) -> factories.Staff:
    with on(BEFORE):
        return factories.staff(factories.VILLAGE_OTHER, factories.TOWN_OTHER, factories.HENGNAN)


def start(day: date, object_id: int = 1, title: str = "张**户") -> Clock:
    with on(day):
        return clocks.start(
            KIND, object_id=object_id, region=Region.objects.get(code=factories.VILLAGE), title=title
        )


# Counted by hand with the State Council's arrangement for 2026: 25-27 September and 1-7 October are free,
# Sunday 20 September and Saturday 10 October are worked.
THREE_WORKING_DAYS = {
    date(2026, 9, 17): date(2026, 9, 21),  # Thu -> Fri, Sun in lieu, Mon
    date(2026, 9, 23): date(2026, 9, 29),  # Wed -> Thu, Mon, Tue
    date(2026, 9, 28): date(2026, 10, 8),  # Mon -> Tue, Wed, Thu after the week
    date(2026, 9, 30): date(2026, 10, 10),  # Wed -> Thu, Fri, Sat in lieu
    date(2026, 10, 1): date(2026, 10, 10),
    date(2026, 10, 8): date(2026, 10, 12),  # Thu -> Fri, Sat in lieu, Mon
    date(2026, 10, 10): date(2026, 10, 14),
}


@pytest.mark.parametrize(("begun", "due"), THREE_WORKING_DAYS.items())
def test_three_working_days_across_national_day_end_as_counted_by_hand(
    people: factories.Staff, begun: date, due: date
) -> None:
    clock = start(begun)
    assert (clock.started_on, clock.due_on) == (begun, due)
    assert clock.clause == RULES[KIND].clause


def test_a_clock_starts_once_and_again_only_after_it_is_done(people: factories.Staff) -> None:
    first = start(date(2026, 9, 28))
    assert start(date(2026, 9, 29)).pk == first.pk
    with on(date(2026, 10, 9)):
        done = clocks.finish(KIND, object_id=1)
        assert done is not None
        assert clocks.finish(KIND, object_id=1) is None
        assert clocks.shown([done])[0][1] == "10-09 办结，超期 1 个工作日"
    assert start(date(2026, 10, 12)).pk != first.pk


@pytest.mark.parametrize(
    ("day", "urgency", "words"),
    [
        (date(2026, 9, 28), "", "10月8日前"),
        (date(2026, 9, 30), "soon", "10月8日前"),
        (date(2026, 10, 8), "soon", "今天到期"),
        (date(2026, 10, 9), "late", "超期 1 个工作日"),
        (date(2026, 10, 11), "late", "超期 2 个工作日"),
    ],
)
def test_a_clock_is_amber_before_and_red_after(
    people: factories.Staff, day: date, urgency: str, words: str
) -> None:
    clock = start(date(2026, 9, 28))
    with on(day):
        assert clocks.shown([clock])[0][1:] == (words, urgency)


def test_a_step_that_must_last_is_never_late(people: factories.Staff) -> None:
    village = Region.objects.get(code=factories.VILLAGE)
    with on(date(2026, 9, 28)):
        clock = clocks.start("clue.notice", object_id=1, region=village, title="张**户")
    said = {date(2026, 9, 29): "到10月3日", date(2026, 10, 3): "到10月3日", date(2026, 10, 4): "已满期"}
    for day, words in said.items():
        with on(day):
            assert clocks.shown([clock])[0][1:] == (words, "")
    with on(date(2026, 10, 4)):
        ended = clocks.finish("clue.notice", object_id=1)
        assert ended
        assert clocks.shown([ended])[0][1:] == ("10-04 结束", "")


def test_a_pause_keeps_the_days_that_were_left(people: factories.Staff) -> None:
    clock = start(date(2026, 9, 28))  # due on 8 October
    with on(date(2026, 9, 29)):  # two working days are left
        clocks.pause(actor=people.county, clock=clock, why="这户外出，约好回来核查")
        with pytest.raises(Conflict):
            clocks.pause(actor=people.county, clock=clock, why="再停一次试试")
    with on(date(2026, 10, 12)):
        clock = clocks.resume(actor=people.county, clock=clock)
        assert clock.due_on == date(2026, 10, 14)
        with pytest.raises(Conflict):
            clocks.resume(actor=people.county, clock=clock)
    assert clock.pauses == [["2026-09-29", "2026-10-12", "这户外出，约好回来核查"]]
    actions = AuditEntry.objects.filter(object_type="grid.clock").values_list("action", flat=True)
    assert list(actions) == ["clock.pause", "clock.resume"]


def test_a_county_may_change_days_behind_and_during_a_pause(people: factories.Staff) -> None:
    """Monday 28 September, three working days: the 29th, the 30th, 8 October. Stopped on the 29th, two are left."""
    clock, county = start(date(2026, 9, 28)), Region.objects.get(code=factories.QIDONG)
    with on(date(2026, 9, 29)):
        clocks.pause(actor=people.county, clock=clock, why="这户外出，约好回来核查")
    for day in (date(2026, 9, 29), date(2026, 9, 30)):
        calendar.change(actor=people.county, county=county, day=day, works=False, name="防汛停工")
    clock.refresh_from_db()
    assert clock.left == 3, "the 29th was free after all, the 30th nobody counted"
    with on(date(2026, 10, 9)):
        clock = clocks.resume(actor=people.county, clock=clock)
        assert clock.due_on == date(2026, 10, 13), "Saturday in lieu, Monday, Tuesday"
    row = CalendarDay.objects.get(county=county, day=date(2026, 9, 29))
    calendar.drop(actor=people.county, row=row)
    clock.refresh_from_db()
    assert (clock.left, clock.due_on) == (2, date(2026, 10, 12)), "one of the three was used before the pause"


def test_a_clock_stopped_on_its_last_day_ends_on_the_next_worked_day(people: factories.Staff) -> None:
    clock = start(date(2026, 9, 28))  # due on 8 October
    with on(date(2026, 10, 8)):
        clocks.pause(actor=people.county, clock=clock, why="这户外出，约好回来核查")
    with on(date(2026, 10, 11)):  # a free Sunday after the Saturday in lieu
        clock = clocks.resume(actor=people.county, clock=clock)
        assert (clock.left, clock.due_on) == (0, date(2026, 10, 12))
        assert clocks.shown([clock])[0][1:] == ("10月12日前", "soon")


@pytest.mark.parametrize("worked", [True, False])
def test_a_day_late_is_late_on_a_free_day_too(people: factories.Staff, worked: bool) -> None:
    clock = start(
        date(2026, 9, 30) if worked else date(2026, 9, 24)
    )  # due on Saturday in lieu 10, Wednesday 30
    day = date(2026, 10, 11) if worked else date(2026, 10, 1)
    with on(day):
        assert clocks.shown([clock])[0][1:] == ("超期 1 个工作日", "late")
        done = clocks.finish(KIND, object_id=1)
        assert done
        assert clocks.shown([done])[0][1] == f"{day:%m-%d} 办结，超期 1 个工作日"


def test_waiting_does_not_take_back_that_a_step_is_late(people: factories.Staff) -> None:
    clock = start(date(2026, 9, 28))
    with on(date(2026, 10, 9)):
        clocks.hold(KIND, object_id=1, why="等异议答复")
    with on(date(2026, 10, 12)):
        clocks.go_on(KIND, object_id=1)
        clock.refresh_from_db()
        assert (clock.paused_on, clock.due_on) == (None, date(2026, 10, 8))
        assert clocks.shown([clock])[0][1:] == ("超期 3 个工作日", "late")


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_starts_while_a_county_changes_a_day_follows_the_change(transactional_db: None) -> None:
    with on(BEFORE):
        people = factories.staff()
    county, begun = Region.objects.get(code=factories.QIDONG), threading.Event()

    def change() -> None:
        begun.set()
        try:
            calendar.change(
                actor=people.county, county=county, day=date(2026, 10, 8), works=False, name="防汛停工"
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            clock = start(date(2026, 9, 28))
            changing = pool.submit(change)
            assert begun.wait(20)
            until_waiting(changing)
        changing.result(timeout=60)
    clock.refresh_from_db()
    assert clock.due_on == date(2026, 10, 9)


def until_waiting(work: Future[None]) -> None:
    """Until somebody waits for a lock in this database, or has not needed to."""
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory')"
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0] or work.done():
                return
        time.sleep(0.05)


def test_only_the_level_above_pauses_with_a_reason_and_in_time(people: factories.Staff) -> None:
    clock = start(date(2026, 9, 28))
    with on(date(2026, 9, 29)):
        for actor in (people.village, people.township, people.charity):
            with pytest.raises(NotAllowed):
                clocks.pause(actor=actor, clock=clock, why="这户外出，约好回来核查")
        with pytest.raises(InvalidInput):
            clocks.pause(actor=people.county, clock=clock, why=" 停 ")
    with on(date(2026, 10, 9)), pytest.raises(Conflict):
        clocks.pause(actor=people.county, clock=clock, why="这户外出，约好回来核查")


def test_a_county_changes_a_day_and_running_clocks_follow(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    clock, county = start(date(2026, 9, 28)), Region.objects.get(code=factories.QIDONG)
    row = calendar.change(
        actor=people.county, county=county, day=date(2026, 10, 8), works=False, name="防汛停工"
    )
    clock.refresh_from_db()
    assert clock.due_on == date(2026, 10, 9)
    assert calendar_of(factories.VILLAGE_OTHER).works(date(2026, 10, 8)), "the other county works"
    with pytest.raises(NotAllowed):
        calendar.drop(actor=other_county.county, row=row)
    calendar.drop(actor=people.county, row=row)
    clock.refresh_from_db()
    assert clock.due_on == date(2026, 10, 8)
    changed = AuditEntry.objects.filter(action__startswith="calendar.").order_by("id")
    assert [(one.action, one.changes["clocks"]) for one in changed] == [
        ("calendar.change", 1),
        ("calendar.drop", 1),
    ]


def test_the_state_councils_days_are_seeded_once_and_cannot_be_dropped(people: factories.Staff) -> None:
    assert calendar.seed() == 0, "after the migration there is nothing new"
    row = CalendarDay.objects.get(county=None, day=date(2026, 10, 10))
    assert (row.works, row.name) == (True, "国庆节调休上班")
    with pytest.raises(InvalidInput):
        calendar.drop(actor=people.county, row=row)
    with pytest.raises(InvalidInput):
        calendar.change(
            actor=people.county,
            county=Region.objects.get(code=factories.QIDONG),
            day=date(1999, 1, 1),
            works=True,
            name="太早",
        )


def test_a_year_nobody_knows_counts_monday_to_friday_and_says_so(
    people: factories.Staff, as_user: As
) -> None:
    with on(date(2028, 9, 29)):
        clock = clocks.start(KIND, object_id=5, region=Region.objects.get(code=factories.VILLAGE), title="某")
        assert clock.due_on == date(2028, 10, 4)
    assert calendar_of(factories.VILLAGE).unknown(date(2026, 1, 1), date(2028, 1, 1)) == [2027, 2028]
    page = as_user(people.county).get("/office/calendar/?year=2028")
    assert "这一年的放假安排还没有" in page.content.decode()


def test_the_calendar_page_takes_a_day_once(people: factories.Staff, as_user: As) -> None:
    client, sent = as_user(people.county), {"day": "2026-12-24", "works": "free", "name": "县庆"}
    sent["submission_key"] = "7d0a1c0e-1111-4222-8333-123456789012"
    for _ in range(2):
        assert client.post("/office/calendar/", sent).status_code == 302
    row = CalendarDay.objects.get(county=factories.QIDONG)
    assert "县庆" in client.get("/office/calendar/?year=2026").content.decode()
    assert client.post("/office/calendar/", {"day": "", "works": "x"}).status_code == 400
    assert as_user(people.township).get("/office/calendar/").status_code == 403
    assert client.post(f"/office/calendar/{row.pk}/drop/").status_code == 302
    assert not CalendarDay.objects.filter(county=factories.QIDONG).exists()


def text_of(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_what_is_late_stands_on_one_page_and_in_the_inbox_of_its_level_and_above(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    with on(date(2026, 10, 20)):
        start(date(2026, 9, 28), title="晚了的那户")
        for person in (people.township, people.county):
            assert "晚了的那户" in text_of(as_user(person), "/office/")
            assert "超期 9 个工作日" in text_of(as_user(person), "/office/clocks/")
        assert "晚了的那户" not in text_of(as_user(people.village), "/office/"), "the township's duty"
        assert "晚了的那户" in text_of(as_user(people.village), "/office/clocks/?level=4")
        assert "晚了的那户" not in text_of(as_user(people.county), "/office/clocks/?level=5")
        assert "晚了的那户" not in text_of(as_user(other_county.county), "/office/clocks/")
        for state in ("running", "paused", "done"):
            shown = "晚了的那户" in text_of(as_user(people.county), f"/office/clocks/?state={state}")
            assert shown == (state == "running")
        assert as_user(people.county).get("/office/clocks/?state=x").status_code == 404
        assert today() == date(2026, 10, 20)


def test_the_list_asks_as_often_for_one_clock_as_for_three(
    people: factories.Staff, as_user: As, django_assert_num_queries: Any
) -> None:
    client = as_user(people.county)
    start(date(2026, 9, 28), 1)
    with on(date(2026, 10, 20)):
        client.get("/office/clocks/")
        for rows in (1, 3):
            with django_assert_num_queries(8):
                client.get("/office/clocks/")
            if rows == 1:
                start(date(2026, 9, 28), 2)
                start(date(2026, 9, 28), 3)


def test_pausing_by_the_page_keeps_what_was_typed_and_needs_the_county(
    people: factories.Staff, as_user: As
) -> None:
    clock = start(date(2026, 9, 28))
    with on(date(2026, 9, 29)):
        url = f"/office/clocks/{clock.pk}/"
        assert "暂停计时" in text_of(as_user(people.county), url)
        assert "暂停计时" not in text_of(as_user(people.township), url)
        assert as_user(people.county).post(f"{url}pause/", {"why": "停"}).status_code == 400
        assert as_user(people.township).post(f"{url}pause/", {"why": "这户外出了"}).status_code == 403
        assert as_user(people.county).post(f"{url}pause/", {"why": "这户外出了"}).status_code == 302
        assert "正在暂停" in text_of(as_user(people.county), url)
        assert as_user(people.county).post(f"{url}resume/").status_code == 302
        assert "暂停过" in text_of(as_user(people.township), url)
        member = factories.officer(Role.GRID_MEMBER, factories.VILLAGE)
        assert as_user(member).get(url).status_code == 403


def test_a_year_is_shown_month_by_month_and_in_words(people: factories.Staff) -> None:
    calendar.change(
        actor=people.county,
        county=Region.objects.get(code=factories.QIDONG),
        day=date(2026, 10, 8),
        works=False,
        name="县庆",
    )
    year = year_of(factories.QIDONG, 2026)
    assert "国庆节：10月1日至7日放假；9月20日、10月10日上班" in year.arranged
    assert [(row.day, row.name) for row in year.own] == [(date(2026, 10, 8), "县庆")]
    days = {day.date: day for _, weeks in year.months for week in weeks for day in week if day}
    assert len(days) == 365
    assert [
        (days[date(2026, 10, number)].free, days[date(2026, 10, number)].mark) for number in (1, 8, 9, 10, 11)
    ] == [(True, "休"), (True, "休"), (False, ""), (False, "班"), (True, "")]
    assert days[date(2026, 10, 8)].own
    assert not year_of(factories.HENGNAN, 2026).own
    assert year_of(factories.HENGNAN, 2035).unknown
