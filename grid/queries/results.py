"""Reads for the pages of quotas: what a month brought, live while it is open and frozen once it is closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Level, Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import grants
from grid.counting import Tally
from grid.models import ClosedMonth, QuotaResult, QuotaRule, SubsidyLine, SubsidyRate
from grid.services import months

MAX_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One post under one rule in one month; `result` once the month is closed."""

    post: Appointment
    rule: QuotaRule
    expected: int
    submitted: int
    on_time: int
    confirmed: int
    zero_report: bool
    needs: Sequence[int]
    result: QuotaResult | None = None

    @property
    def met(self) -> bool:
        return self.zero_report or self.submitted >= self.expected


def county_of(code: int) -> Region | None:
    """The county of a village or township, or the county itself."""
    return Region.objects.filter(code=code // 10**6 * 10**6, level=Level.COUNTY).first()


def rows_of(county: Region, month: date, posts: Q | None = None) -> list[Row]:
    """The rows of a county's month, by post; `posts` narrows them by a filter over appointments."""
    closed = ClosedMonth.objects.filter(region=county, month=month).first()
    wanted = Appointment.objects.filter(posts or Q(), region__gte=county.code, region__lte=county.code_end)
    known = wanted.select_related("user", "region__parent")
    if closed:
        return _frozen(closed, known)
    return _live(months.count(county, month).tallies, known)


def _frozen(closed: ClosedMonth, posts: QuerySet[Appointment]) -> list[Row]:
    results = closed.results.filter(appointment__in=posts.values("pk")).select_related(
        "appointment__user", "appointment__region__parent", "rule"
    )
    return [
        Row(
            row.appointment,
            row.rule,
            row.expected,
            row.submitted,
            row.on_time,
            row.confirmed,
            row.zero_report,
            row.needs,
            row,
        )
        for row in results.order_by("appointment__region_id", "appointment_id", "rule_id")[:MAX_ROWS]
    ]


def _live(tallies: Iterable[Tally], posts: QuerySet[Appointment]) -> list[Row]:
    known = {post.pk: post for post in posts}
    mine = [row for row in tallies if row.post.pk in known]
    rules = QuotaRule.objects.in_bulk({row.rule.pk for row in mine})
    rows = [
        Row(
            known[row.post.pk],
            rules[row.rule.pk],
            row.expected,
            row.submitted,
            row.on_time,
            row.confirmed,
            row.zero_report,
            row.needs,
        )
        for row in mine
    ]
    return sorted(rows, key=lambda row: (row.post.region_id, row.post.pk, row.rule.pk))[:MAX_ROWS]


def results_seen_by(user: Any) -> QuerySet[QuotaResult]:
    """One's own results, and those of the ranges where one checks, approves or reads figures."""
    held = grants(user)
    field = "appointment__region"
    seen = Q(appointment__user=user) | held.q(Verb.CHECK, field) | held.q(Verb.REPORT, field)
    rows = QuotaResult.objects.filter(seen | held.q(Verb.APPROVE, field))
    return rows.select_related(
        "closed", "rule", "appointment__user", "appointment__region__parent", "verified_by", "decided_by"
    )


def own_lines(user: User) -> QuerySet[SubsidyLine]:
    """What this person was paid, newest first."""
    lines = SubsidyLine.objects.filter(appointment__user=user)
    return lines.select_related("closed", "rate", "appointment__region").order_by("-closed__month", "-pk")


def closed_seen_by(user: Any) -> QuerySet[ClosedMonth]:
    """The closed months of the counties where this person approves or appoints."""
    held = grants(user)
    rows = ClosedMonth.objects.filter(held.q(Verb.APPROVE, "region") | held.q(Verb.APPOINT, "region"))
    return rows.select_related("region", "closed_by").order_by("-month", "region_id")


def rules_seen_by(user: Any) -> QuerySet[QuotaRule]:
    """The rules that hold in the ranges where this person appoints: their own, and those of the city above."""
    return _about(QuotaRule.objects.all(), user)


def rates_seen_by(user: Any) -> QuerySet[SubsidyRate]:
    return _about(SubsidyRate.objects.all(), user)


def _about(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    held = grants(user)
    above = {row.low // 10**8 * 10**8 for row in held.of(Verb.APPOINT)}
    seen = held.q(Verb.APPOINT, "region") | Q(region__in=above)
    return rows.filter(seen).select_related("region", "made_by").order_by("-valid_from", "-pk")
