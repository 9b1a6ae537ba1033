"""Monthly reports: frozen figures, the same bytes twice, official documents that open, own range only."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from python_calamine import CalamineWorkbook

from accounts.enums import Role
from accounts.models import AuditEntry, Region
from fupin.lib import typeset
from fupin.lib.clock import month_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid import report_files
from grid.enums import ClosingState
from grid.models import Clock, ClosedMonth, MonthClosing, QuotaRule
from grid.queries import month_figures
from grid.queries.reports import report_of
from grid.report_blocks import document, stem
from grid.services import area_numbers, closings, months
from grid.services.area_numbers import NumberInput
from tests import factories
from tests.grid.test_months import at, handed, month_back
from tests.grid.test_months import county as county

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(people, county):
    """Last month closed: two needs handed in, one published and half paid, one clock kept and one missed."""
    month = month_back(1)
    factories.charity_account()
    handed(people, month, 3, number=1)
    with at(month, 4):
        need = factories.published_need(people)
        factories.received_pledge(factories.user("王芳"), need, people, fen=120_00)
    for day, done in ((10, 9), (12, 20)):
        Clock.objects.create(
            kind="clue_verify", object_id=day, title="线索", region_id=factories.VILLAGE, level=5, clause="第一条",
            unit="day", days=2, started_on=month, counted_from=month, left=2, due_on=month.replace(day=day),
            done_on=month.replace(day=done),
        )  # fmt: skip
    return months.close(county, month)


def region(code):
    return Region.objects.select_related("parent").get(code=code)


def test_closing_freezes_what_the_month_brought(closed):
    report = report_of(region(factories.QIDONG), closed.month)
    own = report.own
    assert (own["published"], own["matched"], own["promised"], own["received"]) == (1, 0, 120_00, 120_00)
    assert (own["due"], own["kept"], own["expected"], own["households"]) == (2, 1, 2, 2)
    assert report.kinds["education"]["published"] == 1
    assert [(row.name, row["published"]) for row in report.below] == [("洪桥镇", 1)]
    village = report_of(region(factories.VILLAGE), closed.month)
    assert (village.own["received"], [row.name for row in village.below]) == (120_00, ["村信息员"])


def test_every_level_sums_to_the_level_above(closed):
    county = report_of(region(factories.QIDONG), closed.month)
    town = report_of(region(factories.TOWN), closed.month)
    for name in county.own.numbers:
        assert county.own[name] == sum(row[name] for row in county.below), name
        assert town.own[name] == sum(row[name] for row in town.below), name
    assert report_of(region(factories.HENGYANG), closed.month).own.numbers == county.own.numbers


def test_what_happens_after_closing_changes_no_byte(people, closed):
    def made():
        paper = document(report_of(region(factories.QIDONG), closed.month))
        return [make(paper) for make in (report_files.docx, report_files.pdf, report_files.xlsx)]

    first = made()
    with at(closed.month, 6):
        factories.published_need(people)
    Region.objects.filter(code=factories.TOWN).update(name="新洪桥镇")
    closed.results.update(status="verified", verified_by=people.township)
    assert made() == first


def test_the_word_file_is_an_official_document(closed):
    paper = document(report_of(region(factories.QIDONG), closed.month))
    opened = Document(io.BytesIO(report_files.docx(paper)))
    lines = [paragraph.text for paragraph in opened.paragraphs if paragraph.text]
    month = f"{closed.month.year}年{closed.month.month}月"
    assert lines[0] == "祁东县扶贫帮管理办公室文件"
    assert lines[1] == f"祁东扶帮办〔{closed.month.year}〕{closed.month.month}号"
    assert lines[2] == f"关于祁东县{month}\n扶贫帮工作情况的报告"
    assert lines[3] == "祁东县委、县人民政府："
    headings = [line for line in lines if line[:2] in {f"{numeral}、" for numeral in "一二三四五六七"}]
    assert len(headings) == 7
    day = today()
    assert "祁东县扶贫帮管理办公室" in lines
    assert f"{day.year}年{day.month}月{day.day}日" in lines
    section = opened.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side / Mm(1)) for side in margins] == [37, 35, 28, 26]
    assert section._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")) == "579"
    assert len(opened.inline_shapes) == 3
    assert [len(table.rows) for table in opened.tables] == [2, 2, 2]
    title = next(one for one in opened.paragraphs if one.text == lines[2])
    assert title.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"


def test_the_sheets_hold_figures_that_can_be_summed(closed):
    paper = document(report_of(region(factories.QIDONG), closed.month))
    book = CalamineWorkbook.from_filelike(io.BytesIO(report_files.xlsx(paper)))
    assert book.sheet_names == ["报告", "各乡镇（街道）求助和善款", "各类求助", "各乡镇（街道）任务和补贴"]
    rows = book.get_sheet_by_name("各乡镇（街道）求助和善款").to_python()
    assert rows[2] == ["洪桥镇", 2.0, 1.0, 0.0, "0%", 120.0]


def test_a_city_names_the_counties_that_are_not_closed_yet(closed):
    report = report_of(region(factories.HENGYANG), closed.month)
    assert report.missing == ("衡南县",)
    assert "衡南县还没有结账，数字不在本月之内。" in document(report).sections[-1].sentences
    assert report_of(region(factories.HENGNAN), closed.month) is None


def test_a_report_keeps_the_target_that_held_when_its_month_was_closed(people, county):
    office, month = factories.officer(Role.CITY_OFFICE, factories.HENGYANG), month_back(1)

    def aim(actor, code, value):
        content = NumberInput("match_rate", value, month, "衡扶发〔2017〕7号")
        area_numbers.set_number(actor=actor, region=region(code), content=content)

    aim(office, factories.HENGYANG, 40)
    aim(people.county, factories.QIDONG, 50)
    months.close(county, month)
    aim(people.county, factories.QIDONG, 60)
    codes = (factories.QIDONG, factories.VILLAGE, factories.HENGYANG)
    assert [report_of(region(code), month).target for code in codes] == [50, 50, 40]


def test_a_month_closed_before_figures_were_kept_says_so(closed):
    kept = {key: value for key, value in closed.report.items() if key in {"places", "handed", "skipped"}}
    ClosedMonth.objects.update(report=kept)
    for code in (factories.QIDONG, factories.TOWN, factories.VILLAGE, factories.HENGYANG):
        report = report_of(region(code), closed.month)
        assert not report.complete
        paper = document(report)
        assert "还没有留存" in paper.sections[0].sentences[0]
        assert "对接率" not in "".join(words for part in paper.sections for words in part.sentences)
        assert report_files.docx(paper).startswith(b"PK")


def test_a_report_tells_the_visits_that_were_asked_for_and_kept(closed):
    def words():
        paper = document(report_of(region(factories.QIDONG), closed.month))
        return "".join(words for part in paper.sections for words in part.sentences)

    assert "应走访" not in words()
    closed.report["figures"][str(factories.QIDONG)] |= {"visits_due": 8, "visits_kept": 6}
    closed.save()
    assert "应走访 8 户，按期走访 6 户（75" in words()


def test_the_month_before_is_compared_only_with_the_same_counties(people, county, closed):
    assert report_of(region(factories.QIDONG), closed.month).before is None
    months.close(county, month_back(2))
    report = report_of(region(factories.QIDONG), closed.month)
    assert report.before["published"] == 0
    assert "比上月增加 1 条" in document(report).sections[0].sentences[1]


def test_reports_are_read_inside_ones_range_and_taking_one_is_recorded(people, closed, as_user):
    month = f"{closed.month:%Y-%m}"
    township = as_user(people.township)
    assert township.get(f"/office/reports/{factories.TOWN}/{month}/").status_code == 200
    assert township.get(f"/office/reports/{factories.QIDONG}/{month}/").status_code == 404
    foreign = as_user(factories.officer(Role.COUNTY_ADMIN, factories.HENGNAN))
    for code in (factories.QIDONG, factories.TOWN, factories.VILLAGE, factories.HENGYANG):
        assert foreign.get(f"/office/reports/{code}/{month}/").status_code == 404
        assert foreign.get(f"/office/reports/{code}/{month}/report.pdf").status_code == 404
    assert as_user(people.village).get(f"/office/reports/{factories.VILLAGE}/{month}/").status_code == 403
    county = as_user(people.county)
    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK")):
        answer = county.get(f"/office/reports/{factories.QIDONG}/{month}/report.{kind}")
        assert (answer.status_code, answer.content[: len(start)]) == (200, start)
    taken = AuditEntry.objects.filter(action="report.export", actor=people.county)
    assert [entry.changes["as"] for entry in taken.order_by("pk")] == ["pdf", "docx", "xlsx"]
    assert county.get(f"/office/reports/{factories.QIDONG}/{month}/report.exe").status_code == 404
    assert county.get(f"/office/reports/{factories.QIDONG}/2026-13/").status_code == 404
    assert f"/office/reports/{factories.QIDONG}/{month}/" in county.get("/office/reports/").content.decode()


def test_a_report_costs_the_same_queries_for_any_number_of_places(people, county, closed):
    place, month = region(factories.HENGYANG), closed.month
    with CaptureQueriesContext(connection) as few:
        report_of(place, month)
    other = Region.objects.get(code=factories.HENGNAN)
    ClosedMonth.objects.create(region=other, month=month, inputs_hash="0" * 64, report=closed.report)
    for back in (2, 3):
        months.close(county, month_back(back))
    with CaptureQueriesContext(connection) as many:
        report_of(place, month)
    assert len(many) == len(few) <= 5
    with CaptureQueriesContext(connection) as frozen:
        month_figures.frozen(county, month)
    assert len(frozen) == 3


def test_the_paper_has_its_pages_and_says_the_same(closed):
    paper = document(report_of(region(factories.QIDONG), closed.month))
    pages = typeset.png_pages(report_files.TEMPLATE, report_files.data(paper), ppi=40)
    assert 2 <= len(pages) <= 6


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("祁东县", "祁东"),
        ("金桥镇", "金桥"),
        ("蒸阳街道办事处", "蒸阳"),
        ("市中区", "市中"),
        ("达县", "达县"),
        ("沙井村", "沙井"),
    ],
)
def test_document_numbers_begin_with_the_place(name, short):
    assert stem(name) == short


def test_a_month_is_closed_in_the_background_and_the_asker_sees_how_far(people, county, as_user):
    browser, month = as_user(people.county), month_back(1)
    sent = {"region": county.code, "month": f"{month:%Y-%m}"}
    answer = browser.post("/office/months/close/", sent)
    job = MonthClosing.objects.get()
    assert answer["Location"] == f"/office/months/closings/{job.pk}/"
    assert not ClosedMonth.objects.exists()
    assert "正在结账" in browser.get(answer["Location"]).content.decode()
    with pytest.raises(Conflict):
        closings.start(actor=people.county, region=county, month=month)
    assert (closings.run_waiting(), closings.run_waiting()) == (1, 0)
    assert ClosedMonth.objects.get().closed_by == people.county
    assert "结账 1 个县" in browser.get(answer["Location"]).content.decode()
    foreign = as_user(factories.officer(Role.COUNTY_ADMIN, factories.HENGNAN))
    assert foreign.get(answer["Location"]).status_code == 404
    assert AuditEntry.objects.filter(action="month.ask", actor=people.county).count() == 1


def test_one_countys_failure_does_not_stop_the_others_and_is_shown(people, county, as_user):
    """The database itself refuses 衡南县's row."""
    office = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    other = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_OTHER)
    other.appointments.update(starts_on=month_back(3))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF NEW.region_id = {factories.HENGNAN} THEN RAISE 'disk full'; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON grid_closedmonth FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    rule = QuotaRule.objects.get(region=county)
    rule.pk, rule.region_id = None, factories.HENGNAN
    rule.save()
    job = closings.start(actor=office, region=region(factories.HENGYANG), month=month_back(1))
    assert job.total == 2
    assert closings.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.failures) == (ClosingState.DONE, 2, [["衡南县", closings.UNKNOWN]])
    assert ClosedMonth.objects.get().region_id == county.code
    page = as_user(office).get(f"/office/months/closings/{job.pk}/").content.decode()
    assert "没有结成 1 个" in page
    assert "衡南县" in page


def test_a_lost_worker_is_followed_by_another(people, county):
    job = closings.start(actor=people.county, region=county, month=month_back(1))
    held = MonthClosing.objects.filter(pk=job.pk)
    held.update(progress_at=now())
    assert closings.run_waiting() == 0
    held.update(progress_at=now() - closings.LEASE - timedelta(seconds=1))
    assert closings.run_waiting() == 1


def test_only_who_answers_for_the_place_closes_and_only_past_months(people, county):
    with pytest.raises(NotAllowed):
        closings.start(actor=people.township, region=county, month=month_back(1))
    with pytest.raises(InvalidInput):
        closings.start(actor=people.county, region=county, month=month_of(today()))
    with pytest.raises(NotAllowed):
        closings.start(
            actor=factories.officer(Role.CITY_OFFICE, factories.HENGYANG),
            region=region(factories.HUNAN),
            month=month_back(1),
        )
