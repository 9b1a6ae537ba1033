"""What a month asks and pays, against values worked out by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin.lib.money import split_fen
from grid.counting import Handed, Post, Rate, Rule, by_days, days_in, duty_days, shares, tallies
from grid.quota_enums import Basis, Skip, Villages

MONTH = date(2026, 11, 1)
VILLAGE, OTHER_VILLAGE = 430426101201, 430426101202
TOWN = 430426101000
THREE = frozenset({"medical", "education", "housing"})
POOR_RULE = Rule(1, "village_officer", Villages.POOR, THREE, frozenset(), 20, 2, 25, date(2026, 9, 1))
TOWN_RULE = Rule(
    2, "township_manager", Villages.OTHER, THREE, frozenset({"care"}), 0, 10, 25, date(2026, 9, 1)
)
RATE = Rate(1, "village_officer", 5000, Basis.DAYS)


def post(pk=1, user=1, code=VILLAGE, first=date(2026, 1, 1), last=None, role="village_officer"):
    high = code + 999 if role == "township_manager" else code
    return Post(pk, user, role, code, high, first, last)


def handed(
    pk=1, *, region=VILLAGE, kind="medical", day=date(2026, 11, 10), officer=1, skip="", confirmed=False
):
    return Handed(pk, region, kind, day, officer, skip, confirmed)


def count(posts, needs, *, rules=(POOR_RULE, TOWN_RULE), started=None, zero=(), poor=(VILLAGE,), month=MONTH):
    known = {("village_officer", VILLAGE): date(2026, 1, 1)} if started is None else started
    return tallies(
        month,
        posts=posts,
        rules=rules,
        handed=needs,
        poor=frozenset(poor),
        started=known,
        zero=frozenset(zero),
    )


def summary(rows):
    return [
        (row.post.pk, row.rule.pk, row.expected, row.submitted, row.on_time, row.confirmed) for row in rows
    ]


def test_village_officer_of_a_poor_village_is_asked_for_two_a_month():
    rows, skipped = count([post()], [handed(1), handed(2, day=date(2026, 11, 26), confirmed=True)])
    assert summary(rows) == [(1, 1, 2, 2, 1, 1)]
    assert skipped == {}


def test_first_month_asks_for_the_start_and_only_that_month():
    first = date(2026, 9, 1)
    known = {("village_officer", VILLAGE): first}
    rows, _ = count([post(first=first)], [], started=known, month=first)
    assert rows[0].expected == 20
    rows, _ = count([post(first=first)], [], started=known, month=date(2026, 10, 1))
    assert rows[0].expected == 2


def test_successor_of_a_village_that_started_long_ago_is_not_asked_for_the_start_again():
    rows, _ = count([post(first=date(2026, 11, 1))], [])
    assert rows[0].expected == 2


@pytest.mark.parametrize(
    ("number", "days", "wanted"), [(2, 30, 2), (2, 15, 1), (2, 7, 0), (2, 8, 1), (10, 29, 10), (20, 1, 1)]
)
def test_part_of_a_month_asks_for_its_part_with_halves_rounded_up(number, days, wanted):
    assert by_days(number, days, MONTH) == wanted


def test_month_in_which_somebody_follows_is_divided_by_days_on_duty():
    leaver = post(1, 1, last=date(2026, 11, 9))
    successor = post(2, 2, first=date(2026, 11, 10))
    rows, _ = count(
        [leaver, successor],
        [handed(1, day=date(2026, 11, 9)), handed(2, day=date(2026, 11, 10), officer=2)],
    )
    assert summary(rows) == [(1, 1, 1, 1, 1, 0), (2, 1, 1, 1, 1, 0)]


def test_need_from_a_day_without_the_post_counts_for_nobody():
    _, skipped = count([post(last=date(2026, 11, 9))], [handed(1, day=date(2026, 11, 10))])
    assert skipped == {1: Skip.NO_POST}


def test_returned_withdrawn_repeated_and_copied_needs_do_not_count():
    reasons = (Skip.RETURNED, Skip.WITHDRAWN, Skip.REPEATED, Skip.COPIED, Skip.EXCLUDED)
    rows, skipped = count([post()], [handed(number, skip=skip) for number, skip in enumerate(reasons)])
    assert rows[0].submitted == 0
    assert list(skipped.values()) == list(reasons)


def test_kind_that_the_rule_does_not_ask_for_does_not_count():
    rows, skipped = count([post()], [handed(1, kind="produce")])
    assert (rows[0].submitted, skipped) == (0, {1: Skip.NOT_ASKED})


def test_officer_of_another_village_is_not_asked_for_the_poor_villages_number():
    rows, _ = count([post(code=OTHER_VILLAGE)], [])
    assert rows == []


def test_township_manager_answers_for_other_villages_and_for_care_in_every_village():
    manager = post(7, 7, TOWN, role="township_manager")
    rows, skipped = count(
        [manager],
        [
            handed(1, region=OTHER_VILLAGE, officer=7),
            handed(2, region=VILLAGE, officer=7),
            handed(3, region=VILLAGE, kind="care", officer=7),
        ],
    )
    assert summary(rows) == [(7, 2, 10, 2, 2, 0)]
    assert skipped == {2: Skip.NOT_ASKED}


def test_zero_report_is_known_to_its_post_alone():
    rows, _ = count([post(), post(2, 2, OTHER_VILLAGE)], [], zero=(1,), poor=(VILLAGE, OTHER_VILLAGE))
    assert [row.zero_report for row in rows] == [True, False]


def paid(posts, *, work=None, rates=(RATE,), month=MONTH):
    return [
        (share.post, share.days, share.base, share.fen)
        for share in shares(month, posts=posts, rates=rates, work=work or {})
    ]


def test_whole_month_pays_the_whole_rate():
    assert paid([post()]) == [(1, 30, 5000, 5000)]


def test_leap_day_belongs_to_its_month():
    assert paid([post(last=date(2028, 2, 28))], month=date(2028, 2, 1)) == [(1, 28, 4828, 4828)]


def test_two_who_follow_one_another_share_one_whole_to_the_fen():
    rows = paid([post(1, 1, last=date(2026, 11, 10)), post(2, 2, first=date(2026, 11, 11))])
    assert rows == [(1, 10, 1667, 1667), (2, 20, 3333, 3333)]


def test_person_with_two_villages_is_paid_once():
    assert paid([post(1, 1), post(2, 1, OTHER_VILLAGE)]) == [(1, 30, 5000, 5000)]


def test_two_who_serve_side_by_side_are_both_paid():
    assert paid([post(1, 1), post(2, 2)]) == [(1, 30, 5000, 5000), (2, 30, 5000, 5000)]


def test_rate_by_work_pays_the_share_that_was_done_and_the_whole_for_a_zero_report():
    rate = Rate(1, "village_officer", 5000, Basis.WORK)
    assert paid([post()], rates=[rate], work={1: (3, 1, False)}) == [(1, 30, 5000, 1666)]
    assert paid([post()], rates=[rate], work={1: (3, 5, False)}) == [(1, 30, 5000, 5000)]
    assert paid([post()], rates=[rate], work={1: (3, 0, True)}) == [(1, 30, 5000, 5000)]


def test_rate_by_work_looks_at_all_villages_of_a_person():
    rate = Rate(1, "village_officer", 5000, Basis.WORK)
    posts = [post(1, 1), post(2, 1, OTHER_VILLAGE)]
    assert paid(posts, rates=[rate], work={1: (2, 4, False), 2: (2, 1, False)}) == [(1, 30, 5000, 3750)]


@given(
    st.integers(0, 10**7),
    st.lists(st.integers(0, 31), min_size=1, max_size=6).filter(lambda weights: sum(weights) > 0),
)
def test_shares_always_sum_to_the_whole(total, weights):
    parts = split_fen(total, weights)
    assert sum(parts) == total
    assert all(
        abs(part * sum(weights) - total * weight) < sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )


@given(st.dates(date(2016, 1, 1), date(2040, 12, 31)), st.dates(date(2016, 1, 1), date(2040, 12, 31)))
def test_days_on_duty_over_all_months_are_the_days_of_the_post(first, last):
    held = post(first=first, last=last)
    month, total = first.replace(day=1), 0
    while month <= last:
        total += len(duty_days(held, month))
        month += timedelta(days=days_in(month))
    assert total == max(0, (last - first).days + 1)
