"""Single cells of a bank's statement: the text behind spreadsheet tricks, dates, and amounts in fen."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:\D.*|\d{6})?")
_AMOUNT = re.compile(r"([-+]?)(\d{1,11})(?:\.(\d{1,2})0*)?")
_NOISE = re.compile(r"([-+]?)(\d{1,11}\.\d{8,20})")
_NOISE_MOST = Decimal("0.000001")
_AS_TEXT = re.compile(r"=\"(.*)\"|'(.*)")


def cell_text(cell: str) -> str:
    """Without width and spaces, and without what keeps a spreadsheet from calculating: ="20261101" and '20261101."""
    text = unicodedata.normalize("NFKC", cell).strip()
    match = _AS_TEXT.fullmatch(text)
    return (match[1] or match[2] or "").strip() if match else text


def day_of(text: str) -> date | None:
    """20261101, 2026-11-01, 2026/11/1 and 2026年11月1日, with or without a time behind it."""
    match = _DAY.fullmatch(text)
    if not match:
        return None
    year, month, day, packed_month, packed_day = match.groups()
    try:
        return date(int(year), int(month or packed_month), int(day or packed_day))
    except ValueError:
        return None


def fen_of(text: str) -> int | None:
    """Signed fen of an amount as banks print it, (200.00) among them; 0 for nothing, None for what is no amount."""
    bare = re.sub(r"[,，\s¥￥元]|RMB|CNY", "", text)
    if bare in ("", "-", "--"):
        return 0
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    if bare.startswith("."):
        bare = f"0{bare}"
    bare = _without_noise(bare)
    match = _AMOUNT.fullmatch(bare)
    if not match:
        return None
    sign, whole, rest = match.groups()
    fen = int(whole) * 100 + int((rest or "").ljust(2, "0"))
    return -fen if sign == "-" else fen


def _without_noise(bare: str) -> str:
    """1500.3000000000002, a spreadsheet's sum, is 1500.30; what is truly finer than a fen stays as it is."""
    match = _NOISE.fullmatch(bare)
    if not match:
        return bare
    exact = Decimal(match[2])
    near = round(exact, 2)
    return f"{match[1]}{near}" if abs(exact - near) < _NOISE_MOST else bare
