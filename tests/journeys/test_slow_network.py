"""An officer's phone on 2G: how much a form weighs, a large photo made small, and everything through in the end."""

import gzip
import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.pages import PHONE, Site
from tests.journeys.test_weak_signal import fill_need, household_form, need_form, state
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

BUDGET = 60_000
LIMIT = 300 * 1024
SLOW = {"offline": False, "latency": 800, "downloadThroughput": 30 * 1024, "uploadThroughput": 10 * 1024}


@pytest.fixture
def site(chromium: Browser, demo: Stack) -> Site:
    return Site(chromium, demo.url)


def large_photo() -> dict[str, object]:
    """A picture of six megabytes and twelve megapixels, as phones make them."""
    noise = Image.effect_noise((1000, 750), 90).resize((4000, 3000), Image.Resampling.NEAREST)
    for quality in (90, 95, 98, 100):
        buffer = io.BytesIO()
        noise.convert("RGB").save(buffer, "JPEG", quality=quality, subsampling=0)
        if buffer.tell() > 6_000_000:
            break
    assert buffer.tell() > 6_000_000
    return {"name": "院子.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def slow(page: Page) -> Page:
    page.set_default_timeout(60_000)
    session = page.context.new_cdp_session(page)
    session.send("Network.emulateNetworkConditions", SLOW)
    return page


def weight(context: BrowserContext, open_page: Callable[[BrowserContext], Page]) -> int:
    """What a first visit loads, compressed as the proxy sends it, with the worker's own script."""
    sizes: dict[str, int] = {}

    def weigh(response: object) -> None:
        if not response.url.startswith("data:"):  # type: ignore[attr-defined]
            sizes[response.url] = len(gzip.compress(response.body()))  # type: ignore[attr-defined]

    context.on("requestfinished", lambda request: weigh(request.response()))
    page = open_page(context)
    page.wait_for_load_state("networkidle")
    site = re.match(r"https?://[^/]+", page.url)
    assert site
    for address in ("/sw.js", "/static/js/worker.js"):
        sizes[address] = len(gzip.compress(context.request.get(site[0] + address).body()))
    assert len(sizes) > 10
    return sum(sizes.values())


@pytest.mark.parametrize("form", ["household", "need", "decision"])
def test_first_visit_to_an_officers_form_stays_light(site, demo, form):
    who = "township" if form == "decision" else "village"
    cookies = site.enter(who).context.storage_state()
    fresh = site.browser.new_context(viewport=PHONE, locale="zh-CN", storage_state=cookies)

    def decision(context: BrowserContext) -> Page:
        page = context.new_page()
        need = demo.rows("SELECT id FROM needs_need WHERE status = 'verified' ORDER BY id LIMIT 1")[0][0]
        page.goto(f"{site.url}/office/needs/{need}/")
        return page

    openers = {
        "household": lambda context: household_form(context, site),
        "need": lambda context: need_form(context, site, demo),
        "decision": decision,
    }
    assert weight(fresh, openers[form]) < BUDGET


def test_large_photo_is_made_small_and_goes_through_on_2g(site, demo):
    context = site.enter("village").context
    page = slow(need_form(context, site, demo))
    fill_need(page, "慢网里的一张照片")
    page.locator("input[type=file]").set_input_files([large_photo()])
    expect(page.locator("[data-preview] li")).to_have_count(1, timeout=60_000)
    expect(page.locator("form[data-sent]")).to_have_count(0)
    size = page.locator("input[type=file]").evaluate("input => input.files[0].size")
    assert 10_000 < size <= LIMIT
    page.get_by_role("button", name="核实并提交").click()
    other = context.new_page()
    other.goto(f"{site.url}/outbox/")
    item = other.locator(".outbox__item", has_text="慢网里的一张照片")
    expect(item.locator(".outbox__state")).to_contain_text("正在发送")
    expect(item.locator("progress")).to_be_visible()
    page.wait_for_url(re.compile(r"/office/needs/\d+/"), timeout=120_000)
    sent = demo.rows("SELECT id, status FROM needs_need WHERE title = '慢网里的一张照片'")
    assert [status for _, status in sent] == ["verified"]
    assert demo.rows(f"SELECT count(*) FROM needs_needphoto WHERE need_id = {sent[0][0]}") == [(1,)]


def test_signal_lost_between_two_photos_sends_only_the_rest(site, demo):
    context = site.enter("village").context
    page = need_form(context, site, demo)
    fill_need(page, "中途断掉的两张照片", photos=2)
    sent = []

    def lose_the_second(route) -> None:
        sent.append(route.request.url)
        if len(sent) == 2:
            route.abort()
        else:
            route.continue_()

    context.route(re.compile(r"/photos/add/"), lose_the_second)
    page.get_by_role("button", name="核实并提交").click()
    expect(state(page, "中途断掉的两张照片")).to_contain_text("等待信号")
    expect(page.locator(".outbox__photos")).to_contain_text("照片 1/2")
    page.locator(".outbox__item").get_by_role("button", name="重试").click()
    expect(state(page, "中途断掉的两张照片")).to_contain_text("已送达")
    assert len(sent) == 3
    need = demo.rows("SELECT id, status FROM needs_need WHERE title = '中途断掉的两张照片'")
    assert [status for _, status in need] == ["verified"]
    assert demo.rows(f"SELECT count(*) FROM needs_needphoto WHERE need_id = {need[0][0]}") == [(2,)]
