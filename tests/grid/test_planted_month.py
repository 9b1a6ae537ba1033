"""Planted months of two counties whose results were worked out by hand, in planted_month.csv and _february.csv."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Sum

from accounts.enums import ChangeKind, Role
from accounts.invariants import REGISTRY
from accounts.models import Appointment, Region
from fupin.lib.clock import today
from grid import quota_invariants
from grid.models import ClosedMonth, QuotaResult, SubsidyLine
from grid.quota_enums import Basis, LineKind, Villages
from grid.services import months, quotas, regions
from grid.services.quotas import RateInput, RuleInput
from needs.models import Need
from tests import factories
from tests.grid import planted
from tests.grid.days import on

pytestmark = pytest.mark.django_db
SEPTEMBER, FEBRUARY = date(2026, 9, 1), date(2028, 2, 1)
THREE, CARE = ["medical", "education", "housing"], ["care", "sponsorship"]
FIRST = date(2026, 7, 1)
MERGED, INTO = ("q1035", "q1036"), "q1037"


def rule(role, villages, kinds, everywhere, at_start, monthly, due_day):
    return RuleInput(role, villages, kinds, everywhere, at_start, monthly, None, due_day, FIRST, "方案")


@pytest.fixture
def staff(people, other_county):
    """The city's rules for 祁东县, and the own ones of 衡南县, whose rate changes with September."""
    village, manager = Role.VILLAGE_OFFICER, Role.TOWNSHIP_MANAGER
    city, own = (Region.objects.get(code=code) for code in (factories.HENGYANG, factories.HENGNAN))
    qidong, office = Region.objects.get(code=factories.QIDONG), factories.officer(Role.CITY_OFFICE, city.code)
    quotas.set_rule(actor=office, region=city, rule=rule(village, Villages.POOR, THREE, [], 20, 2, 25))
    quotas.set_rule(actor=office, region=city, rule=rule(manager, Villages.OTHER, THREE, CARE, 0, 10, 25))
    two = ["medical", "education"]
    for role, monthly in ((village, 3), (manager, 8)):
        content = rule(role, Villages.ALL, two, [], 0, monthly, 20)
        quotas.set_rule(actor=other_county.county, region=own, rule=content)
    rates = (
        (
            people.county,
            qidong,
            RateInput("通信费", village, 5000, Basis.WORK, FIRST, "武扶组办〔2018〕10号"),
        ),
        (other_county.county, own, RateInput("误工补贴", village, 3000, Basis.DAYS, FIRST, "县里规定")),
        (other_county.county, own, RateInput("误工补贴", village, 4500, Basis.DAYS, SEPTEMBER, "县里规定")),
        (other_county.county, own, RateInput("岗位补贴", manager, 10000, Basis.WORK, FIRST, "县里规定")),
    )
    for actor, region, rate in rates:
        made = quotas.set_rate(actor=actor, region=region, rate=rate)
        if rate.fen == 3000:
            quotas.end(actor=actor, row=made, month=date(2026, 8, 1))
    Appointment.objects.exclude(role=Role.COUNTY_ADMIN).update(starts_on=date(2026, 12, 31))
    Appointment.objects.filter(role=Role.COUNTY_ADMIN).update(starts_on=FIRST)
    return people


def plant(staff, name, month, *, merge=False):
    """The table's rows with their posts and needs; with `merge` two villages become one on the 16th."""
    rows = planted.read(name, month)
    planted.regions(rows)
    poor = {
        planted.code(row.place) for row in rows if row.place[:3] in {f"q{n:02d}" for n in (*range(1, 9), 10)}
    }
    Region.objects.filter(code__in=poor).update(tags=["poor-village"])
    writer = factories.user("其他人")
    if not merge:
        planted.posts(rows)
        planted.work(rows, writer)
        return rows
    early = [row for row in rows if row.days != "moved"]
    unmerged = [row for row in early if row.place in MERGED]
    for row in unmerged:
        row.days = ""
    planted.posts(rows)
    planted.work(early, writer)
    with on(month.replace(day=16)):
        merge_villages(staff, MERGED, INTO)
    for row in rows:
        if row.days == "moved":
            user = next(one.post.user for one in unmerged if one.person == row.person)
            row.post = Appointment.objects.get(user=user, region=planted.code(row.place))
    planted.work([row for row in rows if row.days == "moved"], writer)
    return rows


def merge_villages(staff, sources, target):
    code = planted.code(target)
    content = regions.Plan(
        kind=ChangeKind.MERGE,
        sources=[planted.code(place) for place in sources],
        target_code=code,
        target_name="新村",
        effective_on=today(),
    )
    regions.plan(actor=factories.fresh(staff.county), content=content)


def results_of(rows, month):
    """What the closed month says of each row, in the words of the table."""
    found = {row.appointment_id: row for row in QuotaResult.objects.filter(closed__month=month)}
    paid = SubsidyLine.objects.filter(closed__month=month, month=month).values_list("appointment")
    fen = dict(paid.annotate(sum=Sum("fen")))
    for row in rows:
        result = found.get(row.post.pk)
        numbers = ["-"] * 5
        if result:
            counted = (result.expected, result.submitted, result.on_time, result.confirmed)
            numbers = [*map(str, counted), "yes" if result.met else "no"]
        yield row, (*numbers, str(fen.get(row.post.pk, "-")))


def differences(rows, month):
    return [f"{row.place} {row.case}: {got}" for row, got in results_of(rows, month) if got != row.wanted]


def broken_invariants():
    ours = [check for check in REGISTRY.values() if check.check.__module__ == quota_invariants.__name__]
    assert len(ours) >= 5
    return [(check.id, *found) for check in ours for found in check.check()]


def close_all(month):
    out = StringIO()
    call_command("close_month", f"{month:%Y-%m}", stdout=out)
    return out.getvalue()


def frozen(month):
    """Every column of every row of the closed month."""
    return [
        list(ClosedMonth.objects.filter(month=month).order_by("pk").values()),
        list(QuotaResult.objects.filter(closed__month=month).order_by("pk").values()),
        list(SubsidyLine.objects.filter(closed__month=month).order_by("pk").values()),
    ]


def test_planted_month_of_two_counties_gives_what_was_worked_out_by_hand_twice_the_same(staff):
    rows = plant(staff, "planted_month.csv", SEPTEMBER, merge=True)
    with on(date(2026, 10, 12)):
        printed = close_all(SEPTEMBER)
        assert differences(rows, SEPTEMBER) == []
        assert len(rows) > 380
        before = frozen(SEPTEMBER)
        assert close_all(SEPTEMBER) == printed
        assert frozen(SEPTEMBER) == before
    assert broken_invariants() == []


def test_leap_day_counts_and_is_paid(staff):
    rows = plant(staff, "planted_february.csv", FEBRUARY)
    with on(date(2028, 3, 10)):
        close_all(FEBRUARY)
    assert differences(rows, FEBRUARY) == []


def test_village_merged_after_its_month_changes_nothing_and_late_changes_are_adjusted(staff):
    rows = plant(staff, "planted_february.csv", FEBRUARY)
    lines = SubsidyLine.objects.filter(kind=LineKind.ADJUSTMENT)
    with on(date(2028, 3, 10)):
        close_all(FEBRUARY)
    with on(date(2028, 3, 20)):
        merge_villages(staff, ("q1002", "q1005"), "q1099")
    assert Need.objects.filter(origin_region=planted.code("q1005")).exists()
    withdrawn = Need.objects.filter(region=planted.code("q1003"))
    assert withdrawn.update(status="withdrawn") == 1
    with on(date(2028, 4, 10)):
        close_all(months.after(FEBRUARY))
    post = next(row.post for row in rows if row.place == "q1003")
    assert [(line.appointment_id, line.fen, line.month) for line in lines] == [(post.pk, -2414, FEBRUARY)]
    assert broken_invariants() == []
    march = QuotaResult.objects.filter(closed__month=date(2028, 3, 1))
    new = march.filter(appointment__region=planted.code("q1099"))
    assert [row.expected for row in new] == [1, 1]
