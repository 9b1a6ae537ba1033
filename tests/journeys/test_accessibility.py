"""WCAG 2.2 AA as axe sees it, and no sideways scrolling, on the pages people meet, at 360 px."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.pages import PHONE, Site
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

PAGES = {
    "": [
        "/",
        "/needs/",
        "/needs/regions/",
        "/transparency/",
        "/c/",
        "/accounts/enter/",
        "/demo/",
        "/styleguide/",
    ],
    "donor": ["/pledges/", "/me/", "/me/messages/"],
    "household": ["/apply/", "/apply/new/"],
    "village": [
        "/office/",
        "/office/needs/",
        "/office/needs/new/",
        "/office/households/new/",
        "/office/tasks/",
    ],
    "county": [
        "/office/",
        "/office/appointments/",
        "/office/appointments/new/",
        "/office/needs/library/",
        "/office/pace/",
        "/office/assignments/",
        "/office/assignments/new/",
        "/office/problems/",
        "/dashboard/burden/",
    ],
    "charity": ["/office/receipts/"],
    "leader": ["/dashboard/"],
}
TAGS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def complaints(page: Page) -> list[str]:
    # As tall as its content, or the bar at the foot covers what is just scrolled under it.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": PHONE["width"], "height": height + 200})
    found = Axe().run(page, options=TAGS).response["violations"]
    return [f"{page.url}: {rule['id']} {rule['nodes'][0]['html'][:120]}" for rule in found]


@pytest.mark.parametrize("persona", PAGES)
def test_pages_are_accessible_and_fit_a_phone(chromium: Browser, demo: Stack, persona: str):
    site = Site(chromium, demo.url)
    page = site.enter(persona) if persona else chromium.new_context().new_page()
    wrong = []
    for path in PAGES[persona]:
        answer = page.goto(demo.url + path)
        assert answer, path
        assert answer.status == 200, path
        wrong += complaints(page)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wrong.append(f"{path} scrolls sideways")
    page.goto(demo.url + "/needs/")
    page.locator(".need__title a").first.click()
    page.wait_for_url(re.compile(r"/needs/\d+/$"))
    wrong += complaints(page)
    assert not wrong, "\n".join(wrong)
