"""Orders that no index serves, picked from a bounded set of candidates (DESIGN 10)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import BigIntegerField, Case, ExpressionWrapper, F, Q, QuerySet, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Extract

from needs.models import Need

CANDIDATES = 200
FEW = 60  # candidates that settle most pages: nearly everybody who has waited longest has no helper yet
NEWEST, LONGEST = ("-published_at", "-id"), ("published_at", "id")
NEARLY_SHARE = 70  # percent pledged from which a need counts as nearly complete
HELPED_LAST = 2**60  # microseconds; puts whoever has a helper behind everybody who has none


Ids = Callable[[QuerySet[Need], tuple[str, ...], int], RawSQL | list[int]]
"""The ids of a scope's first rows: `needs.queries._ids` for the list that is asked for."""
Narrow = Callable[[QuerySet[Need], tuple[str, ...], int], QuerySet[Need]]
"""As `fupin.lib.paging.keyset_page` takes it."""


def _nearly(needs: QuerySet[Need], ids: Ids) -> tuple[QuerySet[Need], Narrow]:
    """Picked from a bounded candidate set: the newest needs in scope, not every row (DESIGN 10)."""
    return Need.objects.filter(nearly_full(), pk__in=ids(needs, NEWEST, CANDIDATES)), _closest


def _unhelped(needs: QuerySet[Need], ids: Ids) -> tuple[QuerySet[Need], Narrow]:
    """The longest waiting of the scope, those nobody helped before the others (REQUIREMENTS B14)."""
    return _fair(needs), partial(_longest_alone, needs, ids)


def _longest_alone(
    needs: QuerySet[Need], ids: Ids, rows: QuerySet[Any], order: tuple[str, ...], limit: int
) -> QuerySet[Need]:
    """The rows of one page, picked from FEW who wait longest, or where these do not settle it from CANDIDATES.

    A page is settled when nobody on it has a helper: whoever is not among the FEW has waited less.
    """
    found: list[tuple[int, int]] = []
    for most in (FEW, CANDIDATES):
        among = rows.filter(pk__in=ids(needs, LONGEST, most)).order_by(*order)
        found = list(among.values_list("pk", "fair")[:limit])
        if len(found) == limit and order[0] == "fair" and found[-1][1] < HELPED_LAST:
            break
    return _fair(Need.objects.filter(pk__in=[pk for pk, _ in found]))


def _closest(rows: QuerySet[Need], order: tuple[str, ...], limit: int) -> QuerySet[Need]:
    """The candidates that a page shows, chosen before anything is joined to them."""
    return _fair(Need.objects.filter(pk__in=rows.order_by(*order).values("pk")[:limit]))


def _fair(needs: QuerySet[Need]) -> QuerySet[Need]:
    """With `fair`, by which those nobody helped come first, each part longest waiting first."""
    waits = Cast(Extract("published_at", "epoch") * 1_000_000, BigIntegerField())
    behind = Case(When(progress__helpers=0, then=0), default=HELPED_LAST, output_field=BigIntegerField())
    # Django takes the sum for a 4-byte integer and would call every row beyond one empty.
    fair = ExpressionWrapper(waits + behind, output_field=BigIntegerField())
    return needs.annotate(fair=fair)


def nearly_full() -> Q:
    """Needs for money of which most is pledged."""
    share = F("progress__target_fen") * NEARLY_SHARE / 100
    return Q(progress__target_fen__gt=0, progress__pledged_fen__gte=share)


PICKED = {"nearly": _nearly, "unhelped": _unhelped}
