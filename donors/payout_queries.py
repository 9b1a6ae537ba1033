"""Reads about payouts: what waits for one, batches, records, and what the bank has not proved yet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.enums import Verb
from accounts.permissions import grants
from donors.enums import PayMethod, PayoutState, PledgeStatus
from donors.models import CharityAccount, Payout, PayoutBatch, PayoutGift, Pledge, StatementMatch
from donors.models.payout import folded_number
from donors.office_queries import of_my_accounts
from donors.statements.queries import overdue_before
from needs.models import Household

SHOWN = 200
"""Gifts that the list of what waits looks at; the rest follows when these are paid."""
MOST = 10


@dataclass
class Recipient:
    """Gifts of one account that go to one household (or one need of a place) together."""

    account: CharityAccount
    household: Household | None
    pledges: list[Pledge] = field(default_factory=list)

    @property
    def fen(self) -> int:
        return sum(pledge.amount_fen for pledge in self.pledges)

    @property
    def by_bank(self) -> bool:
        """Whether a list for the bank may hold it: the township has recorded the household's account."""
        return self.household is not None and self.household.bank_account is not None

    @property
    def key(self) -> str:
        """Its name in a form: any of its gifts stands for it."""
        return str(self.pledges[0].pk)


def is_bound(pledge: Pledge) -> bool:
    """Whether a payout that was not dropped holds this promise."""
    return PayoutGift.objects.filter(pledge=pledge, live=True).exists()


def waiting(user: Any) -> QuerySet[Pledge]:
    """Money that arrived, is on no list and not paid on yet, longest waiting first."""
    bound = PayoutGift.objects.filter(pledge=OuterRef("pk"), live=True)
    mine = of_my_accounts(user).filter(~Exists(bound), status=PledgeStatus.RECEIVED)
    return mine.filter(need__taken_down_at=None).order_by("id")


def recipients(pledges: Iterable[Pledge]) -> list[Recipient]:
    """Gifts put together by recipient and account, in their order."""
    found: dict[tuple[int, str], Recipient] = {}
    for pledge in pledges:
        household, account = pledge.need.household, pledge.charity_account
        if account is None:
            continue
        who = f"h{household.pk}" if household else f"n{pledge.need_id}"
        row = found.setdefault((account.pk, who), Recipient(account, household))
        row.pledges.append(pledge)
    return list(found.values())


def payouts_visible_to(user: Any) -> QuerySet[Payout]:
    """Those of my accounts, and those to the places whose officer I am."""
    held = grants(user)
    mine = held.q(Verb.RECONCILE, "account__region") | held.q(Verb.VIEW, "need__region")
    return Payout.objects.filter(mine).select_related(
        "account", "batch", "household", "need__region", "created_by", "settled_by"
    )


def payouts_of_mine(user: Any) -> QuerySet[Payout]:
    """Those of the accounts I reconcile."""
    mine = grants(user).q(Verb.RECONCILE, "account__region")
    return Payout.objects.filter(mine).select_related("account", "household", "need__region")


def batches_of_mine(user: Any) -> QuerySet[PayoutBatch]:
    """Lists for the bank, with how many payouts they hold and how many still wait."""
    mine = grants(user).q(Verb.RECONCILE, "account__region")
    live = Q(payouts__state__in=(PayoutState.PLANNED, PayoutState.PAID))
    return (
        PayoutBatch.objects.filter(mine)
        .select_related("account", "created_by")
        .annotate(
            count=Count("payouts", filter=live),
            fen=Sum("payouts__amount_fen", filter=live),
            left=Count("payouts", filter=Q(payouts__state=PayoutState.PLANNED)),
        )
    )


def unproven(payouts: QuerySet[Payout]) -> QuerySet[Payout]:
    """Those paid by bank that no line of a statement stands for."""
    proof = StatementMatch.objects.filter(payout=OuterRef("pk"), undoes=None, undone_by=None)
    by_bank = payouts.filter(state=PayoutState.PAID).exclude(method=PayMethod.CASH)
    return by_bank.filter(~Exists(proof))


def missing_lines(user: Any) -> QuerySet[Payout]:
    """Payouts that the bank should have told of by now: a line is missing, or differs (THREATS I-10)."""
    return unproven(payouts_of_mine(user)).filter(paid_on__lt=overdue_before()).order_by("id")


def named_by(references: Iterable[str]) -> list[Payout]:
    """The payouts with these folded numbers, and those of batches with them, that were not dropped; two queries."""
    found = list(references)
    if not found:
        return []
    batches = PayoutBatch.objects.alias(folded=folded_number()).filter(folded__in=found)
    named = Payout.objects.alias(folded=folded_number()).filter(
        Q(folded__in=found) | Q(batch__in=list(batches.values_list("pk", flat=True)))
    )
    return list(named.exclude(state=PayoutState.DROPPED).select_related("account").order_by("id")[:SHOWN])


def likely(account: CharityAccount, fen: int, name: str) -> list[tuple[Payout, bool]]:
    """Payouts of this account of the same amount that no line proves, and whether to the line's name; those first."""
    living = Payout.objects.filter(account=account, amount_fen=fen).exclude(state=PayoutState.DROPPED)
    proof = StatementMatch.objects.filter(payout=OuterRef("pk"), undoes=None, undone_by=None)
    rows = [
        (payout, bool(name) and payout.paid_to == name)
        for payout in living.filter(~Exists(proof)).exclude(method=PayMethod.CASH).order_by("id")[:50]
    ]
    return sorted(rows, key=lambda row: not row[1])[:MOST]
