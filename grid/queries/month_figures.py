"""What a month brought a county besides quotas, frozen into `ClosedMonth.report` when it is closed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import Region
from accounts.regions import ancestors
from grid.counting import Handed
from grid.figure_enums import AreaKind
from grid.figure_totals import MATCH_TARGET
from grid.models import AreaNumber
from grid.queries.quotas import bounds, last_of
from grid.quota_enums import Skip
from grid.services.schedule import GRACE

# By place and kind of need: number of rows or fen.
#   households  registered and not closed at the end of the month
#   published   needs published in the month that stand; matched: of these, pledged in full or fulfilled by now
#   promised, received, delivered   fen by the ledger's lines of the month, reversals taken off
#   confirmed_gifts   pledges whose receipt was confirmed in the month; problems: of these, with a problem
#   visits_due  households in a grid that the month asked a visit for: with an open risk each month, others in the
#               last month of a quarter, not yet who was new or at risk for less than 14 days; visits_kept: visited then
#   due         clocks whose day lay in the month and is past; kept: of these, done by then
_FIGURES = """
WITH needs AS (
  SELECT id, region_id, kind, status, published_at FROM needs_need
  WHERE region_id BETWEEN %(first)s AND %(last)s),
lines AS (
  SELECT region_id, kind,
         CASE WHEN (source, target) IN (('open', 'promised'), ('promised', 'open')) THEN 'promised'
              WHEN (source, target) IN (('promised', 'held'), ('held', 'promised')) THEN 'received'
              WHEN (source, target) IN (('held', 'delivered'), ('delivered', 'held')) THEN 'delivered' END AS what,
         CASE WHEN (source, target) IN (('open', 'promised'), ('promised', 'held'), ('held', 'delivered'))
              THEN amount ELSE -amount END AS fen
  FROM donors_transfer t JOIN needs n ON n.id = t.need_id
  WHERE t.item_id IS NULL AND t.at >= %(low)s AND t.at < %(high)s),
asked AS (
  SELECT g.region_id, g.household_id,
         CASE WHEN h.risk = 'open' THEN greatest(%(month)s, h.risk_since) ELSE %(quarter)s END AS since
  FROM grid_gridhousehold g JOIN needs_household h ON h.id = g.household_id
  WHERE g.region_id BETWEEN %(first)s AND %(last)s AND (h.closed_at IS NULL OR h.closed_at >= %(high)s)
    AND greatest(g.since, CASE WHEN h.risk = 'open' THEN h.risk_since END) <= %(known)s)
SELECT region_id, '', 'households', count(*) FROM needs_household
WHERE region_id BETWEEN %(first)s AND %(last)s AND created_at < %(high)s
  AND (closed_at IS NULL OR closed_at >= %(high)s)
GROUP BY region_id
UNION ALL
SELECT region_id, kind, what, count(*) FROM needs,
  LATERAL (VALUES ('published'), ('matched')) AS w (what)
WHERE published_at >= %(low)s AND published_at < %(high)s AND status IN ('published', 'matched', 'fulfilled')
  AND (what = 'published' OR status <> 'published')
GROUP BY region_id, kind, what
UNION ALL
SELECT region_id, kind, what, sum(fen) FROM lines WHERE what IS NOT NULL GROUP BY region_id, kind, what
UNION ALL
SELECT n.region_id, n.kind, what, count(*) FROM donors_pledge p JOIN needs n ON n.id = p.need_id,
  LATERAL (VALUES ('confirmed_gifts'), ('problems')) AS w (what)
WHERE p.status = 'confirmed' AND (what = 'confirmed_gifts' OR p.outcome = 'problem')
  AND EXISTS (SELECT FROM donors_pledgestep s WHERE s.pledge_id = p.id AND s.target = 'confirmed'
                AND s.at >= %(low)s AND s.at < %(high)s)
GROUP BY n.region_id, n.kind, what
UNION ALL
SELECT region_id, '', what, count(*) FROM grid_clock, LATERAL (VALUES ('due'), ('kept')) AS w (what)
WHERE region_id BETWEEN %(first)s AND %(last)s AND NOT at_least AND paused_on IS NULL
  AND due_on >= %(month)s AND due_on < %(month)s + interval '1 month'
  AND (what = 'due' OR done_on <= due_on)
GROUP BY region_id, what
UNION ALL
SELECT region_id, '', what, count(*) FROM asked, LATERAL (VALUES ('visits_due'), ('visits_kept')) AS w (what)
WHERE since IS NOT NULL AND (what = 'visits_due' OR EXISTS (
  SELECT FROM grid_visit v WHERE v.household_id = asked.household_id AND v."on" BETWEEN asked.since AND %(end)s))
GROUP BY region_id, what
"""
TAKEN_BACK = (Skip.RETURNED, Skip.WITHDRAWN, Skip.EXCLUDED)

Numbers = dict[str, int]


def frozen(county: Region, month: date, handed: Iterable[Handed] = ()) -> dict[str, Any]:
    """The part of a closed month's report that is kept here; three queries.

    Of the needs `handed` in by a village, `reported` says how many there were and `upheld` how many of them were
    neither sent back, withdrawn nor struck off by the county.

    `figures` by place (county, townships, villages) and number; `kinds` by place, kind of need and number; `names` of
    the county's places as they were called; `targets` of the match rate, in percent, of the county and those above it.
    Money in fen. A number that is 0 is left out.
    """
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for place, kind, what, number in [*sums(county, month), *_reported(handed)]:
        for code in above(place):
            figures[str(code)][what] += int(number)
            if kind:
                kinds[str(code)][kind][what] += int(number)
    return {
        "figures": {code: _ordered(numbers) for code, numbers in sorted(figures.items())},
        "kinds": {
            code: {kind: _ordered(numbers) for kind, numbers in sorted(by_kind.items())}
            for code, by_kind in sorted(kinds.items())
        },
        "names": _names(county, month, {int(code) for code in figures}),
        "targets": _targets(county, month),
    }


def _targets(county: Region, month: date) -> dict[str, int]:
    """The target of each of the county's chain: that of the nearest office at or above it (REQUIREMENTS 26)."""
    chain = [*ancestors(county.code), county.code]
    set_for = AreaNumber.objects.filter(kind=AreaKind.MATCH_RATE, region__in=chain, valid_from__lte=month)
    own = dict(set_for.order_by("valid_from").values_list("region", "value"))
    targets, target = {}, MATCH_TARGET
    for code in chain:
        target = own.get(code, target)
        targets[str(code)] = target
    return targets


def above(code: int) -> list[int]:
    """The county, the township and the place itself, each once."""
    return list(dict.fromkeys((code // 10**6 * 10**6, code // 10**3 * 10**3, code)))


def _reported(handed: Iterable[Handed]) -> Iterator[tuple[int, str, str, int]]:
    for need in handed:
        yield need.region, "", "reported", 1
        if need.skip not in TAKEN_BACK:
            yield need.region, "", "upheld", 1


def sums(county: Region, month: date) -> list[tuple[int, str, str, int]]:
    """Village, kind of need, number and how many or fen; one query."""
    low, high = bounds(month)
    end = last_of(month)
    with connection.cursor() as cursor:
        cursor.execute(
            _FIGURES,
            {
                "first": county.code,
                "last": county.code_end,
                "low": low,
                "high": high,
                "month": month,
                "end": end,
                "known": end - GRACE,
                "quarter": None if month.month % 3 else month.replace(month=month.month - 2),
            },
        )
        rows: list[tuple[int, str, str, int]] = cursor.fetchall()
        return rows


def _ordered(numbers: Counter[str]) -> Numbers:
    return {name: number for name, number in sorted(numbers.items()) if number}


def _names(county: Region, month: date, codes: set[int]) -> dict[str, str]:
    """The places in force that month, and those with a number."""
    inside = Q(code__gte=county.code, code__lte=county.code_end)
    in_force = (Q(valid_from=None) | Q(valid_from__lt=bounds(month)[1])) & (
        Q(valid_to=None) | Q(valid_to__gte=month)
    )
    rows = Region.objects.filter(inside & (in_force | Q(code__in=codes))).order_by("code")
    return {str(code): name for code, name in rows.values_list("code", "name")}
