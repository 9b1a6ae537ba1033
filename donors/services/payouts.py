"""Money from a charity's account to those it was given for: lists for the bank, single payouts, what was not paid.

Lock order: the needs' progress rows by id, the pledges by id, then the payout (DESIGN 3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit
from donors.enums import PayMethod, PayoutState, PledgeStatus
from donors.models import Payout, PayoutBatch, PayoutGift, Pledge
from donors.payout_queries import Recipient, recipients
from donors.services import money, payout_photos, steps
from fupin.lib.clock import day_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, StaleState
from fupin.lib.money import yuan_display
from needs.services import progress

MOST_IN_A_BATCH = 200
LEAST_WORDS = 4
NO_ACCOUNT = "这户还没有登记银行账号。请乡镇在家庭档案里登记，或者用现金、付给供应商的方式。"


@dataclass(frozen=True, slots=True)
class Terms:
    """How one payout was made: the payee is asked for unless it goes to a household's own account."""

    method: str
    paid_on: date
    payee: str = ""
    signer: str = ""
    second_signer: str = ""
    note: str = ""


def plan(*, actor: User, pledges: Sequence[Pledge]) -> PayoutBatch:
    """A list for the bank: one payout a household, whatever number of gifts. Its gifts are bound until paid or dropped.

    Raises InvalidInput for an empty or mixed choice and for households without a recorded account; Conflict where a
    gift is on a list already or no longer waits.
    """
    with transaction.atomic():
        rows = recipients(_bound_to_be(actor, pledges))
        if len({row.account for row in rows}) != 1 or len(rows) > MOST_IN_A_BATCH:
            raise InvalidInput(f"请选择同一个账户的善款，一批最多 {MOST_IN_A_BATCH} 户。")
        missing = [row for row in rows if not row.by_bank]
        if missing:
            names = "、".join(str(row.household or row.pledges[0].need.recipient) for row in missing[:5])
            raise InvalidInput(f"{names}：{NO_ACCOUNT}")
        batch = PayoutBatch.objects.create(account=rows[0].account, created_by=actor)
        for row in rows:
            _create(actor, row, Terms(PayMethod.BANK, today()), batch)
        _record(
            batch, actor, "plan", {"payouts": len(rows), "amount": yuan_display(sum(r.fen for r in rows))}
        )
    return batch


def record(*, actor: User, pledges: Sequence[Pledge], terms: Terms, photos: Iterable[bytes] = ()) -> Payout:
    """One payout that was made: to the household's account, in cash before two, or to a supplier; with its evidence.

    Raises InvalidInput beside the fields, Conflict like `plan`; and what `lifecycle.step` raises.
    """
    pictures = list(photos)
    with transaction.atomic():
        rows = recipients(_bound_to_be(actor, pledges))
        if len(rows) != 1:
            raise InvalidInput("一笔拨付只给一个受助方；多户请做成付款批次。")
        _check(rows[0], terms, bool(pictures))
        payout = _create(actor, rows[0], terms, None)
        for jpeg in pictures:
            payout_photos.add(actor=actor, payout=payout, jpeg=jpeg)
        return _settle(payout, actor, terms.paid_on)


def mark_paid(*, actor: User, payout: Payout, paid_on: date) -> Payout:
    """The bank has paid this line of a list. Raises StaleState where it is settled, InvalidInput for days to come."""
    _ensure_day(payout, paid_on)
    with transaction.atomic():
        return _settle(locked(payout, actor, PayoutState.PLANNED), actor, paid_on)


def drop(*, actor: User, payout: Payout, reason: str) -> Payout:
    """This line was not paid, or the bank gave the money back: its gifts wait for a payout again.

    Raises InvalidInput without a reason; Conflict once a recipient confirmed, or while a line of a statement proves it.
    """
    if len(reason.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"reason": ["请写明原因，至少 4 个字。"]})
    with transaction.atomic():
        payout = locked(payout, actor, PayoutState.PLANNED, PayoutState.PAID)
        if payout.state == PayoutState.PAID:
            if payout.matches.filter(undoes=None, undone_by=None).exists():
                raise Conflict("银行流水里已经有这一笔。请先在那一行流水上撤销登记。")
            for gift in payout.gifts.order_by("pledge_id").select_related("pledge"):
                money.come_back(actor=actor, pledge=gift.pledge, note=reason.strip()[:200])
        payout.gifts.update(live=False)
        payout.state, payout.settled_by, payout.settled_at = PayoutState.DROPPED, actor, now()
        payout.note = reason.strip()[:200]
        payout.save()
        _record(payout, actor, "drop", {}, reason)
    return payout


def payment_list(*, actor: User, batch: PayoutBatch) -> list[list[str]]:
    """The rows for the bank: number in order, payee, account in full, yuan, memo. The look is recorded (THREATS 6)."""
    ensure(actor, Verb.RECONCILE, batch.account.region_id)
    payouts = list(batch.payouts.filter(state=PayoutState.PLANNED).order_by("id"))
    with transaction.atomic():
        _record(batch, actor, "list", {"payouts": len(payouts)})
    return [
        [
            str(number),
            payout.paid_to,
            payout.payee_account.open() if payout.payee_account else "",
            f"{payout.amount_fen // 100}.{payout.amount_fen % 100:02d}",
            payout.number,
        ]
        for number, payout in enumerate(payouts, start=1)
    ]


def locked(payout: Payout, actor: User, *states: PayoutState) -> Payout:
    """The payout under its needs' and pledges' locks, in one of these states; else StaleState."""
    lock_needs([payout])
    list(
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .filter(payouts__payout=payout)
        .order_by("pk")
    )
    payout = Payout.objects.select_for_update(no_key=True, of=("self",)).get(pk=payout.pk)
    ensure(actor, Verb.RECONCILE, payout.account.region_id)
    if payout.state not in states:
        raise StaleState(f"这笔拨付{payout.get_state_display()}，不用再办。")
    return payout


def lock_needs(payouts: Iterable[Payout]) -> None:
    """Take the progress rows of all their needs in order, before anything else is locked."""
    gifts = PayoutGift.objects.filter(payout__in=[payout.pk for payout in payouts])
    for need in sorted(set(gifts.values_list("pledge__need_id", flat=True))):
        progress.lock(need)


def pay_by_line(*, actor: User, payout: Payout, paid_on: date) -> Payout:
    """A statement's line proves a payout that still stood as planned; the caller holds its locks."""
    return _settle(payout, actor, paid_on) if payout.state == PayoutState.PLANNED else payout


def _bound_to_be(actor: User, pledges: Sequence[Pledge]) -> list[Pledge]:
    """The pledges, locked in order, if every one of them waits for its payout."""
    if not pledges:
        raise InvalidInput("请选择要拨付的善款。")
    for need in sorted({pledge.need_id for pledge in pledges}):
        progress.lock(need)
    found = list(
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("need__household", "need__cooperative", "charity_account", "donor")
        .filter(pk__in=[pledge.pk for pledge in pledges])
        .order_by("pk")
    )
    for pledge in found:
        money.ensure_payable(actor, pledge)
    return found


def _create(actor: User, row: Recipient, terms: Terms, batch: PayoutBatch | None) -> Payout:
    household, first = row.household, row.pledges[0]
    own = terms.method == PayMethod.BANK and household is not None
    payout = Payout(
        account=row.account,
        batch=batch,
        household=household,
        need=first.need,
        method=terms.method,
        amount_fen=row.fen,
        payee=(household.bank_holder or household.name) if own and household else terms.payee or terms.signer,
        payee_account=household.bank_account.open() if own and household and household.bank_account else None,
        signer=terms.signer or None,
        second_signer=terms.second_signer or None,
        note=terms.note[:200],
        created_by=actor,
    )
    try:
        with transaction.atomic():
            payout.save()
            PayoutGift.objects.bulk_create(
                PayoutGift(payout=payout, pledge=pledge, amount_fen=pledge.amount_fen)
                for pledge in row.pledges
            )
    except IntegrityError as error:
        raise Conflict("其中有一笔善款已经在另一份付款清单里。", code="bound") from error
    return payout


def _settle(payout: Payout, actor: User, paid_on: date) -> Payout:
    """Paid: every gift takes its step, but those whose recipient confirmed before us."""
    words = f"{paid_on:%Y-%m-%d} {PayMethod(payout.method).label}"
    for gift in payout.gifts.order_by("pledge_id").select_related("pledge"):
        if gift.pledge.status != PledgeStatus.CONFIRMED:
            steps.pay_out(actor=actor, pledge=gift.pledge, note=words)
    payout.state, payout.paid_on = PayoutState.PAID, paid_on
    payout.settled_by, payout.settled_at = actor, now()
    payout.save()
    _record(payout, actor, "pay", {"amount": yuan_display(payout.amount_fen), "method": payout.method})
    return payout


def _check(row: Recipient, terms: Terms, pictured: bool) -> None:
    errors: dict[str, list[str]] = {}
    if terms.method == PayMethod.BANK and not row.by_bank:
        errors["method"] = [NO_ACCOUNT]
    if terms.method == PayMethod.CASH:
        errors |= {
            name: ["现金要有两个人签字：领款人和在场的另一人。"]
            for name in ("signer", "second_signer")
            if not getattr(terms, name)
        }
        if terms.signer and terms.signer == terms.second_signer:
            errors["second_signer"] = ["两个签字的人不能是同一个人。"]
    if terms.method == PayMethod.SUPPLIER and not terms.payee:
        errors["payee"] = ["请写收款的供应商或单位。"]
    if terms.method != PayMethod.BANK and not pictured:
        errors["photo"] = ["请上传签收单或发票、收据的照片。"]
    received = day_of(min(pledge.created_at for pledge in row.pledges))
    if not received <= terms.paid_on <= today():
        errors["paid_on"] = ["拨付日期要在认领之后，不能晚于今天。"]
    if errors:
        raise InvalidInput(fields=errors)


def _ensure_day(payout: Payout, paid_on: date) -> None:
    if not day_of(payout.created_at) <= paid_on <= today():
        raise InvalidInput(fields={"paid_on": ["付款日期要在做清单之后，不能晚于今天。"]})


def _record(
    obj: Payout | PayoutBatch, actor: User, what: str, changes: dict[str, object], reason: str = ""
) -> None:
    audit.record(
        actor=actor,
        action=f"payout.{what}",
        obj=obj,
        region_code=obj.account.region_id,
        changes=changes,
        reason=reason,
    )
