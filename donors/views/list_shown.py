"""How the list to take along looks: its rows with their forms, and what became of each part."""

from collections import defaultdict
from typing import Any

from accounts.models import User
from donors import list_forms, queries
from donors.enums import PledgeStatus
from donors.models import Pledge
from donors.services.take_along import REFERENCES_A_TRANSFER, Entry, Outcome
from donors.views import shown
from needs.enums import PUBLIC, Form, Status
from needs.models import Need
from needs.views import cards

GONE = "这条求助已经撤下，不能再认领。"
CLOSED = "刚刚已经全部认领，谢谢您的心意。"
LABELS = {Form.MONEY: "捐资金", Form.GOODS: "捐物资", Form.SERVICE: "出力"}


def rows(entries: list[Entry], needs: dict[int, Need], donor: User) -> list[dict[str, Any]]:
    """Each need of the list with the forms that are still open; what is closed or gone says so."""
    names = cards.upper_names(needs.values())
    return [_row(entry, needs.get(entry["need"]), names, donor) for entry in entries]


def _row(entry: Entry, need: Need | None, names: dict[int, str], donor: User) -> dict[str, Any]:
    if need is None:
        return {"pk": entry["need"], "closed": GONE}
    row = {"pk": need.pk, "card": cards.card(need, names, with_goods=False)}
    if need.status != Status.PUBLISHED:
        return {**row, "closed": CLOSED}
    return {**row, "parts": [_part(entry, need, kind, donor) for kind in _kinds(entry, need)]}


def _kinds(entry: Entry, need: Need) -> list[str]:
    """The ways of helping that are open or were tried."""
    open_ = {
        Form.MONEY: need.progress.open_fen > 0,
        Form.GOODS: any(item.open_quantity for item in need.items.all()),
        Form.SERVICE: True,
    }
    return [
        kind for kind in Form.values if kind in need.forms and (open_[Form(kind)] or kind in entry["typed"])
    ]


def _part(entry: Entry, need: Need, kind: str, donor: User) -> dict[str, Any]:
    form = list_forms.part(kind, need=need, donor=donor, typed=entry["typed"].get(kind))
    errors = entry["errors"].get(kind, {})
    if errors and form.is_bound:
        form.is_valid()
        for name, texts in errors.items():
            for text in texts:
                if text not in form.errors.get(name or "__all__", []):
                    form.add_error(name if name in form.fields else None, text)
    return {"kind": kind, "label": LABELS[Form(kind)], "form": form, "open": form.is_bound}


def result(donor: User, outcomes: list[Outcome]) -> dict[str, Any]:
    """What became of each part, and one transfer for each charity account."""
    made = queries.of_donor(donor).prefetch_related("items__item")
    pledges = made.in_bulk([row.pledge for row in outcomes if row.pledge])
    titles = dict(
        Need.objects.filter(pk__in=[row.need for row in outcomes], status__in=PUBLIC).values_list(
            "pk", "title"
        )
    )
    done = [pledges[row.pledge] for row in outcomes if row.pledge in pledges]
    return {
        "done": [shown.list_row(pledge) for pledge in done],
        "failed": [
            {
                "title": titles.get(row.need, "一条求助"),
                "label": LABELS[Form(row.form)] if row.form else "",
                "words": " ".join(text for texts in row.errors.values() for text in texts),
            }
            for row in outcomes
            if row.pledge is None
        ],
        "kept": any(row.pledge is None and row.form for row in outcomes),
        "transfers": _transfers(done),
    }


def _transfers(pledges: list[Pledge]) -> list[dict[str, Any]]:
    """What is still to be transferred, by account: one transfer for as many references as a memo holds."""
    by_account: dict[Any, list[Pledge]] = defaultdict(list)
    for pledge in pledges:
        if pledge.form == Form.MONEY and pledge.status == PledgeStatus.PLEDGED:
            by_account[pledge.charity_account].append(pledge)
    return [
        _transfer(account, mine[start : start + REFERENCES_A_TRANSFER])
        for account, mine in by_account.items()
        for start in range(0, len(mine), REFERENCES_A_TRANSFER)
    ]


def _transfer(account: Any, pledges: list[Pledge]) -> dict[str, Any]:
    return {
        "account": account,
        "fen": sum(pledge.amount_fen for pledge in pledges),
        "count": len(pledges),
        "references": " ".join(pledge.reference for pledge in pledges),
        "pledges": [pledge.pk for pledge in pledges],
        "deadline": cards.day_words(min(pledge.expires_at for pledge in pledges)),
    }
