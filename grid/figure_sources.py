"""What each figure is counted from: the one definition that the sweep, the rebuild, the live reads and `audit` share.

A row belongs to one month for ever, in China's time: a need to that of its first publication, a pledge to that in
which it was promised, a household to that of its registration, a clock to that in which it is due, a filed form to
that of its audit entry. What it counts for follows its present state. Money is in fen, times are whole days.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.enums import Role
from donors.enums import ENDED_UNMET, PAIRED, AdoptionStatus, PledgeStatus
from grid.burden import ACTIONS
from grid.figure_enums import FigureSource
from grid.models.figure import ALL_TIME
from needs.enums import Status

FRONT = (
    Role.VILLAGE_OFFICER,
    Role.TOWNSHIP_MANAGER,
    Role.COUNTY_ADMIN,
    Role.GRID_LEADER,
    Role.GRID_MEMBER,
)
"""The posts that are counted as officers."""
MATCHED = (Status.MATCHED, Status.FULFILLED)
ARRIVED = (PledgeStatus.RECEIVED, PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED)
PASSED_ON = (PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED)
DAY_ZERO = date(2000, 1, 1)
COUNTY = 10**6

PARAMS: dict[str, Any] = {
    "matched": [status.value for status in MATCHED],
    "arrived": [status.value for status in ARRIVED],
    "passed": [status.value for status in PASSED_ON],
    "ended": [status.value for status in ENDED_UNMET],
    "paired": [*(status.value for status in PAIRED), AdoptionStatus.DONE.value],
    "front": [role.value for role in FRONT],
    "actions": ACTIONS,
    "all_time": ALL_TIME,
    "day_zero": DAY_ZERO,
}
"""Lists and dates that the statements below name."""


OF_ROWS = """(mod({0} / 1000000, 100) <> 0 OR EXISTS (
  SELECT FROM accounts_region t WHERE t.code > {0} AND t.code < {0} + 1000000))"""
"""SQL: whether this place's sums come from its own rows, as a county's do and those of a city without counties."""


def day(column: str) -> str:
    """SQL: the day in China of an instant."""
    return f"({column} AT TIME ZONE 'Asia/Shanghai')::date"


def month(column: str) -> str:
    """SQL: the first day of the month of a date."""
    return f"date_trunc('month', {column})::date"


def instant(column: str) -> str:
    """SQL: the moment at which a day begins in China."""
    return f"({column}::timestamp AT TIME ZONE 'Asia/Shanghai')"


@dataclass(frozen=True, slots=True)
class Source:
    """How one source's rows become sums. Everything is SQL over the aliases of `tables`.

    `when` is the instant (or day, for `is_day`) that gives the month; `county` compares with a marked county.
    """

    name: FigureSource
    tables: str
    region: str
    part: str
    columns: dict[str, str]
    base: str
    when: str
    is_day: bool = False
    by_month: bool = False
    """Its marks name a month; else all months of the county are counted again."""
    county: str = ""
    whole: str = ""
    """`tables` for counting every row there is: set against set, where `tables` looks up row by row."""
    inside: str = ""
    """`tables` for counting every row of the one county `%(county)s`, likewise."""

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    @property
    def month(self) -> str:
        return month(self.when if self.is_day else day(self.when))

    def of_all(self, *, where: str = "") -> str:
        """The sums by county of every row."""
        return self.select(self.county_place, where=where, tables=self.whole)

    def select(
        self, place: str, *, where: str = "", join: str = "", by_month: bool = True, tables: str = ""
    ) -> str:
        """The sums by place (an SQL expression), month and part; without `by_month` over all months asked for."""
        sums = ", ".join(f"{text} AS {name}" for name, text in self.columns.items())
        months = self.month if by_month else "NULL::date"
        conditions = " AND ".join(text for text in (self.base, where) if text)
        return (
            f"SELECT {place} AS region, {months} AS month, ({self.part})::varchar AS part, {sums}"  # noqa: S608
            f" FROM {tables or self.tables} {join} WHERE {conditions} GROUP BY 1, 2, 3"
        )

    def of_county(self) -> str:
        """The sums by county of the rows that the marks in `d (region, month)` name."""
        if self.by_month:
            low, high = instant("d.month"), instant("(d.month + interval '1 month')")
            where = f"{self.county} = d.region / {COUNTY} AND {self.when} >= {low} AND {self.when} < {high}"
        else:
            where = f"{self.region} >= d.region AND {self.region} < d.region + {COUNTY}"
        return self.select(self.county_place, join=", d", where=where)

    @property
    def county_place(self) -> str:
        return f"({self.region}) / {COUNTY} * {COUNTY}"

    def between(self, since: str, until: str) -> str:
        """SQL: the rows from a day (empty: any) up to another, exclusive; both are parameters or dates in SQL."""
        edge = (lambda text: text) if self.is_day else instant
        low = f"{self.when} >= {edge(since)} AND " if since else ""
        return f"{low}{self.when} < {edge(until)}"


SIDE = """CASE WHEN u.donor_kind = '' THEN 'unknown' WHEN u.donor_kind <> 'public_employee' THEN 'society'
 WHEN u.work_county_id = p.county * 1000000::bigint THEN 'local_cadre' ELSE 'public' END"""
"""`accounts.services.profile.side_of` in SQL."""

_LIVING = "p.status <> ALL(%(ended)s)"
_WAITED = f"""LEFT JOIN LATERAL (SELECT {day("r.at")} AS day FROM needs_needreview r WHERE r.need_id = n.id
 AND r.action = 'match' AND n.status = ANY(%(matched)s) ORDER BY r.id DESC LIMIT 1) w ON true"""  # noqa: S608
_ALL_WAITED = f"""LEFT JOIN (SELECT DISTINCT ON (r.need_id) r.need_id, {day("r.at")} AS day FROM needs_needreview r
 WHERE r.action = 'match' ORDER BY r.need_id, r.id DESC) w ON w.need_id = n.id AND n.status = ANY(%(matched)s)"""  # noqa: S608
_FIRST = """LEFT JOIN LATERAL (SELECT p.id WHERE NOT EXISTS (SELECT FROM donors_pledge e
 WHERE e.donor_id = p.donor_id AND e.county = p.county AND e.id < p.id)) f ON true"""
_ALL_FIRST = (
    """LEFT JOIN (SELECT min(id) AS id FROM donors_pledge GROUP BY donor_id, county) f ON f.id = p.id"""
)
_NEEDS = "needs_need n JOIN needs_needprogress g ON g.need_id = n.id"
_GIFTS = "donors_pledge p JOIN needs_need n ON n.id = p.need_id JOIN accounts_user u ON u.id = p.donor_id"
# A window, not a join with each donor's first: the planner believes in one row here and would loop over both.
_COUNTY_GIFTS = """(SELECT *, min(id) OVER (PARTITION BY donor_id) AS first FROM donors_pledge
  WHERE county = %(county)s) p
 JOIN needs_need n ON n.id = p.need_id AND n.county = p.county AND n.published_at IS NOT NULL
 JOIN accounts_user u ON u.id = p.donor_id LEFT JOIN LATERAL (SELECT p.id WHERE p.id = p.first) f ON true"""
_POSTS = f"""(SELECT a.region_id, a.role, a.starts_on AS day, 1 AS step FROM accounts_appointment a
 WHERE a.role = ANY(%(front)s) UNION ALL
 SELECT a.region_id, a.role, greatest(a.starts_on, least(a.ends_on + 1, {day("a.ended_at")})), -1
 FROM accounts_appointment a WHERE a.role = ANY(%(front)s) AND (a.ends_on IS NOT NULL OR a.ended_at IS NOT NULL)) x"""  # noqa: S608

_ROWS = (
    Source(
        FigureSource.NEED,
        tables=f"{_NEEDS} {_WAITED}",
        whole=f"{_NEEDS} {_ALL_WAITED}",
        region="n.region_id",
        part="n.kind",
        columns={
            "published": "count(*)",
            "open": "count(*) FILTER (WHERE n.status = 'published')",
            "matched": "count(*) FILTER (WHERE n.status = ANY(%(matched)s))",
            "fulfilled": "count(*) FILTER (WHERE n.status = 'fulfilled')",
            "asked_fen": "sum(g.target_fen)",
            "promised_fen": "sum(g.pledged_fen)",
            "open_days": f"coalesce(sum({day('n.published_at')} - %(day_zero)s::date)"
            " FILTER (WHERE n.status = 'published'), 0)",
            "waited_days": f"coalesce(sum(w.day - {day('n.published_at')}), 0)",
        },
        base="n.published_at IS NOT NULL",
        when="n.published_at",
        by_month=True,
        county="n.county",
    ),
    Source(
        FigureSource.GIFT,
        tables=f"{_GIFTS} {_FIRST}",
        whole=f"{_GIFTS} {_ALL_FIRST}",
        inside=_COUNTY_GIFTS,
        region="n.region_id",
        part=SIDE,
        columns={
            "gifts": f"count(*) FILTER (WHERE {_LIVING})",
            "gift_fen": f"coalesce(sum(p.amount_fen) FILTER (WHERE {_LIVING}), 0)",
            "arrived_fen": "coalesce(sum(p.amount_fen) FILTER (WHERE p.status = ANY(%(arrived)s)), 0)",
            "passed_fen": "coalesce(sum(p.amount_fen) FILTER (WHERE p.status = ANY(%(passed)s)), 0)",
            "refunded_fen": "coalesce(sum(p.amount_fen) FILTER (WHERE p.status = 'refunded'), 0)",
            "confirmed": "count(*) FILTER (WHERE p.status = 'confirmed' AND p.outcome = 'complete')",
            "problems": "count(*) FILTER (WHERE p.status = 'confirmed' AND p.outcome = 'problem')",
            "donors": "count(f.id)",
        },
        base="true",
        when="p.created_at",
        by_month=True,
        county="p.county",
    ),
    Source(
        FigureSource.HOUSEHOLD,
        tables="needs_household h",
        region="h.region_id",
        part="''",
        columns={"households": "count(*)"},
        base="h.closed_at IS NULL",
        when="h.created_at",
    ),
    Source(
        FigureSource.POST,
        tables=_POSTS,
        region="x.region_id",
        part="x.role",
        columns={"posts": "sum(x.step)"},
        base="true",
        when="x.day",
        is_day=True,
    ),
    Source(
        FigureSource.CLOCK,
        tables="grid_clock c",
        region="c.region_id",
        part="c.kind",
        columns={
            "kept": "count(*) FILTER (WHERE c.done_on <= c.due_on)",
            "late": "count(*) FILTER (WHERE c.done_on > c.due_on)",
            "running": "count(*) FILTER (WHERE c.done_on IS NULL)",
        },
        base="NOT c.at_least",
        when="c.due_on",
        is_day=True,
    ),
    Source(
        FigureSource.FORM,
        tables="accounts_auditentry e JOIN accounts_auditseal s ON s.entry_id = e.id",
        region="e.region_code",
        part="e.action",
        columns={"forms": "count(*)"},
        base="""e.action = ANY(%(actions)s) AND e.region_code IS NOT NULL AND EXISTS (
          SELECT FROM accounts_appointment a WHERE a.user_id = e.actor_id AND a.created_at <= e.at)""",
        when="e.at",
    ),
)
SOURCES: dict[str, Source] = {source.name.value: source for source in _ROWS}

VILLAGE_COLUMNS = ["asking", "neglected", "homes", "used", "covered"]

VILLAGE_ROW = ["needs", "waiting", "helped", "homes", "used", "covered"]
VILLAGE_ROWS = """SELECT r.code AS village, coalesce(n.needs, 0) AS needs, coalesce(n.waiting, 0) AS waiting,
       coalesce(n.helped, 0) AS helped, coalesce(h.homes, 0) AS homes, coalesce(h.used, 0) AS used,
       coalesce(h.covered, 0) AS covered
FROM accounts_region r
LEFT JOIN (
  SELECT n.region_id, count(*) AS needs, count(*) FILTER (WHERE n.status = 'published') AS waiting,
         count(*) FILTER (WHERE g.helpers > 0) AS helped
  FROM needs_need n JOIN needs_needprogress g ON g.need_id = n.id
  WHERE n.published_at IS NOT NULL {needs} GROUP BY 1) n ON n.region_id = r.code
LEFT JOIN (
  SELECT h.region_id, count(*) AS homes,
    count(*) FILTER (WHERE EXISTS (
      SELECT FROM needs_need n WHERE n.household_id = h.id AND n.submitted_at IS NOT NULL)) AS used,
    count(*) FILTER (WHERE EXISTS (
      SELECT FROM needs_need n JOIN donors_pledge p ON p.need_id = n.id
      WHERE n.household_id = h.id AND p.status <> ALL(%(ended)s))
    OR EXISTS (
      SELECT FROM needs_need n JOIN donors_adoption a ON a.need_id = n.id
      WHERE n.household_id = h.id AND a.status = ANY(%(paired)s))
    OR EXISTS (
      SELECT FROM grid_clue c JOIN grid_measure m ON m.clue_id = c.id
      WHERE c.household_id = h.id AND m.state <> 'returned')
    OR EXISTS (
      SELECT FROM needs_householdhelper b WHERE b.household_id = h.id AND b.until IS NULL)) AS covered
  FROM needs_household h WHERE h.closed_at IS NULL {homes} GROUP BY 1) h ON h.region_id = r.code
WHERE r.level = 5 AND r.valid_to IS NULL AND (n.needs > 0 OR h.homes > 0) {regions}
"""
"""The villages' rows; `needs`, `homes` and `regions` narrow it to some villages."""
VILLAGES = f"INSERT INTO grid_villagefigure (village, {', '.join(VILLAGE_ROW)}) {VILLAGE_ROWS}"
"""Fills the villages' rows, narrowed likewise."""

OF_VILLAGES = """SELECT {place} AS region, %(all_time)s::date AS month, ''::varchar AS part,
  count(*) FILTER (WHERE v.needs > 0) AS asking, count(*) FILTER (WHERE v.needs > 0 AND v.helped = 0) AS neglected,
  sum(v.homes)::bigint AS homes, sum(v.used)::bigint AS used, sum(v.covered)::bigint AS covered
 FROM grid_villagefigure v {join} WHERE {where} GROUP BY 1"""
"""The sums over villages by place."""
VILLAGE_COUNTY = f"v.village / {COUNTY} * {COUNTY}"
