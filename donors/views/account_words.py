"""A charity's account in words: its data, its licence, a proposal beside it, its history."""

from datetime import date
from typing import Any

from donors.account_queries import WARN_DAYS, history
from donors.enums import AccountChangeKind, ProposalState
from donors.models import ACCOUNT_FIELDS, AccountChange, CharityAccount
from donors.models.account_change import from_json, values_of
from fupin.lib.clock import ZONE, day_of, today
from needs.views.cards import day_words

LABELS = {
    "charity": "户名",
    "bank": "开户行",
    "number": "账号",
    "licence": "公开募捐资格证书",
    "licence_from": "资格起始日",
    "licence_to": "资格到期日",
}


def account_facts(values: dict[str, Any]) -> list[dict[str, str]]:
    """A version of an account, for the facts component."""
    return [{"term": LABELS[name], "value": shown(values[name])} for name in ACCOUNT_FIELDS]


def shown(value: Any) -> str:
    """A value as people read it."""
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def licence_words(account: CharityAccount) -> dict[str, str]:
    """Whether the account takes money today: `tone` success, warning or error, and `text`."""
    if account.closed_at:
        return {"tone": "error", "text": f"{day_words(account.closed_at)}停用，不再接受捐款"}
    if not account.is_licensed:
        ended = account.licence_to < today()
        words = f"{account.licence_to:%Y-%m-%d} 到期" if ended else f"{account.licence_from:%Y-%m-%d} 才开始"
        return {"tone": "error", "text": f"募捐资格{words}，现在不接受捐款"}
    days = (account.licence_to - today()).days
    if days < WARN_DAYS:
        left = f"还有 {days} 天" if days else "今天"
        return {"tone": "warning", "text": f"募捐资格{left}到期，到期当晚零点起不再接受捐款"}
    return {"tone": "success", "text": f"正常使用，募捐资格到 {account.licence_to:%Y-%m-%d}"}


def comparison(change: AccountChange) -> list[dict[str, Any]]:
    """The proposal's fields with the value they replace."""
    if change.kind == AccountChangeKind.OPEN:
        before: dict[str, Any] = {}
    elif change.before:
        before = from_json(change.before)
    else:
        before = values_of(change.account) if change.account else {}
    after = values_of(change)
    return [
        {
            "label": LABELS[name],
            "before": shown(before[name]) if before else "",
            "after": shown(after[name]),
            "changed": not before or before[name] != after[name],
        }
        for name in ACCOUNT_FIELDS
    ]


def history_steps(account: CharityAccount) -> list[dict[str, str]]:
    """The approved changes, newest first, each with what it replaced."""
    return [
        {
            "label": change.get_kind_display(),
            "at": _moment(change),
            "actor": f"{change.proposed_by.get_full_name()}提出，{_second(change)}复核",
            "note": "；".join([change.note, *_replaced(change)]),
            "state": "done",
        }
        for change in reversed(history(account))
    ]


def _replaced(change: AccountChange) -> list[str]:
    if change.kind == AccountChangeKind.OPEN or change.state != ProposalState.APPROVED:
        return []
    rows = [row for row in comparison(change) if row["changed"]]
    return [f"{row['label']} {row['before']} → {row['after']}" for row in rows]


def _second(change: AccountChange) -> str:
    return change.decided_by.get_full_name() if change.decided_by else ""


def _moment(change: AccountChange) -> str:
    at = change.decided_at
    return f"{day_of(at):%Y-%m-%d} {at.astimezone(ZONE):%H:%M}" if at else ""
