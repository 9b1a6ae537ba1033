import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from fupin.lib import text

BIDI = [*"\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c"]
HIDDEN = [
    *"\0\x07\x1b\x7f\x85\u200b\u2060\ufeff\u00ad\ufffe\uffff\ud800\udfff\ue000",
    "\U000e0041",
    "\U0010ffff",
]


@pytest.mark.parametrize("char", BIDI + HIDDEN)
def test_free_text_refuses_characters_nobody_can_see_and_says_where(char: str) -> None:
    for clean in (text.clean_line, text.clean_body):
        with pytest.raises(ValidationError, match="第 2 个字符"):
            clean(f"张{char}三", max_length=10)


@pytest.mark.parametrize("typed", ["👨‍👩‍👧", "❤️", "👍🏽", "\U0001fae8", "\U000323af", "𠮷", "العربية", "ཨོཾ"])
def test_free_text_keeps_emoji_rare_characters_and_other_scripts(typed: str) -> None:
    assert text.clean_line(typed, max_length=20) == typed
    assert text.clean_body(typed, max_length=20) == typed


def test_clean_line_folds_all_white_space() -> None:
    assert text.clean_line(" 一\t二\r\n三\u3000四\u2028五 ", max_length=20) == "一 二 三 四 五"


def test_clean_body_keeps_lines_and_limits_empty_ones() -> None:
    assert (
        text.clean_body("\n一\r\n二 \r三" + "\n" * 9 + "四\t五\n\n", max_length=50) == "一\n二\n三\n\n\n四 五"
    )


def test_length_is_measured_after_normalisation() -> None:
    assert text.clean_line("e\u0301" * 10, max_length=10) == "é" * 10
    with pytest.raises(ValidationError, match="最多 10 个字"):
        text.clean_line("字" * 11, max_length=10)
    with pytest.raises(ValidationError, match="最多 30 个字"):
        text.clean_name("\ufdfa" * 2)  # one character grows to eighteen


@pytest.mark.parametrize("typed", ["a" + "\u0301" * 100_000, "x" * 1_000_000, "a" + "\u0301\u0316" * 20])
def test_hostile_lengths_are_refused_before_they_cost_anything(typed: str) -> None:
    for clean in (text.clean_line, text.clean_body):
        with pytest.raises(ValidationError):
            clean(typed, max_length=200)


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_clean_text_is_a_fixed_point_within_its_limit(typed: str, limit: int) -> None:
    for clean in (text.clean_line, text.clean_body):
        try:
            once = clean(typed, max_length=limit)
        except ValidationError:
            continue
        assert clean(once, max_length=limit) == once
        assert len(once) <= limit
        once.encode()
        assert not {unicodedata.category(char) for char in once if char not in "\n\u200d"} & {
            "Cc",
            "Cf",
            "Cs",
            "Co",
        }


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张三", "张三"),
        (" 张\u3000三 ", "张三"),
        ("⼀丁", "一丁"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("𠮷", "𠮷"),
        ("\U000323af", "\U000323af"),
        ("John  O’Neil Jr.", "John O'Neil Jr."),
        ("ＬＩ Ｍｉｎｇ", "LI Ming"),
    ],
)
def test_clean_name_stores_one_form_of_a_name(typed: str, stored: str) -> None:
    assert text.clean_name(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *["", " ", "·", "·张", "张·", "张3", "张３", "张①", "😀", "<b>", "张,三", "a/b", "{{7*7}}", "=1+1"],
        *[
            "张\u200b三",
            "张\u200d三",
            "\u202e张",
            "张\0三",
            "\u3164",
            "张\U000e0100",
            "\ue000",
            "\ud800",
            "字" * 31,
        ],
    ],
)
def test_clean_name_refuses_what_is_no_name(typed: str) -> None:
    with pytest.raises(ValidationError):
        text.clean_name(typed)


@given(st.text(max_size=40))
def test_clean_name_is_a_fixed_point(typed: str) -> None:
    try:
        once = text.clean_name(typed)
    except ValidationError:
        return
    assert text.clean_name(once) == once
    assert 1 <= len(once) <= text.NAME_MAX


def test_skeleton_sees_through_spaces_dots_and_width() -> None:
    for variant in ("阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽 买买提", "阿依古丽．买买提"):
        assert text.skeleton(variant) == "阿依古丽买买提"
    assert text.skeleton("ＬＩ ming") == text.skeleton("Li Ming")
    assert text.skeleton("⼀丁") == "一丁"


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "13800000000",
            "138 0000 0000",
            "138-0000-0000",
            "+86 138 0000 0000",
            "+8613800000000",
            "8613800000000",
        ],
        *[
            "008613800000000",
            "013800000000",
            "１３８００００００００",
            "＋８６ １３８００００００００",
            "138\u00a00000\u30000000",
        ],
    ],
)
def test_canonical_phone_brings_every_spelling_to_one(typed: str) -> None:
    assert text.canonical_phone(typed) == "+8613800000000"


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "",
            "12800000000",
            "1380000000",
            "138000000000",
            "+85213800000000",
            "+1 138 0000 0000",
            "０１３８",
            "abc",
        ],
        *["١٣٨٠٠٠٠٠٠٠٠", "13800000000x", "13800000000\n", "138\u200b00000000", "13800000000 " * 5000, "110"],
    ],
)
def test_canonical_phone_refuses_all_else(typed: str) -> None:
    with pytest.raises(ValidationError, match="11 位手机号码"):
        text.canonical_phone(typed)


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("孩子上学需要 3000 元，2026-11-22 前用上。", []),
        ("身份证 11010519491231002X", ["id"]),
        ("身份证１１０１０５１９４９１２３１００２ｘ", ["id"]),
        ("110105 1949 1231 002X", ["id"]),
        ("身份证 110105194912310021", []),
        ("打我电话13800000001谢谢", ["phone"]),
        ("+86 138-0000-0001", ["phone"]),
        ("2026-11-22 138 0000 0001", ["phone"]),
        ("每月 1500 1600 300", []),
        ("单号 SF1380000000123456", []),
        ("卡号 4111 1111 1111 1111", ["card"]),
        ("卡号 4111 1111 1111 1112", []),
        ("11010519491231002X，13800000001，4111111111111111", ["id", "phone", "card"]),
    ],
)
def test_personal_numbers_are_found_in_free_text(typed: str, kinds: list[str]) -> None:
    assert text.contains_personal_data(typed) == kinds
