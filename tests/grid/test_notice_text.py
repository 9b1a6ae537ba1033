"""A notice can never contain an ID number, a phone or a full name, whatever the case says (B7)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Region
from grid.clue_enums import NoticeKind, Problem
from grid.models import Clue
from grid.notice_text import leaks, masked, pairs, refusal
from needs.household_enums import Monitored
from needs.models import Household
from tests import factories

SURNAMES, GIVEN = "张王李赵陈刘黄周吴徐", "伟芳娜敏静丽强磊军洋勇艳杰涛明超兰霞平刚桂英"
NAMES = st.builds(
    lambda one, two: one + two, st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=3)
)
BORN = st.dates(date(1930, 1, 1), date(2015, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))
IDS = st.builds(factories.id_number, BORN, st.integers(1, 999))
PHONES = st.integers(0, 9999).map(lambda number: f"1990000{number:04d}")
SEPARATED = st.sampled_from(["", " ", "-"])


@given(NAMES, NAMES, IDS, PHONES, st.sampled_from(Problem.values), st.sampled_from(["", *Monitored.values]))
def test_a_notice_holds_no_number_and_no_full_name(
    name: str, told: str, number: str, phone: str, problem: str, monitored: str
) -> None:
    village = Region(code=factories.VILLAGE, name="沙井村", level=5, parent=Region(name="洪桥镇", level=4))
    home = Household(region=village, name=name, id_number=number, phone=phone, address=f"{name}家 {phone}")
    clue: Any = Clue(
        region=village,
        household=home,
        name=told,
        phone=phone,
        problem=problem,
        monitored=monitored,
        situation=f"{name} {number} {phone}",
    )
    for kind in NoticeKind.values:
        shown = " ".join(word for pair in pairs(clue, kind) for word in pair)
        assert leaks(shown, [name, told, number, phone]) == []
        assert name not in shown
        assert not any(char.isdigit() for char in shown)


@given(NAMES)
def test_a_masked_name_is_never_the_name(name: str) -> None:
    assert name not in masked(name)
    assert masked("龙") == "某**"


@given(st.one_of(IDS, PHONES), SEPARATED, st.text("公示期满情况属实，。", max_size=10))
def test_a_number_in_a_remark_is_refused_however_it_is_written(number: str, gap: str, around: str) -> None:
    cut = 3 if len(number) == 11 else 6
    typed = f"{around}{number[:cut]}{gap}{number[cut:]}{around}"
    wide = typed.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert refusal(typed, [])
    assert refusal(wide, [])


@given(NAMES, st.sampled_from(["", " ", "·", "　"]))
def test_a_full_name_in_a_remark_is_refused_even_with_gaps(name: str, gap: str) -> None:
    assert leaks(f"经核实，{gap.join(name)}家情况属实", [name]) == ["name"]


@pytest.mark.parametrize("text", ["", "因病住院，自付费用较大", "公示到10月5日", "同意 28 票，共 3 人"])
def test_plain_words_and_small_numbers_pass(text: str) -> None:
    assert refusal(text, ["张三丰"]) == ""
