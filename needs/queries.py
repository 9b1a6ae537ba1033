"""Reads of the needs room. The one place where a region scope becomes SQL (DESIGN 10)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.expressions import RawSQL

from accounts.enums import AreaTag, Level, Verb
from accounts.models import Region
from accounts.permissions import Grants, grants
from fupin.lib.errors import InvalidInput
from fupin.lib.paging import Page, keyset_page
from needs import picks, places, walks
from needs.enums import PUBLIC, Form, Kind, Status, Subject
from needs.models import Household, Need, NeedPhoto
from needs.permissions import households_seen_by, needs_seen_by
from needs.walks import PARTS

PAGE = 20
ORDERS = {
    "newest": ("-published_at", "-id"),
    "waiting": ("published_at", "id"),
    "nearly": ("-published_at", "-id"),
    "unhelped": ("fair", "id"),
}
COUNT_CAP = 10_000
# 北京、天津、上海、重庆: provinces that are cities.
MUNICIPALITIES = (110000000000, 120000000000, 310000000000, 500000000000)
# What the county checks instead of a township: needs.details.reviewed_at_county.
COUNTY_CHECKS = Q(subject=Subject.COOPERATIVE, kind=Kind.PRODUCE)


@dataclass(frozen=True, slots=True)
class Figures:
    """Public needs that wait, and that found help; counted up to COUNT_CAP, which stands for "more"."""

    waiting: int
    helped: int


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a visitor asked for; empty means any. `order` is newest, waiting, nearly or unhelped, `area` a tag."""

    region: Region | None = None
    area: str = ""
    kind: str = ""
    form: str = ""
    subject: str = ""
    status: str = ""
    order: str = "newest"
    q: str = ""


def in_region(region: Region) -> Q:
    """Needs of this region's subtree, by the column that the listing indexes begin with."""
    if region.level in PARTS:
        part, divisor = PARTS[Level(region.level)]
        return Q(**{part: region.code // divisor})
    return Q(region__gte=region.code, region__lte=region.code_end)


def list_page(wanted: ListFilter, *, cursor: str | None = None, size: int = PAGE) -> Page[Need]:
    """One keyset page of public needs, with what a card shows. Raises InvalidInput for an unknown choice."""
    _check(wanted)
    where = _places(wanted)
    narrow: Callable[..., QuerySet[Need]] | None = None
    if wanted.status not in {"", Status.PUBLISHED}:
        needs = Need.objects.filter(_any_of(where), _kind(wanted), _own(wanted), status=wanted.status)
    else:
        # `is_listed` bare, never as a parameter: only so does the planner use the partial indexes.
        needs = Need.objects.filter(_own(wanted), is_listed=True)
        ids = partial(_ids, kinds=[wanted.kind] if wanted.kind else Kind.values, paths=_paths(where))
        if wanted.order in picks.PICKED:
            needs, narrow = picks.PICKED[wanted.order](needs, ids)
        else:
            narrow = partial(_first, ids)
    return keyset_page(
        with_card(needs).prefetch_related("items"),
        order=ORDERS[wanted.order],
        cursor=cursor,
        size=size,
        narrow=(lambda *asked: with_card(narrow(*asked)).prefetch_related("items")) if narrow else None,
    )


def with_card(needs: QuerySet[Need]) -> QuerySet[Need]:
    """With what a card shows: place, recipient, counters, and `photo_id`, the first reviewed photo; one query."""
    photo = NeedPhoto.objects.filter(need=OuterRef("pk"), reviewed_at__isnull=False).order_by("id")
    return needs.select_related("region__parent", "household", "cooperative", "progress").annotate(
        photo_id=Subquery(photo.values("pk")[:1])
    )


def visible_to(user: Any) -> QuerySet[Need]:
    """The needs this person may open."""
    return Need.objects.filter(needs_seen_by(user)).select_related(
        "region", "household", "cooperative", "progress", "created_by"
    )


def households_visible_to(user: Any) -> QuerySet[Household]:
    """The households this person may open."""
    return Household.objects.filter(households_seen_by(user)).select_related("region__parent")


def written_by(user: Any) -> Q:
    """Needs whose writing this person answers for: the own ones, unless handed over, and those taken over."""
    return Q(keeper=user) | Q(keeper=None, created_by=user)


def waiting_for(user: Any) -> QuerySet[Need]:
    """What this officer's gates hold, longest waiting first: to verify, to check, to approve."""
    held = grants(user)
    gates = (
        Q(status=Status.SUBMITTED) & held.q(Verb.VERIFY, "region")
        | Q(status=Status.VERIFIED) & held.q(Verb.CHECK, "region") & ~COUNTY_CHECKS
        | Q(status=Status.VERIFIED) & COUNTY_CHECKS & Q(county__in=_whole_counties(held, Verb.CHECK))
        | Q(status=Status.CHECKED, publish_at=None) & held.q(Verb.APPROVE, "region")
        | Q(status=Status.RETURNED, on_behalf=True) & written_by(user)
        | Q(status=Status.DRAFT, on_behalf=True, keeper=user)
    )
    return (
        Need.objects.filter(gates)
        .select_related("region__parent", "household", "cooperative", "progress")
        .order_by(F("waiting_since").asc(nulls_last=True), "id")
    )


def in_office(user: Any) -> QuerySet[Need]:
    """Every need of the officer's view ranges, whatever its state."""
    return Need.objects.filter(grants(user).q(Verb.VIEW, "region")).select_related(
        "region__parent", "household", "cooperative", "progress"
    )


def office_page(user: Any, wanted: ListFilter, *, cursor: str | None = None, size: int = PAGE) -> Page[Need]:
    """One keyset page of the officer's view ranges in any state; `waiting` holds what waits for a gate."""
    needs = in_office(user).filter(_conditions(wanted)).prefetch_related("items")
    if wanted.status:
        needs = needs.filter(status=wanted.status)
    order: tuple[str, ...] = ("-id",)
    if wanted.order == "waiting":
        needs, order = needs.filter(waiting_since__isnull=False), ("waiting_since", "id")
    if wanted.order == "nearly":
        needs = needs.filter(picks.nearly_full())
    return keyset_page(needs, order=order, cursor=cursor, size=size)


def listed_in(region: Region | None) -> QuerySet[Need]:
    """Open needs of a subtree, or of the country."""
    return Need.objects.filter(in_region(region) if region else Q(), is_listed=True)


def with_waiting(regions: QuerySet[Region]) -> QuerySet[Any]:
    """Annotate `waiting`: somebody in the region's subtree has an open need. One short index walk a region."""
    listed = Need.objects.filter(is_listed=True)
    code = OuterRef("code")
    whens = [
        When(level=level, then=Exists(listed.filter(**{part: code / divisor})))
        for level, (part, divisor) in PARTS.items()
    ]
    township = Exists(listed.filter(region__gte=code, region__lte=code + 999))
    whens.append(When(level=Level.TOWNSHIP, then=township))
    return regions.annotate(waiting=Case(*whens, default=Exists(listed.filter(region=code))))


def cities_waiting(limit: int) -> list[Region]:
    """The first cities and municipalities, by code, where somebody waits."""
    cities = Region.objects.filter(Q(level=Level.CITY) | Q(code__in=MUNICIPALITIES), valid_to=None)
    return list(with_waiting(cities).filter(waiting=True).order_by("code")[:limit])


def figures() -> Figures:
    """How many wait and how many were helped, without ever counting a whole table."""
    helped = Need.objects.filter(status__in=(Status.MATCHED, Status.FULFILLED))
    return Figures(
        waiting=Need.objects.filter(is_listed=True)[:COUNT_CAP].count(), helped=helped[:COUNT_CAP].count()
    )


def waiting_nearby(need: Need, *, limit: int = 3) -> list[Need]:
    """Other open needs of the same county and kind, longest waiting first."""
    same = Need.objects.filter(is_listed=True, county=need.county, kind=need.kind).exclude(pk=need.pk)
    return list(with_card(same).order_by("published_at", "id")[:limit])


def waiting_around(region: Region, *, above: Region | None, limit: int = 3) -> list[Need]:
    """Open needs of the place `above` a region but outside it, longest waiting first (REQUIREMENTS B14).

    For places with few needs of their own: theirs are passed over one by one.
    """
    if above is None:
        return []
    outside = Need.objects.exclude(in_region(region)).filter(is_listed=True)
    order = ("published_at", "id")
    found = _first(partial(_ids, kinds=Kind.values, paths=_paths([above])), outside, order, limit)
    return list(with_card(found).order_by(*order))


def public() -> QuerySet[Need]:
    """Every need the public may read."""
    return Need.objects.filter(status__in=PUBLIC)


def _conditions(wanted: ListFilter) -> Q:
    return _any_of(_places(wanted)) & _kind(wanted) & _own(wanted)


def _whole_counties(held: Grants, verb: str) -> list[int]:
    """The counties (six digits) in which posts hold this verb for the whole county."""
    return [row.low // 10**6 for row in held.of(verb) if row.low % 10**6 == 0]


def _places(wanted: ListFilter) -> list[Region] | None:
    return places.named_by(wanted.region, wanted.q, wanted.area)


def _kind(wanted: ListFilter) -> Q:
    return Q(kind=wanted.kind) if wanted.kind else Q()


def _own(wanted: ListFilter) -> Q:
    """What no index serves and every walk filters."""
    q = Q(forms__contains=[wanted.form]) if wanted.form else Q()
    return q & Q(subject=wanted.subject) if wanted.subject else q


def _any_of(where: list[Region] | None) -> Q:
    if where is None:
        return Q()
    q = Q(pk__in=())
    for place in where:
        q |= in_region(place)
    return q


def _paths(where: list[Region] | None) -> walks.Walks:
    return walks.everywhere() if where is None else walks.over(where)


def _first(ids: picks.Ids, rows: QuerySet[Need], order: tuple[str, ...], limit: int) -> QuerySet[Need]:
    """The first `limit` rows of a scope."""
    return Need.objects.filter(pk__in=ids(rows, order, limit))


def _ids(
    rows: QuerySet[Need],
    order: tuple[str, ...],
    limit: int,
    *,
    kinds: list[str],
    paths: walks.Walks,
) -> RawSQL | list[int]:
    """The ids of the first `limit` rows of a scope, by one short index walk a place and kind.

    Hundreds of places are rarely walked: mostly the country's first rows already hold enough of theirs.
    """
    if paths.many:
        near = walks.merged(rows, walks.everywhere(), kinds, order, max(walks.WIDE, walks.TIMES * limit))
        theirs = Need.objects.filter(paths.inside(), pk__in=near).order_by(*order)
        found = list(theirs.values_list("pk", flat=True)[:limit])
        if len(found) == limit:
            return found
    return walks.merged(rows, paths, kinds, order, limit)


def _check(wanted: ListFilter) -> None:
    known = {
        "kind": Kind.values,
        "form": Form.values,
        "subject": Subject.values,
        "status": [status.value for status in PUBLIC],
        "order": list(ORDERS),
        "area": AreaTag.values,
    }
    errors = {
        name: ["没有这个选项。"]
        for name, values in known.items()
        if getattr(wanted, name) and getattr(wanted, name) not in values
    }
    if errors:
        raise InvalidInput("筛选条件不对，请重新选择。", fields=errors)
