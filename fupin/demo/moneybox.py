"""The persona charity's money: its account with a history, a statement, lists for the bank, what waits for a person.

`sample_movements` is what the bank would tell next: the statements to download and try.
"""

import io
from datetime import timedelta
from uuid import uuid4

from django.db.models import F

from accounts.models import User
from donors import payout_queries
from donors.enums import (
    AccountChangeKind,
    Display,
    PayMethod,
    PayoutState,
    PledgeStatus,
    Purpose,
    StatementState,
)
from donors.models import CharityAccount, Payout, Pledge
from donors.services import accounts, matching, money, payouts, pledges, statements, steps
from donors.services.pledges import PledgeInput
from fupin.demo.bank_files import LAYOUTS, Movement, statement_file
from fupin.demo.cast import County
from fupin.lib.clock import shifted, today
from needs.enums import Form, Status
from needs.models import Need

OPENING_FEN = 1_000_000_00
GIFT_FEN = 120_00
STRANGER = ("周先生", "支持家乡", 300_00)
FEE_FEN = 5_00
SAMPLES = 3


def tell(county: County, donors: list[User]) -> None:
    """Leave one of each: a renewed licence and a proposal, a refund, a paid list and an open one, lines to decide."""
    account = CharityAccount.objects.get(region=county.region)
    _account_history(county, account)
    tell_money(county, account, donors)


def tell_money(county: County, account: CharityAccount, donors: list[User]) -> None:
    """Gifts that arrived or were declared, what was paid on, and the statement that tells of it."""
    with shifted(timedelta(days=-4)):
        _gifts(county, donors, arrived=7, declared=2)
    with shifted(timedelta(days=-3)):
        _list_for_the_bank(county, 1)
        refunded = _refund(county, account)
        _take_in(county, account, _past_movements(account, refunded))
    with shifted(timedelta(days=-1)):
        _list_for_the_bank(county, 2)


def _gifts(county: County, donors: list[User], *, arrived: int, declared: int) -> None:
    """New promises to households of the county that the charity has, and some that are only declared."""
    wanted = Need.objects.filter(
        status=Status.PUBLISHED,
        taken_down_at=None,
        forms__contains=[Form.MONEY],
        household__bank_account__isnull=False,
        region__gte=county.region.code,
        region__lte=county.region.code_end,
        progress__target_fen__gte=F("progress__pledged_fen") + GIFT_FEN,
    )
    # One need a household, so that several households wait for their money.
    needs = list(wanted.order_by("household", "id").distinct("household")[: arrived + declared])
    for number in range(arrived + declared if needs else 0):
        need, donor = needs[number % len(needs)], donors[number]
        content = PledgeInput(form=Form.MONEY, amount_fen=GIFT_FEN, display=Display.NICKNAME)
        made = pledges.pledge(actor=donor, need=need, content=content, idempotency_key=uuid4().hex)
        steps.pay(actor=donor, pledge=made, bank_note=made.reference)
        if number < arrived:
            steps.receive(actor=county.charity, pledge=made)


def sample_movements(account: CharityAccount) -> list[Movement]:
    """Transfers that donors declared, one of them short, a gift without a number, lists that were paid, and a fee."""
    day, rows = today(), []
    declared = Pledge.objects.filter(charity_account=account, status=PledgeStatus.PAID)
    for number, pledge in enumerate(declared.select_related("donor").order_by("id")[:SAMPLES]):
        short = 50_00 if number == 1 and pledge.amount_fen > 100_00 else 0
        name = pledge.donor.name or "爱心人士"
        rows.append(_in(pledge, name, pledge.amount_fen - short))
    rows.append(Movement(day, STRANGER[2], STRANGER[0], STRANGER[1], f"DEMO{day:%m%d}A"))
    planned = Payout.objects.filter(account=account, state=PayoutState.PLANNED).order_by("id")[:SAMPLES]
    rows += [_out(payout) for payout in planned]
    rows.append(Movement(day, -FEE_FEN, "", "账户管理费", f"DEMO{day:%m%d}F"))
    return rows


def opening_fen(account: CharityAccount) -> int:
    """The balance after the last statement that was taken in."""
    kept = account.statements.filter(state__in=(StatementState.RUNNING, StatementState.DONE))
    last = kept.order_by("-last_on", "-id").first()
    return last.closing_fen if last and last.closing_fen is not None else OPENING_FEN


def _account_history(county: County, account: CharityAccount) -> None:
    with shifted(timedelta(days=-90)):
        change = accounts.propose(
            actor=county.charity,
            kind=AccountChangeKind.BANK,
            values={
                "charity": account.charity,
                "bank": f"演示银行{county.region.name}城北支行",
                "number": f"62000009{account.pk:08d}",
            },
            note="开户行迁址，新开户证明已核对",
            account=account,
        )
    with shifted(timedelta(days=-89)):
        accounts.approve(actor=county.deputies[0], change=change, number=change.number)
    with shifted(timedelta(days=-1)):
        accounts.propose(
            actor=county.charity,
            kind=AccountChangeKind.LICENCE,
            values={
                "licence": f"{account.licence}（换发）",
                "licence_from": today(),
                "licence_to": today() + timedelta(days=8 * 365),
            },
            note="县民政局换发的公开募捐资格证书",
            account=CharityAccount.objects.get(pk=account.pk),
        )


def _list_for_the_bank(county: County, most: int) -> None:
    """A list of at most so many households that have an account; a household, or else a gift, is left waiting."""
    waiting = payout_queries.recipients(payout_queries.waiting(county.charity)[: payout_queries.SHOWN])
    chosen = [row for row in waiting if row.by_bank][: max(1, min(most, len(waiting) - 1))]
    listed = [one for row in chosen for one in row.pledges]
    if len(chosen) == len(waiting) and len(listed) > 1:
        listed.pop()
    if listed:
        payouts.plan(actor=county.charity, pledges=listed)


def _refund(county: County, account: CharityAccount) -> Pledge | None:
    waiting = payout_queries.waiting(county.charity).filter(charity_account=account).first()
    if waiting is None:
        return None
    return money.refund(actor=county.charity, pledge=waiting, reason="爱心人士重复转账，已和本人核对")


def _past_movements(account: CharityAccount, refunded: Pledge | None) -> list[Movement]:
    """What the bank told: gifts, one of them short and one without a number, all payouts up to now, a refund, a fee."""
    day = today()
    arrived = Pledge.objects.filter(charity_account=account, status=PledgeStatus.RECEIVED)
    rows = [
        _in(pledge, pledge.donor.name or "爱心人士", pledge.amount_fen)
        for pledge in arrived.select_related("donor").order_by("id")[:4]
    ]
    declared = Pledge.objects.filter(charity_account=account, status=PledgeStatus.PAID).order_by("id")
    for pledge in declared.select_related("donor")[:1]:
        rows.append(_in(pledge, pledge.donor.name or "爱心人士", pledge.amount_fen - 20_00))
    rows.append(Movement(day, STRANGER[2], "陈女士", "爱心捐款", f"DEMO{day:%m%d}1"))
    paid = Payout.objects.filter(account=account, state__in=(PayoutState.PLANNED, PayoutState.PAID))
    rows += [_out(payout) for payout in paid.exclude(method=PayMethod.CASH).order_by("id")]
    if refunded:
        rows.append(
            Movement(day, -refunded.amount_fen, "爱心人士", f"退款 {refunded.reference}", f"DEMO{day:%m%d}2")
        )
    return [*rows, Movement(day, -FEE_FEN, "", "账户管理费", f"DEMO{day:%m%d}3")]


def _take_in(county: County, account: CharityAccount, movements: list[Movement]) -> None:
    file = statement_file(LAYOUTS["two-columns"], _fresh(account), movements, OPENING_FEN)
    made = statements.upload(
        actor=county.charity,
        account=_fresh(account),
        file_name=f"{today():%Y-%m-%d}流水.xlsx",
        source=io.BytesIO(file),
    )
    statements.confirm(actor=county.charity, statement=made)
    matching.match_due()
    fee = made.lines.get(memo__startswith="账户管理费")
    matching.settle(actor=county.charity, line=fee, purpose=Purpose.OWN, note="银行收的账户管理费")


def _fresh(account: CharityAccount) -> CharityAccount:
    return CharityAccount.objects.get(pk=account.pk)


def _in(pledge: Pledge, name: str, fen: int) -> Movement:
    return Movement(today(), fen, name, f"捐款 {pledge.reference}", f"DEMO{pledge.reference}")


def _out(payout: Payout) -> Movement:
    return Movement(
        today(), -payout.amount_fen, payout.paid_to, f"善款 {payout.number}", f"DEMO{payout.number}"
    )
