"""The rows behind each figure: the same conditions as `grid.figure_sources`, as lists.

Whoever reads the figures of a region reads these rows of it; names are masked and nothing opens beyond one's rights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from accounts.enums import DonorKind, Level, Role, Side
from accounts.models import Appointment, AuditEntry, Region
from donors.enums import ENDED_UNMET, Outcome, PledgeStatus
from donors.models import Pledge
from fupin.lib.clock import add_months, month_of, today
from grid.burden import ACTIONS
from grid.clock_rules import RULES
from grid.figure_sources import ARRIVED, FRONT, MATCHED, PASSED_ON
from grid.models import Clock, VillageFigure
from grid.queries.quotas import bounds
from needs.enums import Form, Kind, Status
from needs.models import Household, Need

NEED_RELATED = ("region__parent", "household", "cooperative")
PLEDGE_RELATED = ("need__region__parent", "donor")
Rows = Callable[[Region, date | None, str], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Behind:
    """One figure's rows: its words, the sum it is (`source`, `column`) and whether it is a sum of the rows' money."""

    label: str
    source: str
    column: str
    rows: Rows
    parts: dict[str, str]
    is_money: bool = False


def needs(**only: Any) -> Rows:
    def rows(region: Region, month: date | None, part: str) -> QuerySet[Need]:
        found = Need.objects.filter(_within(region, "region", "county"), published_at__isnull=False, **only)
        found = found.filter(_in_month("published_at", month), **({"kind": part} if part else {}))
        return found.select_related(*NEED_RELATED)

    return rows


def gifts(where: Q) -> Rows:
    def rows(region: Region, month: date | None, part: str) -> QuerySet[Pledge]:
        found = Pledge.objects.filter(_within(region, "need__region", "county"), where)
        found = found.filter(_in_month("created_at", month), _of_side(part))
        return found.select_related(*PLEDGE_RELATED)

    return rows


def first_gifts(region: Region, month: date | None, part: str) -> QuerySet[Pledge]:
    earlier = Pledge.objects.filter(donor=OuterRef("donor"), county=OuterRef("county"), pk__lt=OuterRef("pk"))
    return gifts(Q())(region, month, part).filter(~Exists(earlier))


def households(region: Region, month: date | None, part: str) -> QuerySet[Household]:
    found = Household.objects.filter(_within(region, "region"), _in_month("created_at", month))
    return found.filter(closed_at=None).select_related("region__parent")


def households_until(region: Region, month: date | None, part: str) -> QuerySet[Household]:
    until = bounds(month or month_of(today()))[1]
    return households(region, None, part).filter(created_at__lt=until)


def posts(region: Region, month: date | None, part: str) -> QuerySet[Appointment]:
    """Posts that are held when the month ends."""
    after = add_months(month or month_of(today()), 1)
    begins = bounds(after)[0]
    held = Appointment.objects.filter(_within(region, "region"), role__in=FRONT, starts_on__lt=after)
    held = held.exclude(ends_on__lt=after - timedelta(days=1)).exclude(ended_at__lt=begins)
    return held.filter(**({"role": part} if part else {})).select_related("user", "region__parent")


def clocks(where: Q) -> Rows:
    def rows(region: Region, month: date | None, part: str) -> QuerySet[Clock]:
        found = Clock.objects.filter(_within(region, "region"), where, at_least=False)
        if month:
            found = found.filter(due_on__gte=month, due_on__lt=add_months(month, 1))
        return found.filter(**({"kind": part} if part else {})).select_related("region__parent")

    return rows


def forms(region: Region, month: date | None, part: str) -> QuerySet[AuditEntry]:
    held = Appointment.objects.filter(user=OuterRef("actor"), created_at__lte=OuterRef("at"))
    found = AuditEntry.objects.filter(
        Exists(held), _within(region, "region_code"), _in_month("at", month), seal__isnull=False
    )
    return found.filter(action__in=[part] if part in ACTIONS else ACTIONS)


def villages(**only: Any) -> Rows:
    def rows(region: Region, month: date | None, part: str) -> QuerySet[VillageFigure]:
        return VillageFigure.objects.filter(
            village__gte=region.code, village__lte=region.code_end, needs__gt=0, **only
        )

    return rows


KINDS = dict(Kind.choices)
SIDES = dict(Side.choices)
CLOCKS = {kind: rule.label for kind, rule in RULES.items()}
ROLES = {role.value: str(Role(role).label) for role in FRONT}
LIVING = ~Q(status__in=ENDED_UNMET)
_CONFIRMED = Q(status=PledgeStatus.CONFIRMED)
_MONEY = Q(form=Form.MONEY)

BEHIND: dict[str, Behind] = {
    "published": Behind("公开的求助", "need", "published", needs(), KINDS),
    "open": Behind("还在求助", "need", "open", needs(status=Status.PUBLISHED), KINDS),
    "matched": Behind("已对接", "need", "matched", needs(status__in=MATCHED), KINDS),
    "fulfilled": Behind("已圆满", "need", "fulfilled", needs(status=Status.FULFILLED), KINDS),
    "gifts": Behind("爱心认领", "gift", "gifts", gifts(LIVING), SIDES),
    "gift_fen": Behind("认领的善款", "gift", "gift_fen", gifts(LIVING & _MONEY), SIDES, is_money=True),
    "arrived_fen": Behind(
        "到账的善款", "gift", "arrived_fen", gifts(_MONEY & Q(status__in=ARRIVED)), SIDES, is_money=True
    ),
    "passed_fen": Behind(
        "拨付的善款", "gift", "passed_fen", gifts(_MONEY & Q(status__in=PASSED_ON)), SIDES, is_money=True
    ),
    "refunded_fen": Behind(
        "退回的善款", "gift", "refunded_fen", gifts(Q(status=PledgeStatus.REFUNDED)), SIDES, is_money=True
    ),
    "confirmed": Behind(
        "确认收到", "gift", "confirmed", gifts(_CONFIRMED & Q(outcome=Outcome.COMPLETE)), SIDES
    ),
    "problems": Behind(
        "收到有问题", "gift", "problems", gifts(_CONFIRMED & Q(outcome=Outcome.PROBLEM)), SIDES
    ),
    "donors": Behind("第一次帮助本县的爱心人士", "gift", "donors", first_gifts, SIDES),
    "households": Behind("新登记的家庭", "household", "households", households, {}),
    "registered": Behind("登记家庭", "+household", "households", households_until, {}),
    "posts": Behind("在岗人员", "+post", "posts", posts, ROLES),
    "kept": Behind("按时办结", "clock", "kept", clocks(Q(done_on__lte=F("due_on"))), CLOCKS),
    "late": Behind("超期办结", "clock", "late", clocks(Q(done_on__gt=F("due_on"))), CLOCKS),
    "running": Behind("还没有办结", "clock", "running", clocks(Q(done_on=None)), CLOCKS),
    "forms": Behind("填报的事项", "form", "forms", forms, {}),
    "asking": Behind("有求助的村", "village", "asking", villages(), {}),
    "neglected": Behind("还没有人帮过的村", "village", "neglected", villages(helped=0), {}),
}
"""Figure -> its rows; the keys are part of addresses."""


def newest(region: Region) -> Callable[[QuerySet[Any], tuple[str, ...], int], QuerySet[Any]] | None:
    """For `keyset_page` over needs or pledges of a county or above: the same first rows, from one short walk a county.

    Without it the newest-first index of the whole country is read until enough rows of the place come by, which for a
    place that has been quiet for years is nearly all of it. None below the counties.
    """
    if region.level > Level.COUNTY:
        return None

    def narrow(rows: QuerySet[Any], order: tuple[str, ...], limit: int) -> QuerySet[Any]:
        here = rows.filter(county=OuterRef("code") / 10**6).order_by(*order).values("pk")
        walks = [here] if rows.model is Need else [here.filter(status=state) for state in PledgeStatus.values]
        columns = {f"w{number}": ArraySubquery(walk[:limit]) for number, walk in enumerate(walks)}
        counties = Region.objects.filter(
            code__range=(region.code, region.code_end), level__in=(Level.CITY, Level.COUNTY)
        )
        lists = counties.annotate(**columns).order_by().values_list(*columns)
        found = sorted((pk for row in lists for ids in row for pk in ids), reverse=order == ("-id",))
        related = NEED_RELATED if rows.model is Need else PLEDGE_RELATED
        return rows.model._default_manager.filter(pk__in=found[:limit]).select_related(*related)

    return narrow


def _within(region: Region, column: str, county: str = "") -> Q:
    """A filter on a region column; with `county` (six digits) where the region is a county or above."""
    if county and region.level <= Level.COUNTY:
        return Q(**{f"{county}__gte": region.code // 10**6, f"{county}__lte": region.code_end // 10**6})
    return Q(**{f"{column}__gte": region.code, f"{column}__lte": region.code_end})


def _in_month(column: str, month: date | None) -> Q:
    if month is None:
        return Q()
    low, high = bounds(month)
    return Q(**{f"{column}__gte": low, f"{column}__lt": high})


def _of_side(part: str) -> Q:
    """Pledges of one side: `accounts.services.profile.side_of` as a filter."""
    public = Q(donor__donor_kind=DonorKind.PUBLIC_EMPLOYEE)
    local = Q(donor__work_county=Cast("county", BigIntegerField()) * 10**6)
    match part:
        case Side.UNKNOWN:
            return Q(donor__donor_kind="")
        case Side.SOCIETY:
            return ~public & ~Q(donor__donor_kind="")
        case Side.LOCAL_CADRE:
            return public & local
        case Side.PUBLIC:
            return public & (~local | Q(donor__work_county=None))
    return Q()
