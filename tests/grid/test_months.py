"""Closing a month: what counts, what is paid, and that a closed month stays as it is."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Appointment, AuditEntry, Region
from fupin.lib.clock import ZONE, month_of, now, shifted, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.models import ClosedMonth
from grid.quota_enums import Appraised, Basis, LineKind, Skip, Villages
from grid.services import months, quotas
from grid.services.quotas import RateInput, RuleInput
from needs.models import Need
from needs.services import drafts, review
from tests import factories

pytestmark = pytest.mark.django_db
THREE = ["medical", "education", "housing"]


def month_back(number):
    """The first day of the month so many months before this one."""
    month = month_of(today())
    for _ in range(number):
        month = month_of(month - timedelta(days=1))
    return month


def at(month, day):
    """Lets the clock stand at noon of that day of the month."""
    moment = now().astimezone(ZONE).replace(hour=12)
    return shifted(moment.replace(year=month.year, month=month.month, day=day) - now())


@pytest.fixture
def county(people):
    """祁东县 with officers since three months, a rule of two a month and 50 yuan by the work done."""
    Appointment.objects.update(starts_on=month_back(3))
    county = Region.objects.get(code=factories.QIDONG)
    rule = RuleInput(
        role=Role.VILLAGE_OFFICER, villages=Villages.ALL, kinds=THREE, kinds_everywhere=[], at_start=0, monthly=2,
        monthly_most=5, due_day=25, valid_from=month_back(3), clause="衡阳方案 三（二）",
    )  # fmt: skip
    rate = RateInput(
        name="通信费补贴", role=Role.VILLAGE_OFFICER, fen=5000, basis=Basis.WORK, valid_from=month_back(3),
        clause="武扶组办〔2018〕10号 二4",
    )  # fmt: skip
    quotas.set_rule(actor=people.county, region=county, rule=rule)
    quotas.set_rate(actor=people.county, region=county, rate=rate)
    return county


def written(people, content, household=None):
    home = household or factories.household(people.village)
    need = drafts.create_draft(actor=people.village, household=home, content=content)
    return review.submit(actor=people.village, need=need)


def handed(people, month, day, *, number=0, kind="education", household=None):
    """A need written on behalf and handed in on that day, each with a text of its own."""
    story = f"{factories.STORY}第{number}{day}户。"
    made = factories.content(title=f"求助之{number}", story=story, kind=kind)
    with at(month, day):
        return written(people, made, household)


def result_of(closed):
    return closed.results.get()


def test_counted_needs_are_those_of_the_month_that_still_stand(people, county):
    month = month_back(1)
    handed(people, month, 3, number=1)
    late = handed(people, month, 28, number=2)
    handed(people, month_back(2), 28, number=3)
    returned = handed(people, month, 4, number=4)
    review.send_back(actor=people.township, need=returned, reason="incomplete", comment="请补充材料")
    closed = months.close(county, month, actor=people.county)
    row = result_of(closed)
    assert (row.expected, row.submitted, row.on_time, row.met) == (2, 2, 1, True)
    assert late.pk in row.needs
    assert closed.report["skipped"] == {Skip.RETURNED: 1}
    assert closed.subsidies.get().fen == 5000


def test_second_need_of_a_household_and_kind_within_90_days_counts_once(people, county):
    month = month_back(1)
    first = handed(people, month, 3, number=1)
    home = first.household
    handed(people, month, 9, number=2, household=home)
    closed = months.close(county, month)
    assert result_of(closed).submitted == 1
    assert closed.report["skipped"] == {Skip.REPEATED: 1}


def test_copied_text_counts_once(people, county):
    month = month_back(1)
    for day in (3, 4):
        with at(month, day):
            written(people, factories.content())
    closed = months.close(county, month)
    assert (result_of(closed).submitted, closed.report["skipped"]) == (1, {Skip.COPIED: 1})


def test_half_the_work_pays_half_and_a_zero_report_pays_all(people, county):
    month = month_back(2)
    handed(people, month, 3, number=1)
    assert months.close(county, month).subsidies.get().fen == 2500
    month = month_back(1)
    post = people.village.appointments.get()
    quotas.sign_zero(actor=people.village, post=post, month=month, reason="走访了三十户，没有新的困难")
    closed = months.close(county, month)
    row = result_of(closed)
    assert (row.submitted, row.met, closed.subsidies.get(kind=LineKind.REGULAR).fen) == (0, True, 5000)


def test_closing_again_gives_the_same_row_and_the_command_the_same_bytes(people, county):
    month = month_back(1)
    handed(people, month, 3, number=1)

    def printed():
        out = StringIO()
        call_command("close_month", f"{month:%Y-%m}", "--region", str(county.code), stdout=out)
        return out.getvalue()

    first = printed()
    assert "计数 1，补贴 25.00 元" in first
    handed(people, month, 5, number=2)
    assert printed() == first
    assert ClosedMonth.objects.count() == 1


def test_what_changes_after_closing_is_paid_or_taken_back_in_the_next_month(people, county):
    month = month_back(2)
    need = handed(people, month, 3, number=1)
    closed = months.close(county, month)
    lines = list(closed.subsidies.values_list("fen", flat=True))
    quotas.exclude(actor=people.county, need=need, reason="经电话核实，这户没有申请")
    later = months.close(county, month_back(1))
    assert list(closed.subsidies.values_list("fen", flat=True)) == lines == [2500]
    adjusted = later.subsidies.get(kind=LineKind.ADJUSTMENT)
    assert (adjusted.month, adjusted.fen, adjusted.done) == (month, -2500, 0)


def test_officer_replaced_in_the_middle_shares_one_whole_with_the_successor(people, county):
    month = month_back(1)
    with at(month, 16):
        old = people.village.appointments.get()
        Appointment.objects.filter(pk=old.pk).update(ended_at=now(), ended_by=people.county)
    successor = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    Appointment.objects.filter(user=successor).update(starts_on=month.replace(day=16))
    for person in (people.village, successor):
        for post in person.appointments.all():
            quotas.sign_zero(actor=person, post=post, month=month, reason="走访了三十户，没有新的困难")
    closed = months.close(county, month)
    lines = closed.subsidies.order_by("appointment_id")
    assert sum(line.fen for line in lines) == 5000
    assert [line.days for line in lines] == [15, (month_of(month + timedelta(31)) - month).days - 15]


def test_month_that_is_not_over_is_not_closed(people, county):
    with pytest.raises(InvalidInput):
        months.close(county, month_of(today()))


def test_only_the_county_closes_its_month(people, other_county, county):
    for person in (people.village, people.township, other_county.county):
        with pytest.raises(NotAllowed):
            months.close(county, month_back(1), actor=person)


def test_beat_closes_the_missed_months_in_order_and_once(people, county):
    day = months.closes_on(county, month_back(1))
    with shifted(timedelta(days=max(0, (day - today()).days))):
        assert months.close_due() == 3
        assert months.close_due() == 0
    closed = ClosedMonth.objects.order_by("id").values_list("month", flat=True)
    assert list(closed) == [month_back(3), month_back(2), month_back(1)]
    assert AuditEntry.objects.filter(action="month.close", actor=None).count() == 3


def test_failure_of_one_county_stops_no_other(people, other_county, county, monkeypatch):
    quotas.set_rate(
        actor=other_county.county,
        region=Region.objects.get(code=factories.HENGNAN),
        rate=RateInput("误工补贴", Role.VILLAGE_OFFICER, 3000, Basis.DAYS, month_back(1), "县里规定"),
    )
    whole = months.count

    def broken(where, month, poor=None):
        if where.code == factories.HENGNAN:
            raise RuntimeError("a county whose records are broken")
        return whole(where, month, poor)

    monkeypatch.setattr(months, "count", broken)
    with shifted(timedelta(days=max(0, (months.closes_on(county, month_back(1)) - today()).days))):
        assert months.close_due() == 3
    assert set(ClosedMonth.objects.values_list("region_id", flat=True)) == {factories.QIDONG}


def test_command_names_what_it_cannot_do(people, county):
    with pytest.raises(CommandError, match="written like"):
        call_command("close_month", "2026-13")
    with pytest.raises(CommandError, match="no region"):
        call_command("close_month", "2026-10", "--region", "1")
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("close_month", f"{today():%Y-%m}", "--region", str(county.code), stderr=StringIO())


def test_counting_asks_as_often_for_many_as_for_one(people, county):
    month = month_back(1)
    handed(people, month, 3, number=1)
    with CaptureQueriesContext(connection) as one:
        months.count(county, month)
    for number in range(2, 6):
        handed(people, month, 4, number=number)
    with CaptureQueriesContext(connection) as many:
        months.count(county, month)
    assert len(one) == len(many) <= 9


def test_zero_report_is_signed_by_the_holder_before_the_month_is_closed(people, county):
    post = people.village.appointments.get()
    with pytest.raises(NotAllowed):
        quotas.sign_zero(actor=people.township, post=post, month=month_back(1), reason="没有新的困难")
    with pytest.raises(InvalidInput):
        quotas.sign_zero(actor=people.village, post=post, month=month_back(1), reason="无")
    with pytest.raises(InvalidInput):
        quotas.sign_zero(
            actor=people.village,
            post=post,
            month=month_of(today() + timedelta(days=40)),
            reason="没有新的困难",
        )
    months.close(county, month_back(1))
    with pytest.raises(InvalidInput, match="已经结账"):
        quotas.sign_zero(actor=people.village, post=post, month=month_back(1), reason="没有新的困难")


def test_result_goes_from_village_over_township_to_county_by_three_people(people, county):
    result = result_of(months.close(county, month_back(1)))
    with pytest.raises(StaleState):
        quotas.decide(actor=people.county, result=result)
    with pytest.raises(NotAllowed):
        quotas.verify(actor=people.village, result=result)
    quotas.verify(actor=people.township, result=result, note="情况属实")
    quotas.object_to(actor=people.village, result=result, note="有一条是系统故障没有提交")
    with pytest.raises(InvalidInput):
        quotas.decide(actor=people.county, result=result)
    done = quotas.decide(actor=people.county, result=result, note="查过记录，下月补计")
    assert done.status == Appraised.DECIDED
    with pytest.raises(StaleState):
        quotas.object_to(actor=people.village, result=result, note="还是不同意这个结果")
    assert list(AuditEntry.objects.filter(action__startswith="quota.").values_list("action", flat=True))[-3:] == [
        "quota.verify", "quota.object", "quota.decide",
    ]  # fmt: skip


def test_rule_starts_after_the_last_closed_month(people, county):
    months.close(county, month_back(1))
    rate = RateInput("误工补贴", Role.TOWNSHIP_MANAGER, 3000, Basis.DAYS, month_back(1), "县里规定")
    with pytest.raises(InvalidInput):
        quotas.set_rate(actor=people.county, region=county, rate=rate)


def test_poor_villages_are_marked_by_the_county(people, county):
    assert quotas.mark_poor(actor=people.county, county=county, villages={factories.VILLAGE}) == 1
    assert quotas.mark_poor(actor=people.county, county=county, villages={factories.VILLAGE}) == 0
    with pytest.raises(NotAllowed):
        quotas.mark_poor(actor=people.township, county=county, villages=set())


def test_own_need_is_excluded_by_somebody_else(people, county):
    need = Need.objects.get(pk=handed(people, month_back(1), 3, number=1).pk)
    Need.objects.filter(pk=need.pk).update(created_by=people.county)
    need.refresh_from_db()
    with pytest.raises(Conflict):
        quotas.exclude(actor=people.county, need=need, reason="这条是我自己写的")


def test_month_edge_is_midnight_in_china(people, county):
    need = handed(people, month_back(2), 20, number=1)
    edge = month_back(1)
    midnight = (
        now()
        .astimezone(ZONE)
        .replace(year=edge.year, month=edge.month, day=1, hour=0, minute=0, second=0, microsecond=0)
    )
    Need.objects.filter(pk=need.pk).update(submitted_at=midnight - timedelta(microseconds=1))
    assert len(months.count(county, month_back(2)).handed) == 1
    Need.objects.filter(pk=need.pk).update(submitted_at=midnight)
    assert len(months.count(county, month_back(2)).handed) == 0
    assert len(months.count(county, edge).handed) == 1
