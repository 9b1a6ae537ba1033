"""The library of needs and projects (社会扶贫项目库, REQUIREMENTS 27): cause of poverty x kind x place.

A place's own needs (village, county, cooperative) are its projects and have no household's cause.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import Region
from needs.enums import PUBLIC, Cause, Status
from needs.models import Need
from needs.office_queries import needs_listed_for, within

PROJECT = "project"
CAUSES = ((PROJECT, "村、县、合作社的项目"), *Cause.choices)
STATES: dict[str, tuple[str, Q]] = {
    "": ("在库", Q(status__in=(*PUBLIC, Status.SUBMITTED, Status.VERIFIED, Status.CHECKED))),
    "coming": ("审核中", Q(status__in=(Status.SUBMITTED, Status.VERIFIED, Status.CHECKED))),
    "open": ("等待帮助", Q(status=Status.PUBLISHED)),
    "matched": ("已认领", Q(status=Status.MATCHED)),
    "done": ("已完成", Q(status=Status.FULFILLED)),
}
"""By the address's word: what it is called and which needs it holds; drafts, returned and ended ones never."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is filtered by; empty means any."""

    region: Region
    cause: str = ""
    kind: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Needs, households helped by them, and fen that are asked for, promised and paid out."""

    needs: int
    households: int
    target_fen: int
    pledged_fen: int
    delivered_fen: int


def found(user: Any, asked: Asked) -> QuerySet[Need]:
    """The library's needs that this person may list: all of the view ranges, public ones where figures are read."""
    rows = needs_listed_for(user).filter(within(asked.region), STATES[asked.state][1])
    if asked.region.level >= 3:
        rows = rows.filter(county=asked.region.code // 10**6)
    if asked.cause:
        rows = rows.filter(Q(household=None) if asked.cause == PROJECT else Q(household__cause=asked.cause))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return rows.select_related("progress")


def sums(rows: QuerySet[Need]) -> Sums:
    """The sums over a filter; one query."""
    made = rows.order_by().aggregate(
        needs=Count("pk"),
        households=Count("household", distinct=True),
        target_fen=Sum("progress__target_fen", default=0),
        pledged_fen=Sum("progress__pledged_fen", default=0),
        delivered_fen=Sum("progress__delivered_fen", default=0),
    )
    return Sums(**made)


def table(rows: QuerySet[Need]) -> list[tuple[str, dict[str, int]]]:
    """Needs by cause and kind: a cause's code (PROJECT for a place's own) with its counts by kind; one query."""
    counts: dict[str, dict[str, int]] = {}
    grouped = rows.order_by().values(cause=F("household__cause"), of=F("kind")).annotate(n=Count("pk"))
    for row in grouped:
        counts.setdefault(row["cause"] or PROJECT, {})[row["of"]] = row["n"]
    return [(cause, counts[cause]) for cause, _ in CAUSES if cause in counts]
