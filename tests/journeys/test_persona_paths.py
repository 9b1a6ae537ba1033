"""Each persona's work with the signal lost and the browser closed in the middle: nothing lost, nothing doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import pages
from tests.journeys.conftest import ARGUMENTS
from tests.journeys.pages import Site
from tests.journeys.phone import DRAFT, Phone, kept, offline_bar, remembered, state
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

HOUSEHOLD = "蒋桂兰"
STORY = "学校离家二十多里，孩子这学期开始住校。家里刚办完老人的后事，手头紧，希望有人搭一把手。"


@pytest.fixture
def site(chromium: Browser, demo: Stack) -> Site:
    return Site(chromium, demo.url)


@pytest.fixture
def phone(chromium: Browser, demo: Stack, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(chromium.browser_type, demo.url, tmp_path / "phone", ARGUMENTS)
    yield made
    made.scrap()


def fill_need(page: Page, title: str) -> None:
    page.get_by_label("标题").fill(title)
    pages.choose_kind(page, "教育")
    page.get_by_label("困难和需要").fill(STORY)
    page.get_by_text("资金", exact=True).click()
    page.get_by_label("需要多少资金").fill("600")


def opened(page: Page, site: Site, title: str) -> str:
    """Open a need from the office's list; its address."""
    page.goto(f"{site.url}/office/needs/")
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    kept(page)
    return page.url


def decide_without_signal(page: Page, button: str, confirm: bool = False) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    if confirm:
        pages.confirm(page)
    expect(page.locator(".outbox__state").first).to_contain_text("等待信号")


def reviews(demo: Stack, title: str, action: str) -> int:
    return demo.rows(
        "SELECT count(*) FROM needs_needreview r JOIN needs_need n ON n.id = r.need_id"
        f" WHERE n.title = '{title}' AND r.action = '{action}'"
    )[0][0]


def statuses(demo: Stack, title: str) -> list[str]:
    return [status for (status,) in demo.rows(f"SELECT status FROM needs_need WHERE title = '{title}'")]


def test_village_officer_registers_a_household_and_writes_for_it(site, demo, phone):
    page = phone.enter("village")
    page.goto(f"{site.url}/office/households/new/")
    kept(page)
    phone.lose_signal()
    page.get_by_label("户主姓名").fill("周断线")
    remembered(page, "周断线")

    page = phone.again(signal=False)
    page.goto(f"{site.url}/office/households/new/")
    offline_bar(page)
    expect(page.get_by_label("户主姓名")).to_have_value("周断线")
    page.get_by_label("主要困难原因").select_option(index=1)
    page.get_by_text("纸质签字").click()
    page.get_by_label("已向这户人家读过").check()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(state(page, "周断线")).to_contain_text("等待信号")

    page = phone.outbox(phone.again(signal=True))
    expect(state(page, "周断线")).to_contain_text("已送达")
    (home,) = demo.rows("SELECT id FROM needs_household WHERE name = '周断线'")
    title = "断线时写的住宿费"
    page.goto(f"{site.url}/office/needs/new/?household={home[0]}")
    phone.lose_signal()
    fill_need(page, title)
    page.get_by_role("button", name="核实并提交").click()
    expect(state(page, title)).to_contain_text("等待信号")
    page = phone.outbox(phone.again(signal=True))
    expect(state(page, title)).to_contain_text("已送达")
    assert statuses(demo, title) == ["verified"]


def test_township_officer_checks_between_two_villages(site, demo, phone):
    title = "路上检查的住宿费"
    pages.write_need(site.enter("village"), HOUSEHOLD, title, "教育", money="600")
    page = phone.enter("township")
    url = opened(page, site, title)
    phone.lose_signal()
    page.get_by_label("意见").fill("入户看过，情况属实")
    remembered(page, "入户看过")

    page = phone.again(signal=False)
    page.goto(url)
    offline_bar(page)
    expect(page.get_by_label("意见")).to_have_value("入户看过，情况属实")
    decide_without_signal(page, "检查通过")

    page = phone.outbox(phone.again(signal=True))
    expect(state(page, title)).to_contain_text("已送达")
    page.reload()
    assert statuses(demo, title) == ["checked"]
    assert reviews(demo, title, "check") == 1


def test_change_report_is_written_in_one_village_and_decided_in_another(site, demo, phone):
    reason = "入户时发现家里没有人登记，老人独居，情况属实"
    page = phone.enter("village")
    page.goto(f"{site.url}/office/households/reports/new/")
    kept(page)
    phone.lose_signal()
    page.get_by_label("户主姓名").fill("吴断线")
    page.get_by_label("身份证号").fill("430426195001010010")
    page.get_by_label("情况说明").fill(reason)
    remembered(page, reason)
    assert not page.evaluate(DRAFT, "430426195001010010")

    page = phone.again(signal=False)
    page.goto(f"{site.url}/office/households/reports/new/")
    expect(page.get_by_label("情况说明")).to_have_value(reason)
    page.get_by_text("卡外有贫").click()
    page.get_by_label("主要困难原因").select_option(index=1)
    page.get_by_text("纸质签字").click()
    page.get_by_label("已向这户人家读过").check()
    page.get_by_role("button", name="提交给乡镇").click()
    expect(state(page, "报告新增")).to_contain_text("等待信号")
    page = phone.outbox(phone.again(signal=True))
    expect(state(page, "报告新增")).to_contain_text("已送达")

    phone.close()
    page = phone.enter("township")
    page.goto(f"{site.url}/office/households/reports/")
    page.get_by_role("link", name="吴断线").click()
    page.get_by_label("意见").fill("同意登记，请村里补照片")
    kept(page)
    phone.lose_signal()
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator(".outbox__state").first).to_contain_text("等待信号")
    page = phone.outbox(phone.again(signal=True))
    expect(page.locator(".outbox__state").first).to_contain_text("已送达")
    page.reload()
    assert demo.rows("SELECT count(*) FROM needs_household WHERE name = '吴断线'") == [(1,)]
    decided = "SELECT state, decision FROM needs_householdreport WHERE household_id IS NOT NULL AND reason = "
    assert demo.rows(f"{decided}'{reason}'") == [("accepted", "同意登记，请村里补照片")]


# In the meantime, at the desk of the county's office.
RETURN = """
from accounts.enums import Role
from accounts.models import Appointment
from needs.models import Need
from needs.services import review
need = Need.objects.get(title="{title}")
posts = Appointment.objects.active().filter(role=Role.COUNTY_ADMIN, region=need.region_id // 10**6 * 10**6)
review.send_back(actor=posts[0].user, need=need, reason="incomplete", comment="请补充学校的证明")
"""


def test_county_officer_approves_and_hears_of_the_one_that_changed(site, demo, phone):
    good, changed = "县里批准的住宿费", "县里晚到的住宿费"
    village, township = site.enter("village"), site.enter("township")
    for title in (good, changed):
        pages.write_need(village, HOUSEHOLD, title, "教育", money="600")
        pages.decide(township, title, "检查通过", "电话问过，情况属实")
    page = phone.enter("county")
    addresses = [opened(page, site, title) for title in (changed, good)]
    page = phone.again(signal=False)
    for url in addresses:
        page.goto(url)
        offline_bar(page)
        page.get_by_label("意见").fill("材料齐全，同意发布")
        decide_without_signal(page, "审批发布", confirm=True)
    demo.script(RETURN.format(title=changed))

    page = phone.outbox(phone.again(signal=True))
    expect(state(page, good)).to_contain_text("已送达")
    late = page.locator(".outbox__item", has_text=changed)
    expect(late.locator(".outbox__state")).to_contain_text("要处理")
    expect(late).to_contain_text("情况有了变化")
    late.get_by_role("link", name="打开修改").click()
    expect(page.get_by_text("材料齐全，同意发布").first).to_be_visible()
    assert (statuses(demo, good), statuses(demo, changed)) == (["published"], ["returned"])
    assert (reviews(demo, good, "approve"), reviews(demo, changed, "approve")) == (1, 0)


def test_household_writes_its_own_request(site, demo, phone):
    title = "自己断线写的住宿费"
    page = phone.enter("household")
    page.goto(f"{site.url}/apply/new/")
    kept(page)
    phone.lose_signal()
    page.get_by_label("标题").fill(title)
    remembered(page, title)

    page = phone.again(signal=False)
    page.goto(f"{site.url}/apply/new/")
    offline_bar(page)
    expect(page.get_by_label("标题")).to_have_value(title)
    fill_need(page, title)
    page.get_by_role("button", name="提交给村里").click()
    expect(state(page, title)).to_contain_text("等待信号")

    page = phone.outbox(phone.again(signal=True))
    expect(state(page, title)).to_contain_text("已送达")
    page.reload()
    assert statuses(demo, title) == ["submitted"]
