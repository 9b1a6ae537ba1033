"""A real county: 50 000 households, 900 officers, 600 grids. Our reads beside the bare SQL of the same rows.

Each of ours must stay within 10 queries; the ratio is what permissions, paging and objects cost over the statement
itself, which fetches the same columns of the same rows.
"""

import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Region, User
from accounts.services import appointments
from fupin.lib.clock import month_of, today
from fupin.lib.paging import keyset_page
from grid.models import Grid
from grid.queries import grids, overdue, sheets, visits
from grid.queries.clocks import clocks_seen_by, in_state
from grid.services.clocks import shown
from grid.services.schedule import period_end

COUNTY, HOUSEHOLDS, VILLAGES, GRIDS, MEMBERS = 430426000000, 50_000, 300, 600, 900
MOST_QUERIES, TURNS = 10, 15


COLUMNS = """SELECT gh.*, h.*, g.*, r.*, p.* FROM grid_gridhousehold gh
    JOIN needs_household h ON h.id = gh.household_id
    JOIN grid_grid g ON g.id = gh.grid_id JOIN accounts_region r ON r.code = gh.region_id
    JOIN accounts_region p ON p.code = r.parent_id WHERE h.closed_at IS NULL AND """
ORDER = " ORDER BY gh.due_on, gh.household_id LIMIT 21"
INSIDE = (COUNTY, COUNTY + 10**6 - 1)


def main() -> None:
    """Print for each list how many queries it asks and how much longer it takes than the bare statement."""
    people = _seed()
    grid = Grid.objects.select_related("village__parent").order_by("pk")[GRIDS // 2]
    _due_lists(people, grid)
    _overdue_pages(people)
    _month_table(people, grid)


def _due_lists(people: dict[str, User], grid: Grid) -> None:
    end = period_end(month_of(today()), monthly=True)
    _compare(
        "due list of a grid leader",
        lambda: _page(visits.due(visits.schedule_of(_again(people["leader"])))),
        (COLUMNS + "gh.grid_id = %s AND gh.due_on <= %s" + ORDER, [grid.pk, end]),
    )
    _compare(
        "due list of a village officer",
        lambda: _page(visits.due(visits.schedule_of(_again(people["village"])))),
        (COLUMNS + "gh.region_id = %s AND gh.due_on <= %s" + ORDER, [grid.village_id, end]),
    )


def _overdue_pages(people: dict[str, User]) -> None:
    day, near = today(), COUNTY // 10**6
    month = month_of(month_of(day) - timedelta(days=1))
    _compare(
        "overdue visits of the county",
        lambda: _page(visits.escalated_to(_again(people["county"]))),
        (COLUMNS + "gh.county = %s AND gh.due_on < %s" + ORDER, [near, day - visits.TO_COUNTY]),
    )
    _compare(
        "overdue clocks of the county",
        lambda: _late_clocks(_again(people["county"])),
        (
            """SELECT c.*, r.*, p.* FROM grid_clock c JOIN accounts_region r ON r.code = c.region_id
               JOIN accounts_region p ON p.code = r.parent_id WHERE c.region_id BETWEEN %s AND %s
               AND c.done_on IS NULL AND c.paused_on IS NULL AND NOT c.at_least AND c.due_on < %s
               ORDER BY c.due_on, c.id LIMIT 21""",
            [*INSIDE, day],
        ),
    )
    _compare(
        "counts of what else is overdue",
        lambda: overdue.beside_clocks(_again(people["county"]), None),
        (_COUNTS, [near, day, *INSIDE, month, month_of(day), *INSIDE, day]),
    )


def _month_table(people: dict[str, User], grid: Grid) -> None:
    month = month_of(today())
    _compare(
        "monthly table of a grid",
        lambda: sheets.month_table(grids.visible_to(_again(people["leader"])).get(pk=grid.pk), month),
        (
            """SELECT h.*, v.*, u.* FROM grid_gridhousehold gh JOIN needs_household h ON h.id = gh.household_id
               LEFT JOIN grid_visit v ON v.household_id = gh.household_id AND v.on BETWEEN %s AND %s
               LEFT JOIN accounts_user u ON u.id = v.visitor_id WHERE gh.grid_id = %s""",
            [month, period_end(month, monthly=True), grid.pk],
        ),
    )


_COUNTS = """SELECT
    (SELECT count(*) FROM (SELECT 1 FROM grid_gridhousehold gh JOIN needs_household h ON h.id = gh.household_id
     WHERE gh.county = %s AND gh.due_on < %s AND h.closed_at IS NULL LIMIT 1001) late),
    (SELECT count(*) FROM grid_grid g WHERE g.ended_at IS NULL AND g.village_id BETWEEN %s AND %s
     AND NOT EXISTS (SELECT 1 FROM grid_monthsheet s WHERE s.grid_id = g.id AND s.month = %s)
     AND EXISTS (SELECT 1 FROM grid_gridhousehold gh WHERE gh.grid_id = g.id AND gh.since < %s)),
    (SELECT count(*) FROM grid_inspectionitem i WHERE i.region_id BETWEEN %s AND %s
     AND i.state = 'problem' AND i.due_on < %s)"""


def _page(rows: Any) -> list[Any]:
    return keyset_page(rows, order=("due_on", "household_id")).items


def _late_clocks(user: User) -> list[Any]:
    """The page of everything late, with the words of each clock."""
    late = in_state(clocks_seen_by(user), "late")
    return shown(keyset_page(late, order=("due_on", "id")).items)


def _again(person: User) -> User:
    """As a new request knows them: nothing is remembered."""
    return User.objects.get(pk=person.pk)


def _compare(name: str, ours: Callable[[], object], bare: tuple[str, Sequence[int | date | None]]) -> None:
    def sql() -> None:
        with connection.cursor() as cursor:
            cursor.execute(*bare)
            cursor.fetchall()

    with CaptureQueriesContext(connection) as asked:
        ours()
    count, ratio = len(asked), _time(ours) / _time(sql)
    verdict = "" if count <= MOST_QUERIES else "  TOO MANY"
    print(f"{name}: {count} queries (most {MOST_QUERIES}){verdict}, {ratio:.1f} x the bare SQL")


def _time(work: Callable[[], object]) -> float:
    """The median of some turns, in seconds."""
    spent = []
    for _ in range(TURNS):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return sorted(spent)[TURNS // 2]


def _seed() -> dict[str, User]:
    """The county in set statements; three people through the services, whose lists are read."""
    for code, name, level, parent in (
        (430000000000, "湖南省", 1, None),
        (430400000000, "衡阳市", 2, 430000000000),
        (COUNTY, "祁东县", 3, 430400000000),
    ):
        Region.objects.get_or_create(code=code, defaults={"name": name, "level": level, "parent_id": parent})
    actor = User.objects.create_user("19900000990", name="建档人")
    values: dict[str, int | date] = {
        "county": COUNTY, "actor": actor.pk, "homes": HOUSEHOLDS, "villages": VILLAGES, "grids": GRIDS,
        "members": MEMBERS, "today": today(), "since": today() - timedelta(days=400),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
    grid = Grid.objects.order_by("pk")[GRIDS // 2]
    people = {"leader": User.objects.get(appointments__grid_places__grid=grid, name="网格长")}
    for name, role, code in (
        ("village", Role.VILLAGE_OFFICER, grid.village_id),
        ("county", Role.COUNTY_ADMIN, COUNTY),
    ):
        people[name] = User.objects.create_user(f"1990000098{len(people)}", name=name)
        appointments.appoint(actor=None, user=people[name], role=role, region=Region.objects.get(code=code))
    post = people["leader"].appointments.get()
    appointments._write_permissions(people["leader"], post.region)
    return people


# Half of the grids' 900 people lead, one in twelve households is at risk, one in six was visited this month.
_STATEMENTS = (
    """INSERT INTO accounts_region (code, name, level, parent_id, tags)
       SELECT %(county)s + 100000 + n * 1000, '第' || n || '镇', 4, %(county)s, '{}' FROM generate_series(0, 19) n""",
    """INSERT INTO accounts_region (code, name, level, parent_id, tags)
       SELECT %(county)s + 100000 + (n %% 20) * 1000 + n / 20 + 1, '第' || n || '村', 5,
              %(county)s + 100000 + (n %% 20) * 1000, '{}' FROM generate_series(0, %(villages)s - 1) n""",
    """INSERT INTO accounts_user (password, is_superuser, name, nickname, display, donor_kind, occupation, is_active,
                                  auth_epoch, created_at)
       SELECT '!', false, CASE WHEN n < %(grids)s THEN '网格长' ELSE '网格员' END, '', '', '', '', true, n, now()
       FROM generate_series(0, %(members)s - 1) n""",
    """INSERT INTO accounts_appointment (user_id, region_id, role, starts_on, source, unit, duty_phone, created_at,
                                         end_reason)
       SELECT u.id, r.code, CASE WHEN u.name = '网格长' THEN 'grid_leader' ELSE 'grid_member' END, %(since)s, '', '',
              '', now(), '' FROM accounts_user u JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS n
              FROM accounts_region WHERE level = 5) r ON r.n = u.auth_epoch %% %(villages)s
       WHERE u.name IN ('网格长', '网格员')""",
    """INSERT INTO grid_grid (village_id, number, name, area, duty_phone, oversize_reason, made_by_id, made_at)
       SELECT a.region_id, row_number() OVER (PARTITION BY a.region_id ORDER BY a.id), '第' || a.id || '组', '', '', '',
              %(actor)s, now() FROM accounts_appointment a WHERE a.role = 'grid_leader'""",
    """INSERT INTO grid_gridmember (grid_id, post_id, kind, duty, photo, made_by_id, made_at)
       SELECT g.id, a.id, 'party', '', '', %(actor)s, now() FROM accounts_appointment a
       JOIN grid_grid g ON a.role = 'grid_leader' AND g.name = '第' || a.id || '组'""",
    """INSERT INTO grid_gridmember (grid_id, post_id, kind, duty, photo, made_by_id, made_at)
       SELECT g.id, a.id, 'party', '', '', %(actor)s, now() FROM accounts_appointment a
       JOIN grid_grid g ON a.role = 'grid_member' AND g.village_id = a.region_id AND g.number = 1""",
    """INSERT INTO needs_household (region_id, name, members, cause, focus, bank_holder, monitored, risk, risk_since,
                                    registered_by_id, created_at)
       SELECT g.village_id, '张' || n, 3, 'illness', '{}', '', CASE WHEN n %% 12 = 0 THEN 'sudden' ELSE '' END,
              CASE WHEN n %% 12 = 0 THEN 'open' ELSE '' END,
              CASE WHEN n %% 12 = 0 THEN %(since)s::date END, %(actor)s, now()
       FROM generate_series(0, %(homes)s - 1) n
       JOIN (SELECT village_id, row_number() OVER (ORDER BY id) - 1 AS place FROM grid_grid) g
         ON g.place = n %% %(grids)s ORDER BY n""",
    """INSERT INTO grid_gridhousehold (household_id, grid_id, region_id, since, monthly, due_on, visited_on, confirmed,
                                       photo_wanted, placed_by_id)
       SELECT h.id, g.id, h.region_id, %(since)s, h.risk = 'open', %(today)s::date + (h.id %% 100 - 40)::int, NULL,
              '{}', '', %(actor)s
       FROM (SELECT *, row_number() OVER (ORDER BY id) - 1 AS n FROM needs_household) h
       JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM grid_grid) g ON g.place = h.n %% %(grids)s""",
    """INSERT INTO grid_visit (household_id, grid_id, region_id, visitor_id, "on", channel, away, points, has_problem,
                               photo, recorded_at)
       SELECT gh.household_id, gh.grid_id, gh.region_id, %(actor)s, %(today)s::date - (month * 30)::int, 'home', false,
              '{"income": "same", "spending": "same", "guarantees": "same", "water": "same", "other": "same"}', false,
              '', now() FROM grid_gridhousehold gh, generate_series(0, 5) month
       WHERE (gh.household_id / %(grids)s + month) %% 6 = 0""",
    """INSERT INTO grid_clock (kind, object_id, title, region_id, level, clause, unit, days, at_least, started_on,
                               counted_from, "left", due_on, pause_reason, pauses, done_on, started_at)
       SELECT 'clue.verify', h.id, h.name, h.region_id, 5, '', 'calendar', 2, false, due - 2, due - 2, 2, due, '',
              '[]', CASE WHEN h.id %% 3 > 0 THEN due END, now()
       FROM (SELECT *, %(today)s::date + (id %% 60 - 45)::int AS due FROM needs_household WHERE id %% 10 = 0) h""",
    "ANALYZE",
)
