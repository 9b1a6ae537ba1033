import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from fupin.lib.money import parse_fen, yuan, yuan_display


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("200", 20000),
        ("0.01", 1),
        ("1.5", 150),
        ("1.50", 150),
        ("007", 700),
        ("9999999.99", 999999999),
        ("２００．５０", 20050),
        (" 5 ", 500),
        ("\u3000 5", 500),
    ],
)
def test_parse_fen_reads_plain_amounts(typed: str, fen: int) -> None:
    assert parse_fen(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "",
            " ",
            "-1",
            "+1",
            "NaN",
            "inf",
            "1e400",
            "1e2",
            "1E2",
            "1.005",
            "0.001",
            "1_000",
            "1,000",
            "１，０００",
        ],
        *[
            "١",
            "१",
            "①",
            "²",
            "一百",
            "0x1",
            ".5",
            "5.",
            "1.2.3",
            "10000000",
            "1000000000000",
            "1 000",
            "¥5",
            "5元",
        ],
        *["5\n", "5\0", "5\u200b", "\u202e5", "9" * 100_000],
    ],
)
def test_parse_fen_refuses_everything_else(typed: str) -> None:
    with pytest.raises(ValidationError, match="请只用数字填写金额"):
        parse_fen(typed)


@pytest.mark.parametrize("typed", ["0", "0.0", "0.00", "0000000", "０"])
def test_parse_fen_refuses_zero_with_its_own_words(typed: str) -> None:
    with pytest.raises(ValidationError, match="大于 0"):
        parse_fen(typed)


@given(st.integers(min_value=1, max_value=999_999_999))
def test_every_amount_survives_yuan_and_back(fen: int) -> None:
    assert parse_fen(yuan(fen)) == fen


@given(st.text())
def test_parse_fen_accepts_exactly_the_documented_set(typed: str) -> None:
    try:
        fen = parse_fen(typed)
    except ValidationError:
        return
    assert re.fullmatch(r"[0-9０-９]{1,7}([.．][0-9０-９]{1,2})?", typed.strip(" \u3000"))
    assert fen > 0


@pytest.mark.parametrize(
    ("fen", "plain", "shown"),
    [
        (0, "0.00", "0"),
        (5, "0.05", "0.05"),
        (20000, "200.00", "200"),
        (123450, "1234.50", "1,234.50"),
        (123400, "1234.00", "1,234"),
        (-5, "-0.05", "-0.05"),
        (-123450, "-1234.50", "-1,234.50"),
    ],
)
def test_amounts_are_written_for_programs_and_for_people(fen: int, plain: str, shown: str) -> None:
    assert (yuan(fen), yuan_display(fen)) == (plain, shown)
