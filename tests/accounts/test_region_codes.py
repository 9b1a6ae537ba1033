import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Level
from accounts.regions import (
    LEVEL_DIGITS,
    STAND_INS,
    ancestors,
    fits_level,
    padded,
    real_region,
    subtree_end,
)

codes = st.integers(min_value=10**11, max_value=10**12 - 1)


@pytest.mark.parametrize(
    ("code", "level", "end"),
    [
        (430000000000, Level.PROVINCE, 439999999999),
        (430400000000, Level.CITY, 430499999999),
        (430426000000, Level.COUNTY, 430426999999),
        (430426101000, Level.TOWNSHIP, 430426101999),
        (430426101201, Level.VILLAGE, 430426101201),
    ],
)
def test_a_subtree_ends_before_the_next_sibling(code, level, end):
    assert subtree_end(code, level) == end


def test_every_level_has_its_digits():
    assert list(LEVEL_DIGITS) == list(Level)
    assert padded(43, Level.PROVINCE) == 430000000000
    assert padded(430426101, Level.TOWNSHIP) == 430426101000


def test_ancestors_run_from_the_province_down():
    assert ancestors(430426101201) == [430000000000, 430400000000, 430426000000, 430426101000]
    assert ancestors(430000000000) == []


def test_ancestors_leave_out_the_county_a_city_does_not_have():
    assert ancestors(441900003000) == [440000000000, 441900000000]
    assert ancestors(620201001001) == [620000000000, 620200000000, 620201001000]


def test_ancestors_in_a_municipality_are_the_province_row_and_below():
    assert ancestors(500101152200) == [500000000000, 500101000000, 500101152000]
    assert ancestors(500229000000) == [500000000000]


@given(codes)
def test_every_ancestor_contains_the_code(code):
    for ancestor in ancestors(code):
        levels = [level for level in Level if fits_level(ancestor, level)]
        assert ancestor < code <= subtree_end(ancestor, levels[0])


@given(codes, st.sampled_from(Level))
def test_a_subtree_stays_inside_its_parents(code, level):
    start = code // 10 ** (12 - LEVEL_DIGITS[level]) * 10 ** (12 - LEVEL_DIGITS[level])
    for ancestor in ancestors(start):
        widest = next(level for level in Level if fits_level(ancestor, level))
        assert subtree_end(start, level) <= subtree_end(ancestor, widest)


@pytest.mark.parametrize("code", [0, 4304, 430426, 99999999999, 10**12])
def test_only_twelve_digits_are_a_code(code):
    assert not any(fits_level(code, level) for level in Level)


def test_a_level_asks_for_zeros_behind_its_digits():
    assert fits_level(430400000000, Level.CITY)
    assert not fits_level(430426000000, Level.CITY)


def test_a_stand_in_leads_to_the_real_place_above_it():
    assert real_region(500200000000) == 500000000000
    assert real_region(430400000000) == 430400000000
    for stand_in, place in STAND_INS.items():
        assert place in ancestors(stand_in)
        assert place not in STAND_INS
