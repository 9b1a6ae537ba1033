"""Appending to the ledger, and reading balances from it."""

from collections.abc import Mapping

from donors.enums import Book
from donors.models import Pledge, Transfer
from fupin.lib.clock import now
from needs.enums import Form


def append(
    pledge: Pledge,
    source: Book,
    target: Book,
    quantities: Mapping[int, int] | None = None,
    *,
    fen: int | None = None,
) -> None:
    """Move what this pledge holds from one book to another: `fen` (all it has), or `quantities` by item id."""
    moment = now()
    common = {"need_id": pledge.need_id, "pledge": pledge, "source": source, "target": target, "at": moment}
    if pledge.form == Form.MONEY:
        Transfer.objects.create(
            charity_account_id=pledge.charity_account_id,
            amount=pledge.amount_fen if fen is None else fen,
            **common,
        )
        return
    Transfer.objects.bulk_create(
        Transfer(item_id=item_id, amount=quantity, **common)
        for item_id, quantity in sorted((quantities or {}).items())
    )


def quantities_of(pledge: Pledge) -> dict[int, int]:
    """Whole units by item id that a goods pledge stands for, without what did not arrive; empty for other forms."""
    return {row.item_id: row.kept for row in pledge.items.all() if row.kept}
