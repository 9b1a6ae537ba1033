"""Helping several in one go, and one household for a term, on a phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import pages
from tests.journeys.pages import Site
from tests.journeys.test_journeys import CITY, publish
from tests.stack import Stack, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest.fixture
def site(chromium: Browser, demo: Stack) -> Site:
    return Site(chromium, demo.url)


def take_along(page: Page, site: Site, kind: str, title: str) -> None:
    pages.find_need(page, site.url, CITY, kind, title)
    page.get_by_role("button", name="加入清单，几家一起帮").click()
    expect(page.get_by_role("link", name="已在清单里")).to_be_visible()


def test_list_helps_two_at_once_and_says_which_one_came_too_late(site, demo):
    late, open_ = "孩子的校车费和午餐费", "冬天添一个取暖炉"
    publish(site, late, "教育", money="300")
    publish(site, open_, "其他", money="400")
    donor = site.enter("donor")
    take_along(donor, site, "教育", late)
    take_along(donor, site, "其他", open_)
    donor.get_by_role("link", name="清单 2").click()
    expect(donor.get_by_role("heading", name=late)).to_be_visible()

    faster = site.enter("organisation")
    pages.find_need(faster, site.url, CITY, "教育", late)
    faster.get_by_role("link", name="帮助TA").click()
    faster.get_by_label("我想捐").fill("250")
    faster.get_by_role("button", name="我愿意帮助").click()
    expect(faster.get_by_text("已认领").first).to_be_visible()

    first, second = donor.get_by_label("我想捐").all()
    first.fill("100")
    second.fill("400")
    donor.get_by_role("button", name="一起提交").click()
    expect(donor.get_by_role("heading", name="没办成的 1 份")).to_be_visible()
    expect(donor.get_by_text("现在还差 50 元")).to_be_visible()
    expect(donor.get_by_role("heading", name="办成的 1 份", exact=True)).to_be_visible()
    donor.get_by_role("button", name="我已转账 ¥400").click()
    donor.get_by_role("link", name="回清单改一改").click()
    expect(donor.get_by_label("我想捐")).to_have_value("100")
    donor.get_by_label("我想捐").fill("50")
    donor.get_by_role("button", name="一起提交").click()
    expect(donor.get_by_role("heading", name="办成的 1 份", exact=True)).to_be_visible()
    assert donor.get_by_text("没办成").count() == 0


def test_pairing_goes_from_the_offer_to_the_first_instalment(site, demo):
    title = "孩子一年的生活费想请人帮一把"
    publish(site, title, "教育", money="1200")
    donor = site.enter("donor")
    pages.find_need(donor, site.url, CITY, "教育", title)
    donor.get_by_role("link", name="结对帮扶").click()
    donor.get_by_label("半年（6 个月）").check(force=True)
    donor.get_by_label("每期金额").fill("200")
    donor.get_by_role("button", name="申请结对").click()
    expect(donor.get_by_text("等乡镇审核").first).to_be_visible()
    address = donor.url

    township = site.enter("township")
    township.goto(f"{site.url}/office/adoptions/?state=asked")
    township.get_by_role("link", name=title).click()
    township.get_by_role("button", name="同意结对").click()
    expect(township.get_by_text("等受助家庭答复").first).to_be_visible()

    household = site.enter("household")
    household.goto(address)
    expect(household.get_by_text("一位爱心人士")).to_be_visible()
    household.get_by_role("button", name="愿意结对", exact=True).click()
    expect(household.get_by_text("结对中").first).to_be_visible()

    def made() -> bool:
        donor.goto(address)
        return donor.get_by_role("link", name="第 1 期").count() > 0

    wait_for("the first instalment", made)
    donor.get_by_role("link", name="第 1 期").click()
    expect(donor.get_by_text("转账附言").first).to_be_visible()


def test_after_the_journeys_every_invariant_holds(demo):
    demo.manage("audit", "--fast")
