"""Reads for subsidy statements: whose they are, what made each amount, what is contested."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from grid.models import ClosedMonth, QuotaResult, SubsidyLine, SubsidyObjection
from grid.quota_enums import LineKind, Skip
from grid.services import months
from needs.models import Need


@dataclass(frozen=True, slots=True)
class Record:
    """A need behind an amount: whether it counted at the closing and, of an adjustment, why it does not now."""

    need: Need
    counted: bool
    now: str


def own_months(user: User) -> QuerySet[ClosedMonth]:
    """The closed months that pay this person something."""
    mine = SubsidyLine.objects.filter(appointment__user=user)
    return ClosedMonth.objects.filter(pk__in=mine.values("closed")).select_related("region")


def own_lines(user: User, closed: Sequence[ClosedMonth]) -> QuerySet[SubsidyLine]:
    """This person's lines of some months."""
    lines = SubsidyLine.objects.filter(appointment__user=user, closed__in=closed)
    return lines.select_related("closed", "rate", "appointment__region", "objection").order_by("month", "pk")


def lines_seen_by(user: Any) -> QuerySet[SubsidyLine]:
    """One's own lines, and those of the counties where one approves or appoints."""
    held = grants(user)
    county = held.q(Verb.APPROVE, "closed__region") | held.q(Verb.APPOINT, "closed__region")
    rows = SubsidyLine.objects.filter(Q(appointment__user=user) | county)
    return rows.select_related("closed__region", "rate", "appointment__user", "appointment__region__parent")


def objections_seen_by(user: Any) -> QuerySet[SubsidyObjection]:
    """The objections of the counties where this person approves, newest first."""
    rows = SubsidyObjection.objects.filter(grants(user).q(Verb.APPROVE, "line__closed__region"))
    return rows.select_related("line__appointment__user", "line__appointment__region", "line__rate").order_by(
        "-pk"
    )


def contested(user: Any) -> QuerySet[SubsidyObjection]:
    """Those that wait for an answer, oldest first."""
    return objections_seen_by(user).filter(answered_at=None).order_by("pk")


def paid_before(line: SubsidyLine) -> int:
    """Fen that the statements before this one paid by the rules for the line's post, rate and month."""
    same = SubsidyLine.objects.filter(appointment=line.appointment_id, rate=line.rate_id, month=line.month)
    earlier = same.filter(pk__lt=line.pk).exclude(kind=LineKind.CORRECTION)
    return earlier.aggregate(sum=Sum("fen"))["sum"] or 0


def results_of(line: SubsidyLine) -> list[QuotaResult]:
    """The frozen results of all posts that the person held in the line's role in its month."""
    rows = QuotaResult.objects.filter(
        closed__region=line.closed.region_id,
        closed__month=line.month,
        appointment__user=line.appointment.user_id,
        appointment__role=line.appointment.role,
    )
    return list(rows.select_related("appointment__region", "rule").order_by("appointment__region_id", "pk"))


def records_of(line: SubsidyLine, results: Sequence[QuotaResult]) -> list[Record]:
    """The needs behind the line; of an adjustment with what they count now."""
    frozen = {pk for row in results for pk in row.needs}
    reasons: dict[int, str] = {}
    if line.kind == LineKind.ADJUSTMENT:
        counted = months.again(
            ClosedMonth.objects.select_related("region").get(region=line.closed.region_id, month=line.month)
        )
        mine = {need.pk for need in counted.handed if need.officer == line.appointment.user_id}
        reasons = {pk: _reason(counted.skipped.get(pk, "")) for pk in mine | frozen}
    needs = Need.objects.filter(pk__in=frozen | reasons.keys()).order_by("submitted_at", "pk")
    return [Record(need, need.pk in frozen, reasons.get(need.pk, "")) for need in needs]


def _reason(skip: str) -> str:
    return f"现在不计：{Skip(skip).label}" if skip else "现在计 1 条"
