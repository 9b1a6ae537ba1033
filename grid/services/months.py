"""Closing a county's month: quota results and subsidies, once and for all (REQUIREMENTS 13-14, THREATS Q-03, Q-04)."""

import hashlib
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from accounts.enums import Level, Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import ensure, grants
from accounts.regions import subtree_end
from accounts.services import audit
from fupin.lib.clock import add_months, month_of, today
from fupin.lib.errors import InvalidInput
from grid import counting
from grid.counting import Handed, Post, Rate, Rule, Share, Tally
from grid.models import ClosedMonth, QuotaResult, QuotaRule, SubsidyLine, SubsidyRate
from grid.queries import month_figures, quotas
from grid.queries.calendar import calendar_of
from grid.quota_enums import LineKind
from grid.services import subsidies

CLOSES_AFTER_WORKDAYS = 5
LOOK_BACK = 3
"""So many closed months are counted anew; what has changed is paid or taken back in the month being closed."""
MOST_MONTHS = 24
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that one county's month is made of, and what came out."""

    posts: Sequence[Post]
    rules: Sequence[Rule]
    rates: Sequence[Rate]
    handed: Sequence[Handed]
    tallies: Sequence[Tally]
    skipped: dict[int, str]
    shares: Sequence[Share]


def count(county: Region, month: date, poor: frozenset[int] | None = None) -> Counted:
    """The month as the records stand now; nine queries whatever the county's size.

    `poor`: the villages that were poor ones when it was closed; those of today without it.
    """
    rules, rates = quotas.rules_of(county, month), quotas.rates_of(county, month)
    roles = {rule.role for rule in rules} | {rate.role for rate in rates}
    posts = quotas.posts_of(county, month, roles)
    handed = quotas.handed_in(county, month)
    tallies, skipped = counting.tallies(
        month,
        posts=posts,
        rules=rules,
        handed=handed,
        poor=quotas.poor_villages(county) if poor is None else poor,
        started=quotas.started(county, roles),
        zero=quotas.zero_reports(month, posts),
    )
    work: dict[int, tuple[int, int, bool]] = {}
    for row in tallies:
        expected, submitted, zero = work.get(row.post.pk, (0, 0, False))
        work[row.post.pk] = (expected + row.expected, submitted + row.submitted, zero or row.zero_report)
    shares = counting.shares(month, posts=posts, rates=rates, work=work)
    return Counted(posts, rules, rates, handed, tallies, skipped, shares)


def before(month: date) -> date:
    """The month before."""
    return month_of(month - timedelta(days=1))


def after(month: date) -> date:
    """The month after."""
    return quotas.last_of(month) + timedelta(days=1)


def last_month() -> date:
    """The latest month that is over."""
    return before(month_of(today()))


def closes_on(county: Region, month: date) -> date:
    """The fifth working day after the month: later approvals go into the next month's adjustments."""
    return calendar_of(county.code).add(quotas.last_of(month), CLOSES_AFTER_WORKDAYS)


def close(county: Region, month: date, *, actor: User | None = None) -> ClosedMonth:
    """Close the month of a county; a month closed before is returned as it is.

    `actor` None is the beat. Raises NotAllowed for who neither approves in the county nor appoints its admin,
    InvalidInput before the month is over or for a region that is no county.
    """
    if actor and not grants(actor).allow(Verb.APPOINT, county.code):
        ensure(actor, Verb.APPROVE, county.code)
    if county.level != Level.COUNTY or month.day != 1 or quotas.last_of(month) >= today():
        raise InvalidInput("只能对县的、已经过完的月份结账。")
    with transaction.atomic():
        # Whoever closes waits for whoever closes the same county: months of a county follow one another.
        Region.objects.select_for_update(no_key=True).get(pk=county.pk)
        known = ClosedMonth.objects.filter(region=county, month=month).first()
        return known or _close(county, month, actor)


def _close(county: Region, month: date, actor: User | None) -> ClosedMonth:
    poor = quotas.poor_villages(county)
    counted = count(county, month, poor)
    closed = ClosedMonth.objects.create(
        region=county,
        month=month,
        poor=sorted(poor),
        closed_by=actor,
        inputs_hash=_hash(county, month, counted),
        report=_report(counted) | month_figures.frozen(county, month, counted.handed),
    )
    QuotaResult.objects.bulk_create(_result(closed, row) for row in counted.tallies)
    lines = [_line(closed, share, month, LineKind.REGULAR, share.fen) for share in counted.shares]
    lines += [*_adjustments(county, closed), *subsidies.corrections(closed)]
    SubsidyLine.objects.bulk_create(lines)
    total = closed.subsidies.aggregate(sum=Sum("fen"))["sum"] or 0
    audit.record(
        actor=actor,
        action="month.close",
        obj=closed,
        region_code=county.code,
        changes={
            "month": f"{month:%Y-%m}",
            "posts": len(counted.posts),
            "fen": total,
            "hash": closed.inputs_hash,
        },
    )
    return closed


def _result(closed: ClosedMonth, row: Tally) -> QuotaResult:
    return QuotaResult(
        closed=closed,
        appointment_id=row.post.pk,
        rule_id=row.rule.pk,
        expected=row.expected,
        submitted=row.submitted,
        on_time=row.on_time,
        confirmed=row.confirmed,
        zero_report=row.zero_report,
        needs=row.needs,
    )


def _line(closed: ClosedMonth, share: Share, month: date, kind: str, fen: int) -> SubsidyLine:
    return SubsidyLine(
        closed=closed,
        appointment_id=share.post,
        rate_id=share.rate,
        kind=kind,
        month=month,
        days=share.days,
        asked=share.asked,
        done=share.done,
        base=share.base,
        fen=fen,
    )


def _adjustments(county: Region, closed: ClosedMonth) -> list[SubsidyLine]:
    """What the last closed months should have paid and did not, or paid too much."""
    past = ClosedMonth.objects.filter(region=county, month__lt=closed.month).select_related("region")
    lines = []
    for earlier in past.order_by("-month")[:LOOK_BACK]:
        now = {(share.post, share.rate): share for share in again(earlier).shares}
        paid = _paid(county, earlier.month)
        for key in sorted(now.keys() | paid.keys()):
            share = now.get(key) or Share(*key, days=0, asked=0, done=0, base=0, fen=0)
            if share.fen != paid.get(key, 0):
                difference = share.fen - paid.get(key, 0)
                lines.append(_line(closed, share, earlier.month, LineKind.ADJUSTMENT, difference))
    return lines


def again(earlier: ClosedMonth) -> Counted:
    """A closed month as it would be counted now, with the poor villages of its own day."""
    return count(earlier.region, earlier.month, None if earlier.poor is None else frozenset(earlier.poor))


def _paid(county: Region, month: date) -> dict[tuple[int, int], int]:
    """What every statement so far paid for a month by the rules, by post and rate; an answered objection stands."""
    counted = SubsidyLine.objects.filter(closed__region=county, month=month).exclude(kind=LineKind.CORRECTION)
    rows = counted.values_list("appointment", "rate")
    return {(post, rate): fen for post, rate, fen in rows.annotate(sum=Sum("fen"))}


def _hash(county: Region, month: date, counted: Counted) -> str:
    parts = [county.code, f"{month:%Y-%m}", counted.posts, counted.rules, counted.rates, counted.handed]
    zero = sorted(row.post.pk for row in counted.tallies if row.zero_report)
    text = json.dumps([*parts, zero], default=_plain, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _report(counted: Counted) -> dict[str, Any]:
    """The figures of the county, by township and village, and why needs did not count."""
    places: dict[str, Counter[str]] = defaultdict(Counter)
    for row in counted.tallies:
        code = row.post.low
        numbers = {
            "expected": row.expected,
            "submitted": row.submitted,
            "on_time": row.on_time,
            "confirmed": row.confirmed,
            "posts": 1,
            "met": int(row.zero_report or row.submitted >= row.expected),
        }
        for place in dict.fromkeys((code // 10**6 * 10**6, code // 10**3 * 10**3, code)):
            places[str(place)].update(numbers)
    return {
        "places": {code: dict(sorted(numbers.items())) for code, numbers in sorted(places.items())},
        "handed": len(counted.handed),
        "skipped": dict(sorted(Counter(counted.skipped.values()).items())),
    }


def close_due() -> int:
    """Close every county's month whose closing day has come, oldest first; one county's failure stops no other."""
    done = 0
    for county, month in _due():
        try:
            close(county, month)
            done += 1
        except Exception:
            log.exception("month %s of %s was not closed", f"{month:%Y-%m}", county.code)
    return done


def _due() -> list[tuple[Region, date]]:
    last = last_month()
    closed = set(ClosedMonth.objects.filter(month__gte=_back(last)).values_list("region_id", "month"))
    return [
        (county, month)
        for county, first in counties_asked()
        for month in _months(max(first, _back(last)), last)
        if (county.code, month) not in closed and closes_on(county, month) <= today()
    ]


def counties_in(region: Region | None) -> list[Region]:
    """The counties with something to close inside a region, or everywhere; a county itself always."""
    if region and region.level == Level.COUNTY:
        return [region]
    asked = [county for county, _ in counties_asked()]
    return [row for row in asked if region is None or region.code <= row.code <= region.code_end]


def totals(closed: ClosedMonth) -> dict[str, int]:
    """The county's own figures of a closed month, and the fen of its statements."""
    places: dict[str, dict[str, int]] = closed.report["places"]
    none = {"posts": 0, "met": 0, "expected": 0, "submitted": 0, "on_time": 0, "confirmed": 0}
    paid = closed.subsidies.aggregate(sum=Sum("fen"))["sum"] or 0
    return none | places.get(str(closed.region_id), {}) | {"fen": paid}


def counties_asked() -> list[tuple[Region, date]]:
    """The counties under a rule or a rate that have posts, and the first month that any of them asks about."""
    firsts: dict[int, date] = {}
    rows = [
        *QuotaRule.objects.values_list("region_id", "region__level", "role", "valid_from"),
        *SubsidyRate.objects.values_list("region_id", "region__level", "role", "valid_from"),
    ]
    for code, level, role, first in rows:
        inside = {"region__gte": code, "region__lte": subtree_end(code, level)}
        posts = Appointment.objects.filter(role=role, **inside)
        for place in set(posts.values_list("region_id", flat=True)):
            county = place // 10**6 * 10**6
            firsts[county] = min(firsts.get(county, first), month_of(first))
    counties = Region.objects.filter(code__in=firsts, level=Level.COUNTY).order_by("code")
    return [(county, firsts[county.code]) for county in counties]


def _months(first: date, last: date) -> list[date]:
    """The months from `first` up to and with `last`."""
    found, month = [], first
    while month <= last:
        found.append(month)
        month = after(month)
    return found


def _back(month: date) -> date:
    """The oldest month that a beat still catches up."""
    return add_months(month, -MOST_MONTHS)
