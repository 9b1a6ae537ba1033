"""First rows of a scope as a merge of short index walks: one walk a place and kind, never a filter over old rows.

PostgreSQL walks an order index newest first and filters, which reads every open row for a place whose needs are old
(PERFORMANCE 2). Here each walk fixes every column before the order columns, so it reads `limit` entries at most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.enums import Level
from accounts.models import Region
from needs.enums import Kind
from needs.models import Need

# The levels whose code stands in a column of the need; nearer places are single codes of `region`.
PARTS = {Level.PROVINCE: ("province", 10**10), Level.CITY: ("city", 10**8), Level.COUNTY: ("county", 10**6)}
COUNTRY = ""
MANY = 100
"""Places from which on the country's own first rows are looked through before each place is walked by itself."""
WIDE, TIMES = 300, 5
"""How many of them: at least so many, and so many times what is asked for."""


@dataclass(frozen=True, slots=True)
class Walks:
    """Where to walk: short codes by the column that holds them. COUNTRY stands for everywhere."""

    codes: dict[str, list[int]] = field(default_factory=dict)

    @property
    def many(self) -> bool:
        """Whether walking each place costs more than a look at the country."""
        return self.codes != {COUNTRY: [0]} and sum(map(len, self.codes.values())) >= MANY

    def inside(self) -> Q:
        """The needs of these places."""
        q = Q(pk__in=())
        for column, codes in self.codes.items():
            q |= Q(**{f"{column}__in": codes})
        return q


def everywhere() -> Walks:
    """The whole country."""
    return Walks({COUNTRY: [0]})


def over(regions: Iterable[Region]) -> Walks:
    """The subtrees of these regions, none of which lies in another. One query where a township is among them."""
    codes: dict[str, list[int]] = {}
    towns = []
    for region in regions:
        if region.level in PARTS:
            column, divisor = PARTS[Level(region.level)]
            codes.setdefault(column, []).append(region.code // divisor)
        elif region.level == Level.TOWNSHIP:
            towns.append(region.code)
        else:
            codes.setdefault("region", []).append(region.code)
    if towns:
        villages = Region.objects.filter(parent__in=towns).values_list("code", flat=True)
        codes.setdefault("region", []).extend([*towns, *villages])
    return Walks(codes)


def merged(
    rows: QuerySet[Need], walks: Walks, kinds: Sequence[str], order: tuple[str, ...], limit: int
) -> RawSQL:
    """The ids of the first `limit` of `rows` in these places, for `pk__in`.

    `rows` filters columns of the need only; `kinds` are those it may hold; `order` is published_at and id,
    both up or both down.
    """
    parts: list[str] = []
    params: list[object] = []
    for column, codes in walks.codes.items():
        sql, values = _walk(rows, column, codes, kinds, order, limit)
        parts.append(sql)
        params += values
    if not parts:
        return RawSQL("SELECT 0 WHERE false", ())
    way = "DESC" if order[0].startswith("-") else "ASC"
    union = " UNION ALL ".join(parts)
    # Built of this module's own words and of SQL that Django compiled; every value is a parameter.
    sql = f"SELECT id FROM ({union}) m ORDER BY published_at {way}, id {way} LIMIT %s"  # noqa: S608
    return RawSQL(sql, (*params, limit))  # noqa: S611


def _walk(
    rows: QuerySet[Need],
    column: str,
    codes: list[int],
    kinds: Sequence[str],
    order: tuple[str, ...],
    limit: int,
) -> tuple[str, list[object]]:
    """One LATERAL join: for each code (and kind) the first rows of its index range."""
    sources = ["unnest(%s::bigint[]) AS c(code)"]
    params: list[object] = [codes]
    if column:
        rows = rows.filter(**{column: RawSQL("c.code", ())})
    if column != "region":
        sources.append("unnest(%s::varchar[]) AS k(kind)")
        params.append(list(kinds))
        rows = rows.filter(kind=RawSQL("k.kind", ()))
    elif len(kinds) < len(Kind):
        rows = rows.filter(kind__in=kinds)
    inner, values = rows.order_by(*order).values_list("published_at", "id")[:limit].query.sql_with_params()
    joined = " CROSS JOIN ".join(sources)
    sql = f"SELECT w.* FROM {joined} CROSS JOIN LATERAL ({inner}) AS w(published_at, id)"  # noqa: S608
    return sql, [*params, *values]
