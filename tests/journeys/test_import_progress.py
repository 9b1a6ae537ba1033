"""A county's large register in the browser: progress that moves by itself, and a cancel that leaves nothing behind."""

import csv
import io

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import pages
from tests.journeys.pages import Site
from tests.needs.dirty_sheet import resident
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

HEADER = ("村", "户主姓名", "身份证号", "联系电话", "家庭人口")


@pytest.fixture
def site(chromium: Browser, demo: Stack) -> Site:
    return Site(chromium, demo.url)


def register(village: int, rows: int) -> dict[str, object]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number in range(rows):
        writer.writerow((village, "钱测试", resident(number % 45_000), f"1992{number:07d}", 3))
    return {"name": "大名单.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode("gb18030")}


def uploaded(page: Page, site: Site, village: int, rows: int) -> Page:
    page.goto(f"{site.url}/office/households/import/")
    page.locator("input[type=file]").set_input_files([register(village, rows)])
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="开始导入").click()
    return page


def test_cancel_half_way_leaves_nothing_half_done(site, demo):
    page = site.enter("county")
    village = demo.rows("SELECT region_id FROM needs_household WHERE name = '蒋桂兰'")[0][0]
    before = demo.rows("SELECT count(*) FROM needs_household")
    uploaded(page, site, village, 150_000)
    # Nobody reloads: the page asks by itself.
    expect(page.get_by_text("正在导入")).to_be_visible()
    bar = page.locator("#import-state progress")
    expect(bar).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="取消").click()
    pages.confirm(page)
    expect(page.get_by_role("heading", name="已取消")).to_be_visible()
    job = (
        "SELECT state, done_rows < total_rows, rows_file FROM needs_householdimport ORDER BY id DESC LIMIT 1"
    )
    assert demo.rows(job) == [("cancelled", True, "")]
    assert demo.rows("SELECT count(*) FROM needs_household") == before

    uploaded(page, site, village, 300)
    expect(page.get_by_role("heading", name="导入完成")).to_be_visible(timeout=60_000)
    (after,) = demo.rows("SELECT count(*) FROM needs_household")
    assert after[0] == before[0][0] + 300
