"""What moves in the needs room when villages are merged or divided: households and what is open; history stays."""

from collections.abc import Sequence
from datetime import datetime, time

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Region
from fupin.lib.clock import ZONE, today
from needs.enums import Status
from needs.household_enums import ClaimState, ReportState
from needs.models import Household, HouseholdClaim, HouseholdReport, Need

OPEN = (
    Status.DRAFT,
    Status.SUBMITTED,
    Status.VERIFIED,
    Status.CHECKED,
    Status.PUBLISHED,
    Status.MATCHED,
    Status.RETURNED,
)


def is_open() -> Q:
    """Needs somebody still works on; an expired one as long as help is on its way to it."""
    return Q(status__in=OPEN) | Q(status=Status.EXPIRED, progress__helpers__gt=0)


def counts(codes: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Households and open needs by village; two queries."""
    homes = Household.objects.filter(region__in=codes).order_by().values("region_id").annotate(n=Count("pk"))
    needs = (
        Need.objects.filter(is_open(), region__in=codes)
        .order_by()
        .values("region_id")
        .annotate(n=Count("pk"))
    )
    by_home = {row["region_id"]: row["n"] for row in homes}
    by_need = {row["region_id"]: row["n"] for row in needs}
    return {code: (by_home.get(code, 0), by_need.get(code, 0)) for code in codes}


def households_in(region: Region) -> QuerySet[Household]:
    """The households of a village with `open_needs`."""
    waiting = Count("needs", filter=Q(needs__status__in=OPEN))
    return Household.objects.filter(region=region).annotate(open_needs=waiting).order_by("id")


def left_behind() -> QuerySet[Region]:
    """Merged villages that still hold a household or an open need."""
    homes = Household.objects.filter(region=OuterRef("pk"))
    needs = Need.objects.filter(is_open(), region=OuterRef("pk"))
    ended = Region.objects.filter(valid_to__isnull=False, successor__isnull=False).select_related("successor")
    return ended.filter(Exists(homes) | Exists(needs)).order_by("code")


def move(
    *, sources: Sequence[int], target: Region, households: Sequence[int] | None = None
) -> dict[str, int]:
    """Put the households (all, or those named), their open needs, reports and claims of the villages under `target`.

    Closed needs keep the village they were closed in, so that past figures stay comparable. Call it inside the
    transaction that holds the regions' rows; a second call moves what came since and is otherwise without effect.
    """
    homes = Household.objects.filter(region__in=sources)
    reports = HouseholdReport.objects.filter(region__in=sources, state=ReportState.OPEN)
    claims = HouseholdClaim.objects.filter(region__in=sources, state=ClaimState.OPEN)
    needs = Need.objects.filter(is_open(), region__in=sources)
    if households is not None:
        homes = homes.filter(pk__in=households)
        reports = reports.filter(household__in=households)
        claims = claims.filter(household__in=households)
        needs = needs.filter(household__in=households)
    ids = list(
        Need.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=needs.values("pk"))
        .order_by("id")
        .values_list("pk", flat=True)
    )
    _remember_origin(sources, ids)
    reports.update(region=target)
    claims.update(region=target)
    return {
        "households": homes.update(region=target),
        "needs": Need.objects.filter(pk__in=ids).update(region=target),
    }


def _remember_origin(sources: Sequence[int], ids: Sequence[int]) -> None:
    """Needs handed in before the day of the change go on counting for the village of that day (quotas, figures)."""
    for code, ended in Region.objects.filter(code__in=sources).values_list("code", "valid_to"):
        day = datetime.combine(ended or today(), time(), ZONE)
        moving = Need.objects.filter(pk__in=ids, region=code, origin_region=None, submitted_at__lt=day)
        moving.update(origin_region=code)
