"""Yearly summaries: sums of the closed months by hand, the same bytes twice, own range only (REQUIREMENTS 11, 59)."""

import io
from datetime import date

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from accounts.models import AuditEntry, Region
from grid import report_files, year_blocks
from grid.models import ClosedMonth
from grid.queries.year_reports import year_of, years_of
from tests import factories

pytestmark = pytest.mark.django_db
URL = f"/office/reports/{factories.QIDONG}/year/2025/"


def closed(people, county, month, **numbers):
    """A month as it would have been frozen, with the same numbers for county, township and village."""
    quota = {"posts": 2, "met": 1, "expected": 4, "submitted": 3, "on_time": 2, "confirmed": 1}
    codes = (county, county + 100_000, county + 100_001)
    return ClosedMonth.objects.create(
        region_id=county,
        month=date(2025, month, 1),
        inputs_hash=f"{month:064x}",
        report={
            "places": {str(code): quota for code in codes},
            "figures": {str(code): numbers for code in codes},
            "kinds": {str(code): {"education": {"published": numbers["published"]}} for code in codes},
            "names": {str(codes[0]): "祁东县", str(codes[1]): "洪桥镇", str(codes[2]): "第一村"},
            "targets": {str(county): 40},
            "handed": 3,
            "skipped": {},
        },
    )


@pytest.fixture
def year(people):
    common = {"promised": 100_00, "received": 80_00, "due": 5, "kept": 4}
    closed(people, factories.QIDONG, 3, households=50, published=10, matched=5, **common)
    closed(people, factories.QIDONG, 4, households=60, published=6, matched=1, **common)
    closed(people, factories.QIDONG, 6, households=55, published=4, matched=2, **common)


def region(code):
    return Region.objects.select_related("parent").get(code=code)


@pytest.mark.parametrize("code", [factories.HENGYANG, factories.QIDONG])
def test_flows_are_summed_and_stocks_are_those_of_the_last_month(year, code):
    found = year_of(region(code), 2025)
    own = found.report.own
    assert (own["published"], own["matched"], own["households"]) == (20, 8, 55)
    assert (own["received"], own["due"], own["kept"]) == (240_00, 15, 12)
    assert (own["posts"], own["expected"], own["submitted"], own["confirmed"]) == (6, 12, 9, 3)
    assert [(month.month, line["published"]) for month, line in found.months] == [(3, 10), (4, 6), (6, 4)]
    assert found.report.kinds["education"]["published"] == 20
    assert {(row["published"], row["households"]) for row in found.report.below} == {(20, 55)}


def test_only_months_of_that_year_and_region_count(year, people):
    row = ClosedMonth.objects.get(month=date(2025, 3, 1))
    ClosedMonth.objects.create(
        region=row.region, month=date(2024, 12, 1), inputs_hash="0" * 64, report=row.report
    )
    ClosedMonth.objects.create(
        region_id=factories.HENGNAN, month=date(2025, 3, 1), inputs_hash="0" * 64, report=row.report
    )
    assert year_of(region(factories.QIDONG), 2025).report.own["published"] == 20
    assert years_of(region(factories.QIDONG)) == [2025, 2024]
    assert year_of(region(factories.QIDONG), 2023) is None


def test_the_document_says_the_year_in_the_official_order(year):
    paper = year_blocks.document(year_of(region(factories.QIDONG), 2025))
    assert paper.title == "关于祁东县2025年扶贫帮工作完成情况的报告"
    assert paper.number == "祁东扶帮办〔2025〕13号"
    assert paper.sections[0].heading == "一、总体情况"
    said = "".join(sentence for section in paper.sections for sentence in section.sentences)
    assert "3、4、6 月结账记录之和" in paper.lead
    assert "全年公开求助 20 条，已对接 8 条，对接率 40%，达到 40% 的目标" in said
    assert "按时办结 12 件（80%），超过时限 3 件" in said
    months = next(
        table for section in paper.sections for table in section.tables if "各月求助" in table.caption
    )
    assert [row[:3] for row in months.rows] == [
        ("3月", "50", "10"),
        ("4月", "60", "6"),
        ("6月", "55", "4"),
    ]


def test_files_open_hold_the_months_and_are_the_same_bytes_twice(year):
    def made(kind):
        return getattr(report_files, kind)(year_blocks.document(year_of(region(factories.QIDONG), 2025)))

    for kind in ("docx", "xlsx", "pdf"):
        assert made(kind) == made(kind)
    assert made("pdf").startswith(b"%PDF")
    text = "\n".join(one.text for one in Document(io.BytesIO(made("docx"))).paragraphs)
    assert "祁东县人民政府" not in text
    assert "2025年" in text
    book = CalamineWorkbook.from_filelike(io.BytesIO(made("xlsx")))
    assert "各月求助和善款" in book.sheet_names
    assert book.get_sheet_by_name("各月求助和善款").to_python()[2][2] == 10


def test_page_and_files_are_for_whoever_reads_the_figures(
    year, people, other_county, as_user, django_assert_max_num_queries
):
    browser = as_user(people.county)
    with django_assert_max_num_queries(24):
        page = browser.get(URL).content.decode()
    assert "附表" in page
    assert "2025 年报" in browser.get(f"/office/reports/?region={factories.QIDONG}").content.decode()
    for kind in ("pdf", "docx", "xlsx"):
        assert browser.get(f"{URL}report.{kind}").status_code == 200
    assert [entry.changes["month"] for entry in AuditEntry.objects.filter(action="report.export")] == [
        "2025"
    ] * 3
    assert as_user(people.township).get(URL).status_code == 404
    town = f"/office/reports/{factories.TOWN}/year/2025/"
    assert as_user(people.township).get(town).status_code == 200
    assert as_user(other_county.county).get(URL).status_code == 404
    for bad in (
        f"/office/reports/{factories.QIDONG}/year/2023/",
        f"{URL}report.csv",
        "/office/reports/1/year/2025/",
    ):
        assert browser.get(bad).status_code == 404
