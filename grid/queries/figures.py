"""The figures of a region by child region."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet, Sum

from accounts.enums import Verb
from accounts.models import Region
from accounts.permissions import grants
from accounts.queries import children_of
from donors.enums import PledgeStatus
from donors.models import Pledge
from needs.enums import PUBLIC, Form, Status
from needs.models import Household, Need

MAX_CHILDREN = 60
ARRIVED = (PledgeStatus.RECEIVED, PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED)
HELPED = (Status.MATCHED, Status.FULFILLED)


@dataclass(frozen=True, slots=True)
class Figures:
    """One region's figures. `received_fen` is what the charity has; `matched` are needs fully pledged or fulfilled."""

    region: Region
    households: int = 0
    needs: int = 0
    matched: int = 0
    received_fen: int = 0

    @property
    def rate(self) -> int | None:
        """对接率 in whole percent; None where nothing was published."""
        return round(100 * self.matched / self.needs) if self.needs else None


def report_regions(user: Any) -> list[Region]:
    """The regions whose figures this person reads, the highest first."""
    codes = {row.low for row in grants(user).of(Verb.REPORT)}
    return list(Region.objects.filter(code__in=codes).order_by("level", "code"))


def figures_of(region: Region, month: date | None = None) -> tuple[Figures, list[Figures]]:
    """The region's own figures and those of its child regions (60 at most), of one month or of all time."""
    children = list(children_of(region)[:MAX_CHILDREN])
    return _figures([region], month)[0], _figures(children, month)


def _figures(regions: list[Region], month: date | None) -> list[Figures]:
    """Four grouped queries for each level among the regions, which is one as a rule."""
    rows: list[Figures] = []
    for level in sorted({region.level for region in regions}):
        same = [region for region in regions if region.level == level]
        rows += _figures_of_level(same, month)
    return sorted(rows, key=lambda row: row.region.code)


def _figures_of_level(regions: list[Region], month: date | None) -> list[Figures]:
    span = regions[0].code_end - regions[0].code + 1
    scope = (min(region.code for region in regions), max(region.code_end for region in regions))
    households = _counted(Household.objects.filter(_in_month("created_at", month)), "region", scope, span)
    public = Need.objects.filter(_in_month("published_at", month), status__in=PUBLIC)
    needs = _counted(public, "region", scope, span)
    matched = _counted(public.filter(status__in=HELPED), "region", scope, span)
    gifts = Pledge.objects.filter(_in_month("created_at", month), form=Form.MONEY, status__in=ARRIVED)
    received = _counted(gifts, "need__region", scope, span, total=Sum("amount_fen"))
    return [
        Figures(
            region,
            households[region.code // span],
            needs[region.code // span],
            matched[region.code // span],
            received[region.code // span],
        )
        for region in regions
    ]


def _counted(
    rows: QuerySet[Any], column: str, scope: tuple[int, int], span: int, total: Any = None
) -> Counter[int]:
    """Totals by the leading digits of a region column."""
    part = ExpressionWrapper(F(f"{column}_id") / span, output_field=BigIntegerField())
    inside = rows.filter(**{f"{column}__gte": scope[0], f"{column}__lte": scope[1]})
    grouped = inside.order_by().annotate(part=part).values("part")
    found = grouped.annotate(total=total or Count("pk")).values_list("part", "total")
    return Counter({part: int(number or 0) for part, number in found})


def _in_month(column: str, month: date | None) -> Q:
    return Q(**{f"{column}__year": month.year, f"{column}__month": month.month}) if month else Q()
