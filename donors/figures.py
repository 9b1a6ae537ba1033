"""Reads for the public pages: who helped, what each charity received and passed on, the chain's heads."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Max, Prefetch, Q, Sum
from django.db.models.functions import TruncDate

from accounts.models import AuditSeal, Region
from donors.enums import ENDED_UNMET, Book, Display
from donors.models import CharityAccount, Pledge, PledgeItem, Transfer
from fupin.lib.clock import ZONE, now
from fupin.lib.paging import Page, keyset_page
from needs.models import Need

LATEST = 10_000
SUMMED = 1_000_000
"""So many of the newest ledger lines the sums over all accounts hold."""
ACCOUNTS_SHOWN = 20
HELPERS_SHOWN = 20
HEAD_DAYS = 14
MOVEMENTS = 100_000
"""Rows of open data a month: accounts times days times kinds of movement, far beyond every county."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Money of the ledger in fen: promised in all, received, paid out, refunded."""

    promised: int
    received: int
    paid_out: int
    refunded: int

    @property
    def awaited(self) -> int:
        """Promised and not arrived yet."""
        return self.promised - self.received

    @property
    def held(self) -> int:
        """Arrived and not passed on yet."""
        return self.received - self.paid_out - self.refunded


@dataclass(frozen=True, slots=True)
class AccountFigures(Sums):
    """One charity account and all of its ledger."""

    account: CharityAccount


@dataclass(frozen=True, slots=True)
class Totals(Sums):
    """The accounts of a place by the newest SUMMED ledger lines; `capped` where older ones exist."""

    capped: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of the audit chain on one day."""

    day: date
    seq: int
    hash: str


def named_helpers(need: Need) -> list[Pledge]:
    """The latest living pledges of a need whose donors wish to be named, with their goods; two queries."""
    living = Pledge.objects.filter(need=need).exclude(status__in=ENDED_UNMET)
    goods = Prefetch("items", PledgeItem.objects.select_related("item"))
    shown = living.exclude(display=Display.ANONYMOUS).select_related("donor").prefetch_related(goods)
    return list(shown.order_by("-id")[:HELPERS_SHOWN])


@dataclass(frozen=True, slots=True)
class Lately:
    """Fen that charities received and paid out by the newest LATEST ledger lines; `capped` where older ones exist."""

    received: int
    paid_out: int
    capped: bool


def lately() -> Lately:
    """The ledger's newest lines in two figures; reads LATEST lines at most."""
    ids = Transfer.objects.order_by("-id").values_list("id", flat=True)
    floor = next(iter(ids[LATEST : LATEST + 1]), 0)
    money = Q(item=None)
    sums = Transfer.objects.filter(id__gt=floor).aggregate(
        received=Sum("amount", filter=money & Q(source=Book.PROMISED, target=Book.HELD)),
        paid_out=Sum("amount", filter=money & Q(source=Book.HELD, target=Book.DELIVERED)),
    )
    return Lately(sums["received"] or 0, sums["paid_out"] or 0, floor > 0)


def totals(region: Region | None) -> Totals:
    """The money of a place's accounts, or of all; two queries."""
    floor = (Transfer.objects.aggregate(last=Max("id"))["last"] or 0) - SUMMED
    money = Transfer.objects.filter(_of_place(region, "charity_account__"), item=None, id__gt=floor)
    rows = money.order_by().values("source", "target").annotate(total=Sum("amount"))
    sums = _net({(row["source"], row["target"]): row["total"] for row in rows})
    return Totals(**sums, capped=floor > 0)


def account_page(
    region: Region | None, cursor: str | None
) -> tuple[Page[CharityAccount], list[AccountFigures]]:
    """One keyset page of a place's charity accounts with their sums; two queries. Raises InvalidInput."""
    found = CharityAccount.objects.filter(_of_place(region)).select_related("region__parent")
    page = keyset_page(found, order=("region_id", "id"), cursor=cursor, size=ACCOUNTS_SHOWN)
    return page, _account_figures(page.items)


def _of_place(region: Region | None, path: str = "") -> Q:
    if region is None:
        return Q()
    return Q(**{f"{path}region__gte": region.code, f"{path}region__lte": region.code_end})


def _account_figures(accounts: list[CharityAccount]) -> list[AccountFigures]:
    moved: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    sums = Transfer.objects.filter(charity_account__in=[account.pk for account in accounts])
    for row in sums.values("charity_account", "source", "target").annotate(total=Sum("amount")):
        moved[row["charity_account"]][row["source"], row["target"]] = row["total"]
    return [AccountFigures(account=account, **_net(moved[account.pk])) for account in accounts]


def _net(moved: dict[tuple[str, str], int]) -> dict[str, int]:
    def net(source: Book, target: Book) -> int:
        return moved.get((source, target), 0) - moved.get((target, source), 0)

    return {
        "promised": net(Book.OPEN, Book.PROMISED),
        "received": net(Book.PROMISED, Book.HELD),
        "paid_out": net(Book.HELD, Book.DELIVERED),
        "refunded": net(Book.HELD, Book.REFUNDED),
    }


def daily_movements(month: date) -> list[tuple[date, str, str, str, int, int]]:
    """Day, charity, source book, target book, lines and fen of every account's money in one month; one query.

    No need, household or donor stands in it; on a quiet day a row may be one gift, and says nothing of whose.
    """
    start = datetime.combine(month, time.min, ZONE)
    end = datetime.combine((month + timedelta(days=31)).replace(day=1), time.min, ZONE)
    money = Transfer.objects.filter(item=None, at__gte=start, at__lt=end)
    grouped = money.values(
        "charity_account__charity", "source", "target", day=TruncDate("at", tzinfo=ZONE)
    ).annotate(lines=Count("id"), fen=Sum("amount"))
    order = ("day", "charity_account__charity", "charity_account", "source", "target")
    return list(
        grouped.order_by(*order).values_list(
            "day", "charity_account__charity", "source", "target", "lines", "fen"
        )[:MOVEMENTS]
    )


def audit_heads() -> list[Head]:
    """The last link of each of the last 14 days on which something was sealed, newest first; two queries."""
    recent = AuditSeal.objects.filter(sealed_at__gte=now() - timedelta(days=HEAD_DAYS))
    by_day = dict(
        recent.annotate(day=TruncDate("sealed_at"))
        .values_list("day")
        .annotate(last=Max("seq"))
        .order_by("-day")
    )
    hashes = dict(AuditSeal.objects.filter(seq__in=by_day.values()).values_list("seq", "hash"))
    return [Head(day, seq, hashes[seq]) for day, seq in by_day.items()]
