"""A village officer's phone loses its signal: nothing is lost, nothing doubles, one bad item holds up no other."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.pages import Site, choose_kind
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

STORY = "学校离家二十多里，孩子这学期开始住校。家里刚办完老人的后事，手头紧，希望有人搭一把手。"


@pytest.fixture
def site(chromium, demo: Stack) -> Site:
    return Site(chromium, demo.url)


def photo(colour: str) -> dict:
    """A picture as large as a phone makes it."""
    buffer = io.BytesIO()
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(buffer, "JPEG", quality=92)
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def household_form(context: BrowserContext, site: Site) -> Page:
    page = context.new_page()
    page.goto(f"{site.url}/office/households/new/")
    return page


def fill_household(page: Page, name: str, phone: str = "") -> None:
    page.get_by_label("户主姓名").fill(name)
    page.get_by_label("主要困难原因").select_option(index=1)
    page.get_by_label("联系电话").fill(phone)
    page.get_by_text("纸质签字").click()
    page.get_by_label("已向这户人家读过").check()


def need_form(context: BrowserContext, site: Site, demo: Stack) -> Page:
    page = context.new_page()
    home = demo.rows("SELECT id FROM needs_household WHERE name = '蒋桂兰'")[0][0]
    page.goto(f"{site.url}/office/needs/new/?household={home}")
    return page


def fill_need(page: Page, title: str, photos: int = 0) -> None:
    page.get_by_label("标题").fill(title)
    choose_kind(page, "教育")
    page.get_by_label("困难和需要").fill(STORY)
    page.get_by_text("资金", exact=True).click()
    page.get_by_label("需要多少资金").fill("600")
    if photos:
        page.locator("input[type=file]").set_input_files([photo(str(n)) for n in range(photos)])
        expect(page.locator("[data-preview] li")).to_have_count(photos)
        expect(page.locator("form[data-sent]")).to_have_count(0)


def outbox(context: BrowserContext, site: Site) -> Page:
    page = context.new_page()
    page.goto(f"{site.url}/outbox/")
    return page


def state(page: Page, title: str):
    return page.locator(".outbox__item", has_text=title).locator(".outbox__state")


def count(demo: Stack, table: str, column: str, value: str) -> int:
    return demo.rows(f"SELECT count(*) FROM {table} WHERE {column} = '{value}'")[0][0]


def test_what_was_written_without_signal_survives_and_arrives_once(site, demo):
    first = site.enter("village")
    context = first.context
    home, need = household_form(context, site), need_form(context, site, demo)
    context.set_offline(True)
    fill_household(home, "周弱信")
    home.get_by_role("button", name="登记", exact=True).click()
    expect(state(home, "登记家庭：周弱信")).to_contain_text("等待信号")
    fill_need(need, "没有信号时写的住宿费", photos=2)
    need.get_by_role("button", name="核实并提交").click()
    expect(state(need, "没有信号时写的住宿费")).to_contain_text("等待信号")
    expect(need.locator("[data-outbox-count]")).to_have_text("待发 2")
    for page in context.pages:
        page.close()
    assert count(demo, "needs_household", "name", "周弱信") == 0

    context.set_offline(False)
    page = outbox(context, site)
    expect(state(page, "登记家庭：周弱信")).to_contain_text("已送达")
    expect(state(page, "没有信号时写的住宿费")).to_contain_text("已送达")
    expect(page.locator("[data-outbox-count]")).to_be_hidden()
    page.reload()
    expect(state(page, "没有信号时写的住宿费")).to_contain_text("已送达")
    assert count(demo, "needs_household", "name", "周弱信") == 1
    sent = demo.rows("SELECT id, status FROM needs_need WHERE title = '没有信号时写的住宿费'")
    assert [status for _, status in sent] == ["verified"]
    assert count(demo, "needs_needphoto", "need_id", sent[0][0]) == 2


def test_lost_answer_does_not_double_what_was_sent(site, demo):
    first = site.enter("village")
    context = first.context
    home = household_form(context, site)
    # The server hears the form, but its answer gets lost on the way back.
    lost = []

    def lose(route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    context.route(re.compile("/office/households/new/"), lose)
    fill_household(home, "周失答")
    home.get_by_role("button", name="登记", exact=True).click()
    expect(state(home, "周失答")).to_contain_text("等待信号")
    assert lost == [200]
    expect(state(outbox(context, site), "周失答")).to_contain_text("已送达")
    assert count(demo, "needs_household", "name", "周失答") == 1


def test_item_that_is_refused_says_why_and_blocks_no_other(site, demo):
    first = site.enter("village")
    context = first.context
    bad, good = household_form(context, site), household_form(context, site)
    context.set_offline(True)
    fill_household(bad, "周错号", phone="123")
    bad.get_by_role("button", name="登记", exact=True).click()
    expect(state(bad, "周错号")).to_contain_text("等待信号")
    fill_household(good, "周无误")
    good.get_by_role("button", name="登记", exact=True).click()
    expect(state(good, "周无误")).to_contain_text("等待信号")
    for page in context.pages:
        page.close()

    context.set_offline(False)
    page = outbox(context, site)
    expect(state(page, "周无误")).to_contain_text("已送达")
    expect(state(page, "周错号")).to_contain_text("要处理")
    item = page.locator(".outbox__item", has_text="周错号")
    expect(item).to_contain_text("手机号")
    item.get_by_role("link", name="打开修改").click()
    expect(page.get_by_label("户主姓名")).to_have_value("周错号")
    expect(page.get_by_label("联系电话")).to_have_value("123")
    page.get_by_label("联系电话").fill("")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url(re.compile(r"/office/households/\d+/"))
    assert count(demo, "needs_household", "name", "周错号") == 1
    expect(page.locator("[data-outbox-count]")).to_be_hidden()


def test_mistake_with_signal_is_shown_beside_its_field_and_the_photos_stay(site, demo):
    page = need_form(site.enter("village").context, site, demo)
    fill_need(page, "金额写错的一条", photos=1)
    page.get_by_label("需要多少资金").fill("-1")
    page.get_by_role("button", name="先保存草稿").click()
    expect(page.locator(".field__error").first).to_be_visible()
    assert page.locator("input[type=file]").evaluate("input => input.files.length") == 1
    page.get_by_label("需要多少资金").fill("600")
    page.get_by_role("button", name="先保存草稿").click()
    page.wait_for_url(re.compile(r"/needs/\d+/edit/"))
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    expect(page.get_by_role("heading", name="已有照片")).to_be_visible()
