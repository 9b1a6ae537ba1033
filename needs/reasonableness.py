"""Does the request look reasonable? Answers are reason codes for the township, never a refusal (DESIGN 6, B2)."""

import re
from collections import Counter
from datetime import timedelta

from django.db.models import Q, Sum

from fupin.lib.clock import now
from needs.catalogue import Compared, book, compare, county_of, key
from needs.enums import Flag, Status
from needs.models import Need, NeedItem

YEARLY_CAP_FEN = 2_000_000
REPEAT_DAYS = 90
SHORT_STORY = 30
LIVING = (
    Status.SUBMITTED,
    Status.VERIFIED,
    Status.CHECKED,
    Status.PUBLISHED,
    Status.MATCHED,
    Status.FULFILLED,
)
BRANDS = re.compile(r"苹果手机|iphone|ipad|华为mate|茅台|名牌|奢侈|耐克|阿迪达斯|戴森|进口", re.IGNORECASE)
VAGUE = re.compile(r"^(求助|需要帮助|希望得到帮助|困难|生活困难|缺钱|要钱)[。.！!]*$")


def flags_of(need: Need) -> list[str]:
    """The reason codes of this need as it stands now, in a fixed order."""
    compared = compare(need.items.all(), book(county_of(need.region_id)))
    text = f"{need.title} {need.story} " + " ".join(item.name for item in need.items.all())
    found = {
        Flag.BRAND: bool(BRANDS.search(text)),
        Flag.VAGUE: len(need.story.strip()) < SHORT_STORY or bool(VAGUE.match(need.title.strip())),
        Flag.REPEAT: _repeats(need),
        Flag.OVER_PRICE: any(row.over_price for row in compared),
        Flag.OVER_COUNT: _over_count(need, compared),
        Flag.OVER_CAP: _year_total(need) > YEARLY_CAP_FEN,
    }
    return [flag.value for flag in Flag if found.get(flag)]


def _repeats(need: Need) -> bool:
    if need.household_id is None:
        return False
    since = now() - timedelta(days=REPEAT_DAYS)
    same = Need.objects.filter(
        household=need.household_id, kind=need.kind, status__in=LIVING, submitted_at__gte=since
    )
    return same.exclude(pk=need.pk).exists()


def _over_count(need: Need, compared: list[Compared]) -> bool:
    """True where the household's year, this need included, holds more of a thing than its catalogue allows."""
    capped = {row.known.pk: row.known for row in compared if row.known and row.known.yearly_cap}
    if need.household_id is None or not capped:
        return False
    others = NeedItem.objects.filter(_year_of(need)).exclude(need=need.pk).values_list("name", "quantity")
    known = book(county_of(need.region_id))
    wanted = [(row.known, row.item.quantity) for row in compared]
    wanted += [(known.get(key(name)), quantity) for name, quantity in others]
    sums = Counter[int]()
    for entry, quantity in wanted:
        if entry and entry.pk in capped:
            sums[entry.pk] += quantity
    return any(sums[pk] > (entry.yearly_cap or 0) for pk, entry in capped.items())


def _year_of(need: Need) -> Q:
    """Goods that this household asked for within 365 days."""
    since = now() - timedelta(days=365)
    return Q(need__household=need.household_id, need__status__in=LIVING, need__submitted_at__gte=since)


def _year_total(need: Need) -> int:
    """Fen this household asked for within 365 days, this need included."""
    if need.household_id is None:
        return 0
    since = now() - timedelta(days=365)
    others = Need.objects.filter(household=need.household_id, status__in=LIVING, submitted_at__gte=since)
    total = others.exclude(pk=need.pk).aggregate(total=Sum("progress__target_fen"))["total"] or 0
    return int(total) + need.progress.target_fen
