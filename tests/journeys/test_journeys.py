"""One need from the village yard to a donor's certificate, on a phone, through every hand."""

import pytest
from playwright.sync_api import Browser, Page, expect

from fupin.lib.clock import today
from tests.journeys import pages
from tests.journeys.pages import Site
from tests.stack import Stack, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.stack]

HOUSEHOLD = "蒋桂兰"
CITY = "衡阳市"


@pytest.fixture
def site(chromium: Browser, demo: Stack) -> Site:
    return Site(chromium, demo.url)


def publish(site: Site, title: str, kind: str, **wanted: object) -> None:
    """Village posts, township checks, county approves."""
    pages.write_need(site.enter("village"), HOUSEHOLD, title, kind, **wanted)  # type: ignore[arg-type]
    pages.decide(site.enter("township"), title, "检查通过", "电话问过，情况属实")
    pages.decide(site.enter("county"), title, "审批发布")


def household_confirms(site: Site, gift: str) -> None:
    page = site.enter("household")
    page.get_by_role("link", name=gift).first.click()
    page.get_by_text("完好收到").click()
    page.get_by_role("button", name="确认收到").click()
    pages.confirm(page)
    expect(page.get_by_text("受助方已确认").first).to_be_visible()


def open_certificate(page: Page, pledge_url: str) -> None:
    """The worker issues it; its QR code leads to the check page, which says that it is genuine."""

    def issued() -> bool:
        page.goto(pledge_url)
        return page.get_by_role("link", name="图片").count() > 0

    wait_for("the certificate", issued)
    page.goto(pages.qr_address(page))
    expect(page.get_by_text("证书有效").first).to_be_visible()
    expect(page.get_by_text("不是公益事业捐赠票据")).to_be_visible()
    expect(page.get_by_text("蒋**").first).to_be_visible()
    assert HOUSEHOLD not in page.content()


def test_money_goes_from_the_village_yard_to_a_certificate_opened_by_its_qr_code(site, demo):
    title = "初三孩子这学期的住宿费"
    publish(site, title, "教育", money="600")
    donor = site.enter("donor")
    pages.find_need(donor, site.url, CITY, "教育", title)
    donor.get_by_role("link", name="帮助TA").click()
    donor.get_by_label("我想捐").fill("600")
    donor.get_by_role("button", name="我愿意帮助").click()
    expect(donor.get_by_role("button", name="我已转账")).to_be_visible()
    pledge_url = donor.url
    donor.get_by_role("button", name="我已转账").click()
    expect(donor.get_by_text("已转账，待慈善会确认").first).to_be_visible()

    charity = site.enter("charity")
    reference = demo.rows("SELECT reference FROM donors_pledge ORDER BY id DESC LIMIT 1")[0][0]
    charity.get_by_label("转账编号").fill(reference)
    charity.get_by_role("button", name="按编号查找").click()
    charity.get_by_role("button", name="确认到账").click()
    pages.confirm(charity)
    expect(charity.get_by_text("慈善会已收到").first).to_be_visible()

    household_confirms(site, "善款 600 元")
    open_certificate(donor, pledge_url)


def test_goods_by_courier_reach_the_household_and_a_certificate_follows(site):
    title = "住校要用的厚棉被"
    publish(site, title, "住房", goods=("厚棉被", "床", "2"))
    donor = site.enter("donor")
    pages.find_need(donor, site.url, CITY, "住房", title)
    donor.get_by_role("link", name="帮助TA").click()
    donor.get_by_label("厚棉被（床）").fill("2")
    donor.get_by_role("button", name="我愿意帮助").click()
    donor.get_by_label("快递公司").select_option(label="中通快递")
    donor.get_by_role("textbox", name="快递单号").fill("75820261122001")
    donor.get_by_role("button", name="我已寄出").click()
    expect(donor.get_by_text("75820261122001").first).to_be_visible()
    # The form with pictures is sent by script: its page stays until the answer is there.
    pledge_url = donor.url

    household_confirms(site, "厚棉被 2")
    open_certificate(donor, pledge_url)


def test_service_is_offered_confirmed_and_booked_in_the_time_bank(site):
    title = "老人家里要人帮着打扫"
    publish(site, title, "志愿服务", service=True)
    donor = site.enter("donor")
    donor.add_init_script(pages.COUNT_TAPS)
    pages.find_need(donor, site.url, CITY, "志愿服务", title)
    donor.get_by_role("link", name="帮助TA").click()
    donor.get_by_role("textbox", name="大约几小时").fill("4")
    donor.get_by_label("哪一天").fill(today().isoformat())
    donor.get_by_role("button", name="我愿意帮助").click()
    expect(donor.get_by_role("heading", name="志愿服务 4 小时")).to_be_visible()
    assert pages.taps(donor) < 12
    pledge_url = donor.url

    page = site.enter("household")
    page.get_by_role("link", name="志愿服务 4 小时").first.click()
    page.get_by_text("完好收到").click()
    page.get_by_role("textbox", name="实际服务几小时").fill("5")
    page.get_by_role("button", name="确认服务完成").click()
    pages.confirm(page)
    expect(page.get_by_text("受助方已确认").first).to_be_visible()

    open_certificate(donor, pledge_url)
    donor.goto(f"{site.url}/me/hours/")
    row = donor.get_by_role("row").filter(has_text=title)
    expect(row.get_by_text("5 小时")).to_be_visible()


def test_after_the_journeys_every_invariant_holds(demo):
    demo.manage("audit", "--fast")
