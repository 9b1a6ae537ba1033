"""Finding a transfer reference in what a donor wrote to the bank: split, in lower case, or misread."""

import re
import unicodedata
from collections.abc import Iterable

from donors.models import CharityAccount, Pledge
from donors.models.pledge import MISREAD_DIGITS, MISREAD_LETTERS, folded_reference

_MISREAD = str.maketrans(MISREAD_LETTERS, MISREAD_DIGITS)
_NOT_READ = re.compile(r"[^0-9A-Z]")
# Of promises, payouts and batches of payouts.
_REFERENCE = re.compile(r"(?=(F[PKH][0-9A-Z]{8}))")
MOST = 10


def readings(memo: str) -> list[str]:
    """Everything in a memo that may be a reference, folded; ten at most."""
    text = _NOT_READ.sub("", unicodedata.normalize("NFKC", memo).upper()).translate(_MISREAD)
    return list(dict.fromkeys(match[1] for match in _REFERENCE.finditer(text)))[:MOST]


def named_by(references: Iterable[str]) -> list[Pledge]:
    """The pledges with these folded references, at any account; one query."""
    found = list(references)
    if not found:
        return []
    return list(
        Pledge.objects.alias(folded=folded_reference()).filter(folded__in=found).order_by("id")[:MOST]
    )


def likely(account: CharityAccount, fen: int, name: str) -> list[tuple[Pledge, bool]]:
    """Promises of this account with the same amount, and whether the donor's name is the sender's; those first."""
    waiting = Pledge.objects.filter(
        charity_account=account, amount_fen=fen, status__in=("pledged", "paid")
    ).select_related("need", "donor")
    rows = [(pledge, bool(name) and pledge.donor.name == name) for pledge in waiting.order_by("id")[:50]]
    return sorted(rows, key=lambda row: not row[1])[:MOST]
