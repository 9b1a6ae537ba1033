"""Reads of what somebody follows, and of what might be theirs to help with next."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import Region
from donors.models import Follow, Pledge
from needs import queries
from needs.models import Need
from needs.queries import ListFilter

SUGGESTED = 3


def regions_of(user: Any) -> QuerySet[Any]:
    """Followed regions with `waiting`: whether somebody has an open need there."""
    mine = Region.objects.filter(pk__in=Follow.objects.filter(user=user).values("region"))
    return queries.with_waiting(mine).select_related("parent").order_by("code")


def needs_of(user: Any) -> QuerySet[Need]:
    """Followed needs, as cards show them; those taken back stay out."""
    followed = Follow.objects.filter(user=user, need__isnull=False)
    return queries.with_card(queries.public().filter(pk__in=followed.values("need"))).order_by("-id")


def followed(user: Any, *, region: int | None = None, need: int | None = None) -> Follow | None:
    """This person's follow of a region or need, if any."""
    if not user.is_authenticated:
        return None
    return Follow.objects.filter(user=user, region=region, need=need).first()


def suggested(user: Any, *, limit: int = SUGGESTED) -> list[Need]:
    """Needs nobody has helped yet: of a followed place, else where the person helped last, else anywhere.

    One place only, so that the page costs the same whatever is followed. Never one's own pledges again.
    """
    follow = Follow.objects.filter(user=user, region__isnull=False).select_related("region").order_by("-id")
    place = next((row.region for row in follow[:1]), None) or _helped_last(user)
    taken = set(Pledge.objects.filter(donor=user).order_by("-id").values_list("need_id", flat=True)[:100])
    rows: list[Need] = []
    for region in (place, None) if place else (None,):
        known = taken | {need.pk for need in rows}
        page = queries.list_page(ListFilter(region=region, order="unhelped"), size=limit + 17)
        rows += [need for need in page.items if need.pk not in known and not is_own(user, need)]
        if len(rows) >= limit:
            break
    return rows[:limit]


def is_own(user: Any, need: Need) -> bool:
    """Whether the need is of this person's own household."""
    return bool(need.household and need.household.account_id == user.pk)


def _helped_last(user: Any) -> Any:
    county = Pledge.objects.filter(donor=user).order_by("-id").values_list("county", flat=True).first()
    return Region.objects.filter(code=county * 10**6).first() if county else None
