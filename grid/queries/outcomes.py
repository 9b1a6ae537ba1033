"""What became of the needs that closed months counted: confirmed, taken back since, or still waiting (B1)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import TextChoices

from accounts.models import Appointment
from fupin.lib.clock import add_months, month_of, today
from grid.queries.quotas import CONFIRMED

MONTHS = 12
"""So many months back a score looks."""


class Fate(TextChoices):
    """What a counted need is today; `void` subtracts."""

    CONFIRMED = "confirmed", "已确认收到"
    VOID = "void", "后来退回、撤回或核实不实，倒扣一条"
    WAITING = "waiting", "还没有确认收到"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The counted needs of a post or an area by what they are today."""

    counted: int = 0
    confirmed: int = 0
    void: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.counted + other.counted, self.confirmed + other.confirmed, self.void + other.void)

    @property
    def waiting(self) -> int:
        return self.counted - self.confirmed - self.void

    @property
    def score(self) -> int | None:
        """Percent of the counted needs confirmed as real and received, each one taken back subtracted; halves up.

        Never below 0; None where nothing was counted.
        """
        if not self.counted:
            return None
        honest = max(0, self.confirmed - self.void)
        return (200 * honest + self.counted) // (2 * self.counted)


_FATE = f"""CASE WHEN n.status IN ('draft', 'returned', 'withdrawn') OR EXISTS (
  SELECT FROM grid_excludedneed x WHERE x.need_id = n.id) THEN 'void'
WHEN {CONFIRMED} THEN 'confirmed' ELSE 'waiting' END"""

_BY_POST = f"""
SELECT post, count(*), count(*) FILTER (WHERE fate = 'confirmed'), count(*) FILTER (WHERE fate = 'void') FROM (
  SELECT r.appointment_id AS post, {_FATE} AS fate
  FROM grid_closedmonth c JOIN grid_quotaresult r ON r.closed_id = c.id
  CROSS JOIN LATERAL jsonb_array_elements_text(r.needs) counted
  JOIN needs_need n ON n.id = counted::bigint
  WHERE c.month > %(since)s AND c.region_id = ANY(%(counties)s) AND r.appointment_id = ANY(%(posts)s)) x
GROUP BY 1"""  # noqa: S608


def since() -> date:
    """The last month that is left out: scores look at the `MONTHS` before the present one."""
    return add_months(month_of(today()), -MONTHS - 1)


def of_posts(posts: Iterable[Appointment]) -> dict[int, Outcome]:
    """By appointment what became of its counted needs; one query."""
    posts = list(posts)
    counties = sorted({post.region_id // 10**6 * 10**6 for post in posts})
    params = {"since": since(), "counties": counties, "posts": [post.pk for post in posts]}
    return {row[0]: Outcome(*row[1:]) for row in _rows(_BY_POST, params)} if posts else {}


def together(found: Iterable[Outcome]) -> Outcome:
    return sum(found, Outcome())


def fates(needs: Collection[int]) -> dict[int, Fate]:
    """What each of these counted needs is today."""
    sql = f"SELECT n.id, {_FATE} FROM needs_need n WHERE n.id = ANY(%(needs)s)"  # noqa: S608
    return {pk: Fate(fate) for pk, fate in _rows(sql, {"needs": list(needs)})}


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
