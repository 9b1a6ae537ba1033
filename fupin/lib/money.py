"""Money is an integer of fen everywhere inside; yuan exist only as text at the doors."""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError

from fupin.lib.text import fold_width

_AMOUNT = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")


def parse_fen(text: str) -> int:
    """Fen of an amount in yuan as typed: up to seven digits, at most two decimals, more than zero.

    Full-width digits and dot are folded and spaces around it dropped; everything else ("1_000", "1e2",
    "1,000", "-1", "NaN", "١") raises `ValidationError` with code `amount` or `amount_zero`.
    """
    if not isinstance(text, str):
        raise _bad_amount()
    folded = fold_width(text).strip(" ")
    if not _AMOUNT.fullmatch(folded):
        raise _bad_amount()
    whole, _, decimals = folded.partition(".")
    fen = int(whole) * 100 + int(decimals.ljust(2, "0"))
    if fen == 0:
        raise ValidationError("金额要大于 0。", code="amount_zero")
    return fen


def yuan(fen: int) -> str:
    """Yuan with two decimals for programs: 20000 -> "200.00", -5 -> "-0.05"."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def yuan_display(fen: int) -> str:
    """Yuan for people: 123450 -> "1,234.50", and without decimals when they are zero: 123400 -> "1,234"."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}" + (f".{rest:02d}" if rest else "")


def _bad_amount() -> ValidationError:
    return ValidationError("请只用数字填写金额，最多两位小数，例如 200 或 200.50。", code="amount")


def split_fen(total: int, weights: Sequence[int]) -> list[int]:
    """`total` fen in shares by weight that sum to exactly `total`; the largest remainders get the odd fen.

    Of equal remainders the earlier goes first. Raises `ValueError` where the weights sum to nothing.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("the weights sum to nothing")
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    for n in by_remainder[: total - sum(shares)]:
        shares[n] += 1
    return shares
