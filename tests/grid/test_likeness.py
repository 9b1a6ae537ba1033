"""Near copies: the fast search finds what comparing every pair finds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.likeness import is_near, nearest_earlier, pairs, percent, plain

LONG = "奶奶一个人带着两个孩子生活，大的上初三住校，小的有哮喘，每个月药费要花三百多元，家里只有两亩水田。"


def by_comparing_all(texts):
    found = {}
    for at, (pk, text) in enumerate(texts):
        for other, earlier in texts[:at]:
            one, two = plain(text), plain(earlier)
            if min(len(one), len(two)) > 10 and one != two and is_near(pairs(one), pairs(two)):
                found[pk] = other
                break
    return found


def test_text_with_a_word_changed_is_a_near_copy_and_another_story_is_not():
    texts = [
        (1, LONG),
        (2, LONG.replace("三百", "五百")),
        (3, "屋顶漏雨，墙体开裂，想修一修再过冬，缺三千块砖。"),
    ]
    assert nearest_earlier(texts) == {2: 1}
    assert 90 <= percent(texts[0][1], texts[1][1]) < 100


def test_copy_to_the_letter_is_left_to_the_count_and_short_texts_are_not_compared():
    assert nearest_earlier([(1, LONG), (2, LONG.replace("，", "、 ")), (3, "缺学费"), (4, "缺学费了")]) == {}


@pytest.mark.parametrize(("changes", "near"), [(1, True), (20, False)])
def test_how_much_may_change(changes, near):
    text = "".join(chr(0x4E00 + number) for number in range(100))
    other = "".join(chr(0x6E00 + number) for number in range(changes)) + text[changes:]
    assert (nearest_earlier([(1, text), (2, other)]) == {2: 1}) is near


@settings(max_examples=40)
@given(st.lists(st.text("甲乙丙丁", min_size=9, max_size=24), max_size=14))
def test_search_finds_what_comparing_every_pair_finds(stories):
    texts = list(enumerate(stories))
    assert nearest_earlier(texts) == by_comparing_all(texts)
