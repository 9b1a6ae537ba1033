"""The subsidy statement: read, contested, answered, corrected in a later month, and printed for the finance office."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from python_calamine import CalamineWorkbook

from accounts.models import AuditEntry
from fupin.lib.clock import shifted
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.models import SubsidyLine
from grid.quota_enums import LineKind
from grid.services import months, quotas, subsidies
from grid.statement_text import rule_of
from needs.models import Need
from tests import factories
from tests.grid.test_months import county as county
from tests.grid.test_months import handed, month_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(people, county):
    """Half a month's pay for half the work, two months ago."""
    handed(people, month_back(2), 3, number=1)
    return months.close(county, month_back(2)).subsidies.get()


def test_rule_is_written_out_in_numbers(line):
    days = months.after(line.month) - line.month
    assert rule_of(line) == [
        "通信费补贴每月 50.00 元（武扶组办〔2018〕10号 二4），按在岗天数和完成比例发放。",
        f"{line.month.year} 年 {line.month.month} 月共 {days.days} 天，计 {days.days} 天："
        f"50.00 × {days.days} ÷ {days.days} = 50.00 元。",
        "应报 2 条，完成 1 条：50.00 × 1 ÷ 2 = 25.00 元，不足一分的舍去。",
    ]


def test_frozen_line_can_not_be_changed_or_deleted(line):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SubsidyLine.objects.filter(pk=line.pk).update(fen=5000)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SubsidyLine.objects.filter(pk=line.pk).delete()


def test_objection_is_made_once_by_the_officer_in_time(people, line):
    with pytest.raises(NotAllowed):
        subsidies.contest(actor=people.township, line=line, text="替别人提一个异议")
    with pytest.raises(InvalidInput):
        subsidies.contest(actor=people.village, line=line, text="少")
    with shifted(timedelta(days=subsidies.CONTEST_DAYS + 1)), pytest.raises(Conflict):
        subsidies.contest(actor=people.village, line=line, text="少算了一条求助")
    subsidies.contest(actor=people.village, line=line, text="少算了一条求助")
    with pytest.raises(Conflict):
        subsidies.contest(actor=people.village, line=line, text="还是少算了一条")


def test_answer_leads_to_one_correction_in_the_next_month_that_no_recount_takes_back(people, county, line):
    made = subsidies.contest(actor=people.village, line=line, text="3 号手机没有信号，有一条没有提交上")
    with pytest.raises(NotAllowed):
        subsidies.answer(actor=people.township, objection=made, text="查过记录", correction_fen=2500)
    with pytest.raises(InvalidInput):
        subsidies.answer(actor=people.county, objection=made, text="查过记录", correction_fen=2501)
    with pytest.raises(InvalidInput):
        subsidies.answer(actor=people.county, objection=made, text="查过记录", correction_fen=-2501)
    subsidies.answer(actor=people.county, objection=made, text="查过记录，属实，补发", correction_fen=2500)
    with pytest.raises(StaleState):
        subsidies.answer(actor=people.county, objection=made, text="再答复一次", correction_fen=0)
    later = months.close(county, month_back(1))
    found = later.subsidies.exclude(kind=LineKind.REGULAR).get()
    assert (found.kind, found.month, found.fen) == (LineKind.CORRECTION, line.month, 2500)
    made.refresh_from_db()
    assert made.booked_in == later
    with shifted(timedelta(days=31)):
        after = months.close(county, months.after(later.month))
    assert not after.subsidies.exclude(kind=LineKind.REGULAR).exists()
    assert AuditEntry.objects.filter(action__startswith="subsidy.").count() == 2


def test_officer_contests_and_county_answers_on_the_page(people, other_county, county, line, as_user):
    url, browser = f"/office/subsidies/{line.pk}/", as_user(people.village)
    assert "25.00" in browser.get("/office/subsidies/").content.decode()
    assert "25.00" in browser.get("/office/statements/").content.decode()
    page = browser.get(url).content.decode()
    assert "应报 2 条，完成 1 条" in page
    assert "求助之1" in page
    assert browser.post(url, {"text": "少"}).status_code == 400
    assert browser.post(url, {"text": "少算了一条求助"}).status_code == 302
    assert browser.post(url, {"text": "少算了两条求助"}).status_code == 409
    desk = as_user(people.county)
    assert "少算了一条求助" in desk.get("/office/").content.decode()
    refused = desk.post(url, {"way": "more", "amount": "", "text": "属实，补发"})
    assert refused.status_code == 400
    assert "请填更正的金额" in refused.content.decode()
    assert desk.post(url, {"way": "more", "amount": "25", "text": "属实，补发"}).status_code == 302
    assert "属实，补发" in browser.get(url).content.decode()
    assert "属实" not in as_user(other_county.county).get("/office/subsidies/objections/").content.decode()
    assert as_user(other_county.county).get(url).status_code == 404
    assert as_user(factories.officer("village_officer", factories.VILLAGE)).get(url).status_code == 404
    assert as_user(people.village).get("/office/subsidies/objections/").status_code == 403


def test_bank_statements_stay_where_they_were_for_who_settles_them(people, as_user):
    assert "我的补贴" not in as_user(people.charity).get("/office/statements/").content.decode()


def test_adjustment_shows_what_changed_since(people, county, line, as_user):
    need = handed(people, month_back(1), 3, number=7)
    quotas.exclude(actor=people.county, need=line_need(line), reason="经电话核实，这户没有申请")
    later = months.close(county, month_back(1))
    adjusted = later.subsidies.get(kind=LineKind.ADJUSTMENT)
    page = as_user(people.village).get(f"/office/subsidies/{adjusted.pk}/").content.decode()
    assert "以前发了 25.00 元，扣回 25.00 元" in page
    assert "现在不计：县级核实后不计" in page
    assert need.title not in page


def line_need(line):

    return Need.objects.get(pk=line.closed.results.get().needs[0])


def test_payment_sheet_has_every_line_and_their_sum(people, county, line, as_user):
    made = subsidies.contest(actor=people.village, line=line, text="少算了一条求助")
    subsidies.answer(actor=people.county, objection=made, text="属实，补发", correction_fen=1234)
    closed = months.close(county, month_back(1))
    sheet = as_user(people.county).get(f"/office/months/{closed.pk}/payments.xlsx").content
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    cells = [str(cell) for row in rows for cell in row]
    assert "12.34" in cells
    assert "合计 12.34 元" in cells


def test_statements_ask_as_often_for_many_months_as_for_one(
    people, county, line, as_user, django_assert_max_num_queries
):
    following = [month_back(1), month_back(0)]
    with shifted(timedelta(days=31)):
        for month in following:
            months.close(county, month)
    browser = as_user(people.village)
    with django_assert_max_num_queries(9):
        assert browser.get("/office/subsidies/").status_code == 200
