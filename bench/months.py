"""Closing a month of one city: 10 counties, 3 000 officers, 49 500 needs, beside the bare aggregate SQL of the counts.

The bare SQL counts the same needs by officer and reason, with the same rules of repetition and copying, for the same
months: the one that is closed and the three before it, which are counted anew at each closing; and it sums the
figures that the closed month's report keeps.
"""

import time
from datetime import date
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Region, User
from fupin.lib.clock import month_of, today
from grid.models import ClosedMonth, QuotaRule, SubsidyRate
from grid.queries import month_figures, quotas
from grid.quota_enums import Basis, Villages
from grid.services import months

CITY, COUNTIES, OFFICERS, MONTHS = 430400000000, 10, 300, 5
MOST_RATIO = 4


def main() -> None:
    """Close four months of every county; print the ratio of the last one, which looks three months back."""
    actor = _seed()
    _rules(actor)
    month = months.last_month()
    asked = [month]
    for _ in range(months.LOOK_BACK):
        asked.insert(0, months.before(asked[0]))
    counties = list(Region.objects.filter(level=3, parent_id=CITY).order_by("code"))
    for earlier in asked[:-1]:
        for county in counties:
            months.close(county, earlier)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _bare(counties, asked)  # both find warm pages
    with CaptureQueriesContext(connection) as queries:
        ours = _timed(lambda: [months.close(county, month) for county in counties])
    bare = sorted(_timed(lambda: _bare(counties, asked)) for _ in range(3))[1]
    closed = ClosedMonth.objects.filter(month=month)
    results = sum(row.results.count() for row in closed)
    counted = sum(months.totals(row)["submitted"] for row in closed)
    verdict = "" if ours <= MOST_RATIO * bare else "  TOO SLOW"
    print(
        f"closing one city's month ({results} officers, {counted} needs counted, three months looked back): "
        f"{ours / bare:.1f} x the bare aggregate SQL (at most {MOST_RATIO}){verdict}, "
        f"{len(queries) / len(counties):.0f} queries a county"
    )


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare(counties: list[Region], asked: list[date]) -> None:
    statement = _BARE.replace("/*handed*/", quotas.HANDED)
    with connection.cursor() as cursor:
        for month in asked:
            low, high = quotas.bounds(month)
            for county in counties:
                cursor.execute(statement, {"county": county.code // 10**6, "low": low, "high": high})
                cursor.fetchall()
    for county in counties:
        month_figures.sums(county, asked[-1])


def _rules(actor: User) -> None:
    city = Region.objects.get(code=CITY)
    first = date(2020, 1, 1)
    QuotaRule.objects.create(
        region=city, role=Role.VILLAGE_OFFICER, villages=Villages.ALL, kinds=["medical", "education", "housing"],
        kinds_everywhere=[], at_start=20, monthly=2, due_day=25, valid_from=first, clause="方案", made_by=actor,
    )  # fmt: skip
    SubsidyRate.objects.create(
        region=city, name="通信费", role=Role.VILLAGE_OFFICER, fen=5000, basis=Basis.WORK, valid_from=first,
        clause="文件", made_by=actor,
    )  # fmt: skip


def _seed() -> User:
    """The city in set statements: every officer hands in three needs a month for five months and one returned."""
    for code, name, level, parent in ((430000000000, "湖南省", 1, None), (CITY, "衡阳市", 2, 430000000000)):
        Region.objects.get_or_create(code=code, defaults={"name": name, "level": level, "parent_id": parent})
    actor = User.objects.create_user("19900000990", name="建档人")
    first = month_of(today())
    for _ in range(MONTHS):
        first = months.before(first)
    values: dict[str, Any] = {
        "city": CITY, "counties": COUNTIES, "officers": OFFICERS, "actor": actor.pk, "months": MONTHS,
        "first": first, "all": COUNTIES * OFFICERS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
    return actor


_BARE = """
SELECT officer, skip, count(*), count(*) FILTER (WHERE day <= 25), count(*) FILTER (WHERE confirmed)
FROM (/*handed*/) AS handed (id, region, kind, at, officer, skip, confirmed),
LATERAL (SELECT extract(day FROM at AT TIME ZONE 'Asia/Shanghai')) AS d (day) GROUP BY 1, 2
"""
_VILLAGE = (
    "%(city)s + (n / %(officers)s + 20) * 1000000 + 100000 + (n %% %(officers)s / 20) * 1000 + n %% 20 + 1"
)
_STATEMENTS = tuple(
    statement.replace("/*village*/", _VILLAGE)
    for statement in (
        """INSERT INTO accounts_region (code, name, level, parent_id, tags)
           SELECT %(city)s + (n + 20) * 1000000, '第' || n || '县', 3, %(city)s, '{}'
           FROM generate_series(0, %(counties)s - 1) n""",
        """INSERT INTO accounts_region (code, name, level, parent_id, tags)
           SELECT DISTINCT (/*village*/) / 1000 * 1000, '镇', 4, (/*village*/) / 1000000 * 1000000, '{}'::text[]
           FROM generate_series(0, %(all)s - 1) n""",
        """INSERT INTO accounts_region (code, name, level, parent_id, tags)
           SELECT /*village*/, '第' || n || '村', 5, (/*village*/) / 1000 * 1000, '{}'
           FROM generate_series(0, %(all)s - 1) n""",
        """INSERT INTO accounts_user (password, is_superuser, name, nickname, display, donor_kind, occupation,
                                      is_active, auth_epoch, created_at)
           SELECT '!', false, '信息员', '', '', '', '', true, n, now() FROM generate_series(0, %(all)s - 1) n""",
        """INSERT INTO accounts_appointment (user_id, region_id, role, starts_on, source, unit, duty_phone, created_at,
                                             end_reason)
           SELECT u.id, /*village*/, 'village_officer', '2020-01-01', '', '', '', now(), ''
           FROM (SELECT id, auth_epoch AS n FROM accounts_user WHERE name = '信息员') u""",
        """INSERT INTO needs_household (region_id, name, members, cause, focus, bank_holder, monitored, risk,
                                        registered_by_id, created_at)
           SELECT a.region_id, '张' || k, 3, 'illness', '{}', '', '', '', %(actor)s, now()
           FROM accounts_appointment a, generate_series(0, 11) k ORDER BY a.id, k""",
        # Three a month of the officer's twelve households, of kinds in turn; the fourth was sent back.
        """INSERT INTO needs_need (region_id, household_id, subject, kind, forms, title, story, details, status, flags,
                                   on_behalf, created_by_id, created_at, submitted_at, published_at)
           SELECT a.region_id, h.id, 'household', (ARRAY['medical', 'education', 'housing'])[1 + (m + k) %% 3],
                  '{money}', '求助',
                  repeat('家里老人长年吃药，孩子上学，地里收成不好。', 4) || a.id || '-' || m || '-' || k, '{}',
                  (ARRAY['fulfilled', 'matched', 'published', 'returned'])[k + 1], '{}', true, a.user_id, at, at, at
           FROM accounts_appointment a
           JOIN LATERAL (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM needs_household
                         WHERE region_id = a.region_id) h ON true
           JOIN generate_series(0, %(months)s - 1) m ON true
           JOIN generate_series(0, 3) k ON h.place = (m * 3 + k) %% 12,
           LATERAL (SELECT (%(first)s::date + make_interval(months => m, days => 3 + 7 * k))
                    AT TIME ZONE 'Asia/Shanghai' AS at) t
           WHERE k < 3 OR a.id %% 10 < 3""",
        "ANALYZE",
    )
)
