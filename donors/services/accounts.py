"""Charity accounts change by four eyes: one officer proposes, another person approves from the paper (THREATS L-02).

Lock order: the account, then the proposal (DESIGN 3).
"""

import re
from typing import Any

from django.db import IntegrityError, transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure, grants
from accounts.services import audit, messages
from donors.enums import AccountChangeKind, PledgeStatus, ProposalState
from donors.models import AccountChange, CharityAccount, Pledge
from donors.models.account_change import as_json, values_of
from fupin.lib.clock import now, today
from fupin.lib.crypto import blind_index
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.models import Household

ASKED = {
    AccountChangeKind.OPEN: ("charity", "bank", "number", "licence", "licence_from", "licence_to"),
    AccountChangeKind.BANK: ("charity", "bank", "number"),
    AccountChangeKind.LICENCE: ("licence", "licence_from", "licence_to"),
    AccountChangeKind.CLOSE: (),
}
"""The fields each kind of proposal changes."""
RETYPED = (AccountChangeKind.OPEN, AccountChangeKind.BANK)
"""Where the second person types the number from the paper once more."""
# A public-fundraising charity, never a person or the platform (慈善法 第二十二条).
ORGANISATION = re.compile(r"慈善|基金会|红十字|促进会|联合会|协会|服务中心")
NUMBER = re.compile(r"[0-9]{8,30}")
LEAST_WORDS = 4


def propose(
    *,
    actor: User,
    kind: AccountChangeKind,
    values: dict[str, Any],
    note: str,
    account: CharityAccount | None = None,
    region: Region | None = None,
) -> AccountChange:
    """Ask for a new account in `region`, or for a change of `account`; `values` are the fields the kind changes.

    Raises NotAllowed, InvalidInput beside the fields, Conflict for a closed account or while a proposal waits.
    """
    place = account.region if account else region
    if place is None or place.level > Level.COUNTY:
        raise InvalidInput(fields={"region": ["募捐账户按县或市登记。"]})
    if not may_propose(actor, place.code):
        raise NotAllowed("您不能为这个地区的账户提出变更。")
    wanted = {**(values_of(account) if account else {}), **{name: values[name] for name in ASKED[kind]}}
    _check(kind, wanted, account, note)
    try:
        with transaction.atomic():
            if account:
                account = _locked(account)
            change = AccountChange.objects.create(
                account=account, region=place, kind=kind, note=note.strip(), proposed_by=actor, **wanted
            )
            _record(change, actor, "propose", note)
    except IntegrityError as error:
        raise Conflict("这个账户已有一项变更在等复核，请先办完那一项。", code="waiting") from error
    return change


def approve(*, actor: User, change: AccountChange, number: str = "") -> CharityAccount:
    """The second person says yes; the account changes at once, and donors who have not paid yet are told.

    Where the payee changes, `number` is what this person typed from the paper. Raises NotAllowed, Conflict
    (`same_person`) for the one who proposed, InvalidInput where the numbers differ, StaleState when it is decided.
    """
    with transaction.atomic():
        change = _waiting(change)
        _ensure_second(actor, change)
        kind = AccountChangeKind(change.kind)
        if kind in RETYPED and re.sub(r"\D", "", number) != change.number:
            raise InvalidInput(
                fields={"number": ["和提出的账号不一致。请对照开户证明重新输入；仍不一致就不要同意。"]}
            )
        _check(kind, values_of(change), change.account, change.note)
        account = _apply(change, kind)
        change.account = account
        _close(change, actor, ProposalState.APPROVED, "approve")
        _tell_donors(change, kind, account)
    return account


def refuse(*, actor: User, change: AccountChange, reason: str) -> AccountChange:
    """The second person says no. Raises InvalidInput without a reason; else like `approve`."""
    if len(reason.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"reason": ["请写明原因，至少 4 个字。"]})
    with transaction.atomic():
        change = _waiting(change)
        _ensure_second(actor, change)
        _close(change, actor, ProposalState.REFUSED, "refuse", reason.strip())
    messages.notify(
        user=change.proposed_by,
        text=f"您提出的“{change}”没有通过：{reason.strip()}",
        dedup_key=f"account-change:{change.pk}",
        link=change.get_absolute_url(),
    )
    return change


def withdraw(*, actor: User, change: AccountChange) -> AccountChange:
    """Whoever proposed takes it back. Raises NotAllowed for others, StaleState when it is decided."""
    with transaction.atomic():
        change = _waiting(change)
        if change.proposed_by_id != actor.pk:
            raise NotAllowed("只有提出的人可以撤回。")
        return _close(change, actor, ProposalState.WITHDRAWN, "withdraw")


def may_propose(user: User, code: int) -> bool:
    """The county centre, the city, and the charity itself."""
    held = grants(user)
    return held.allow(Verb.APPOINT, code) or held.allow(Verb.RECONCILE, code)


def may_decide(user: User, change: AccountChange) -> bool:
    """Somebody of the county centre or the city, who neither proposed it nor works with the account's money."""
    held = grants(user)
    powers = held.allow(Verb.APPOINT, change.region_id) and not held.allow(Verb.RECONCILE, change.region_id)
    return powers and not user.same_person(change.proposed_by)


def _ensure_second(actor: User, change: AccountChange) -> None:
    ensure(actor, Verb.APPOINT, change.region_id)
    if actor.same_person(change.proposed_by):
        raise Conflict("提出变更的人不能自己复核，请另一位同事办理。", code="same_person")
    if not may_decide(actor, change):
        raise NotAllowed("办理这个账户善款的人不能复核它的变更。")


def _check(
    kind: AccountChangeKind, values: dict[str, Any], account: CharityAccount | None, note: str
) -> None:
    errors: dict[str, list[str]] = {}
    if len(note.strip()) < LEAST_WORDS:
        errors["note"] = ["请写明依据，至少 4 个字。"]
    if account and account.closed_at:
        raise Conflict("这个账户已经停用，不能再变更；请登记新账户。", code="closed")
    if kind in RETYPED:
        errors |= _payee_errors(values, account)
    if kind in (AccountChangeKind.OPEN, AccountChangeKind.LICENCE):
        errors |= _licence_errors(values)
    if account and kind != AccountChangeKind.CLOSE and values == values_of(account):
        errors.setdefault("note", []).append("和现在登记的一样，没有要变更的内容。")
    if errors:
        raise InvalidInput(fields=errors)


def _payee_errors(values: dict[str, Any], account: CharityAccount | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    number = values["number"]
    if not ORGANISATION.search(values["charity"]):
        errors["charity"] = ["户名必须是有公开募捐资格的慈善组织全称，不能是个人或平台。"]
    if not values["bank"]:
        errors["bank"] = ["请写开户行全称。"]
    others = CharityAccount.objects.exclude(pk__in=[account.pk] if account else [])
    if not NUMBER.fullmatch(number):
        errors["number"] = ["账号是 8 到 30 位数字，请照开户证明填写。"]
    elif others.filter(number=number).exists() or _was_used(number, account):
        errors["number"] = ["这个账号已经登记过。"]
    elif Household.objects.filter(bank_index=blind_index(number, kind="bank")).exists():
        errors["number"] = ["这是一户受助家庭的账号，不能作为募捐账户。"]
    return errors


def _was_used(number: str, account: CharityAccount | None) -> bool:
    """Whether another account had this number before."""
    earlier = AccountChange.objects.filter(state=ProposalState.APPROVED, before__number=number)
    return earlier.exclude(account=account).exists()


def _licence_errors(values: dict[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not values["licence"]:
        errors["licence"] = ["请写公开募捐资格证书的编号。"]
    if values["licence_to"] < values["licence_from"]:
        errors["licence_to"] = ["到期日不能早于起始日。"]
    elif values["licence_to"] < today():
        errors["licence_to"] = ["资格已经到期，不能登记；账户停用请用“停用账户”。"]
    return errors


def _apply(change: AccountChange, kind: AccountChangeKind) -> CharityAccount:
    account, values = change.account, values_of(change)
    if account is None:
        return CharityAccount.objects.create(region=change.region, **values)
    change.before = as_json(values_of(account))
    for name, value in values.items():
        setattr(account, name, value)
    if kind == AccountChangeKind.CLOSE:
        account.closed_at = now()
    account.save()
    return account


def _tell_donors(change: AccountChange, kind: AccountChangeKind, account: CharityAccount) -> None:
    """Whoever promised and has not paid reads the new number before paying, or that nothing is to be paid."""
    texts = {
        AccountChangeKind.BANK: "收款账户变更了，请按这笔帮助页面上的新账户转账；已经转账的不用再转。",
        AccountChangeKind.CLOSE: "收款账户已经停用，还没有转账的请不要再转。",
    }
    if kind not in texts:
        return
    waiting = Pledge.objects.filter(charity_account=account, status=PledgeStatus.PLEDGED)
    for pledge in waiting.select_related("need", "donor").iterator(chunk_size=500):
        messages.notify(
            user=pledge.donor,
            text=f"“{pledge.need.title}”的{texts[kind]}",
            dedup_key=f"account-change:{change.pk}:{pledge.pk}",
            link=pledge.get_absolute_url(),
        )


def _close(
    change: AccountChange, actor: User, state: ProposalState, what: str, note: str = ""
) -> AccountChange:
    change.state, change.decided_by, change.decided_at = state, actor, now()
    change.decision_note = note[:200]
    change.save()
    _record(change, actor, what, note)
    return change


def _locked(account: CharityAccount) -> CharityAccount:
    """Waits also for promises being made to it: each holds its key share until the commit."""
    return CharityAccount.objects.select_for_update().get(pk=account.pk)


def _waiting(change: AccountChange) -> AccountChange:
    """The proposal, locked with its account, still undecided."""
    account = _locked(change.account) if change.account else None
    change = (
        AccountChange.objects.select_for_update(no_key=True, of=("self",))
        .select_related("region", "proposed_by")
        .get(pk=change.pk)
    )
    if change.state != ProposalState.PROPOSED:
        raise StaleState(f"这项变更{change.get_state_display()}，不用再办。")
    change.account = account
    return change


def _brief(name: str, value: str | None) -> str | None:
    """A number by its end: whole ones stay out of the audit chain."""
    return f"尾号 {value[-4:]}" if name == "number" and value else value


def _record(change: AccountChange, actor: User, what: str, reason: str) -> None:
    after = as_json(values_of(change))
    before = change.before or {}
    changed = {
        name: [_brief(name, before.get(name)), _brief(name, value)]
        for name, value in after.items()
        if before.get(name) != value
    }
    audit.record(
        actor=actor,
        action=f"charity_account.{what}",
        obj=change,
        region_code=change.region_id,
        changes={"kind": change.kind, "account": change.account_id, **changed},
        reason=reason,
    )
