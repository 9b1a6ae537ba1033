"""What did not arrive of a goods pledge opens to other donors again; what arrived stays the pledge's."""

from collections.abc import Mapping

from donors.enums import Book, Outcome
from donors.models import Pledge
from donors.services import ledger
from fupin.lib.errors import InvalidInput
from needs.services import progress


def release_missing(pledge: Pledge, outcome: str, received: Mapping[int, int] | None) -> dict[int, int]:
    """Give back the units by item id that are missing from `received` (whole units by item id; None: not counted).

    The caller holds the need's lock. Raises InvalidInput for unknown items, more than was sent, fewer under a
    complete receipt, and for a parcel of nothing.
    """
    if not received:
        return {}
    sent = ledger.quantities_of(pledge)
    _check(sent, outcome, received)
    missing = {pk: sent[pk] - count for pk, count in received.items() if count < sent[pk]}
    if missing:
        for row in pledge.items.filter(item__in=missing):
            row.released += missing[row.item_id]
            row.save(update_fields=["released"])
        ledger.append(pledge, Book.PROMISED, Book.OPEN, missing)
        progress.release(pledge.need_id, quantities=missing, helpers=0)
    return missing


def _check(sent: Mapping[int, int], outcome: str, received: Mapping[int, int]) -> None:
    if not set(received) <= set(sent) or any(not 0 <= count <= sent[pk] for pk, count in received.items()):
        raise InvalidInput(fields={"received": ["收到的数量要在 0 和寄出的数量之间。"]})
    after = {**sent, **received}
    if not any(after.values()):
        raise InvalidInput(fields={"received": ["一件也没有收到时先不要确认，请找信息员核实物流。"]})
    if outcome == Outcome.COMPLETE and after != sent:
        raise InvalidInput(fields={"outcome": ["数量少了，请选“有问题”并写明情况。"]})
