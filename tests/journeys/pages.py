"""What people do on the site, step by step, by the words they read."""

import io
from dataclasses import dataclass

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

PHONE = {"width": 360, "height": 740}


@dataclass
class Site:
    """A browser and the address of the site; every persona gets a window of its own."""

    browser: Browser
    url: str

    def enter(self, persona: str) -> Page:
        # What a service worker asks for passes by the faults that a test puts into the network.
        page = self.browser.new_context(viewport=PHONE, locale="zh-CN", service_workers="block").new_page()
        page.set_default_timeout(60_000)
        become(page, self.url, persona)
        return page


def become(page: Page, site: str, persona: str) -> None:
    """Enter the demo as a persona and wait for the first page: whoever leaves earlier is not signed in."""
    page.goto(f"{site}/demo/")
    page.locator(f'button[name=persona][value="{persona}"]').click()
    page.wait_for_url(lambda url: "/demo/" not in url)


def choose_kind(page: Page, kind: str) -> None:
    """Say what kind of help, and answer what this kind asks for with the first choice."""
    (code,) = page.locator("select[name=kind]").select_option(label=kind)
    for box in page.locator(f"[data-kind={code}] select").all():
        box.select_option(index=1)


def write_need(
    page: Page,
    household: str,
    title: str,
    kind: str,
    *,
    money: str = "",
    goods: tuple = (),
    service: bool = False,
) -> None:
    """The village officer writes for a household and submits."""
    page.goto(page.url.split("/office")[0] + "/office/needs/new/")
    page.get_by_label("户主姓名").fill(household)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name=household).first.click()
    page.get_by_label("标题").fill(title)
    choose_kind(page, kind)
    page.get_by_label("困难和需要").fill(
        "学校离家二十多里，孩子这学期开始住校。家里刚办完老人的后事，手头紧，希望有人搭一把手。"
    )
    if money:
        page.get_by_text("资金", exact=True).click()
        page.get_by_label("需要多少资金").fill(money)
    if service:
        page.get_by_text("服务", exact=True).click()
    if goods:
        page.get_by_text("物资", exact=True).click()
        row = page.get_by_role("group", name="第 1 行")
        for field, value in zip(row.locator("input:not([type=hidden])").all(), goods, strict=False):
            field.fill(value)
    page.get_by_role("button", name="核实并提交").click()
    expect(page.get_by_text("待乡镇检查").first).to_be_visible()


def decide(page: Page, title: str, button: str, comment: str = "") -> None:
    """An officer opens it from the list of the own place and lets it through."""
    page.goto(page.url.split("/office")[0] + "/office/needs/")
    page.get_by_role("link", name=title).first.click()
    if comment:
        page.get_by_label("意见").fill(comment)
    page.get_by_role("button", name=button, exact=True).click()
    confirm(page)
    expect(page.get_by_text("已办理：").first).to_be_visible()


def confirm(page: Page) -> None:
    """Say yes in the dialog, where one opens."""
    dialog = page.locator("dialog[open]")
    if dialog.count():
        dialog.get_by_role("button", name="确认", exact=True).click()


def find_need(page: Page, site: str, place: str, kind: str, title: str) -> None:
    """A donor finds a need from the home page by region and kind."""
    page.goto(site)
    page.get_by_role("link", name=place, exact=True).first.click()
    page.get_by_role("link", name=kind, exact=True).first.click()
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


COUNT_TAPS = """addEventListener("click", (event) => {
  if (event.isTrusted) sessionStorage.taps = 1 + Number(sessionStorage.taps || 0);
}, true)"""


def taps(page: Page) -> int:
    """Clicks since the window opened, where COUNT_TAPS runs in it."""
    return int(page.evaluate("Number(sessionStorage.taps || 0)"))


def qr_address(page: Page) -> str:
    """The address in the QR code of the certificate's picture, decoded from its pixels."""
    source = page.get_by_role("link", name="图片").get_attribute("href")
    answer = page.request.get(page.url.split("/pledges")[0] + str(source))
    assert answer.headers["content-type"] == "image/png"
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.body())))
    assert len(codes) == 1
    return codes[0].text
