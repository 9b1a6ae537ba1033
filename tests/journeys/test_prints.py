"""Pages that people print from the browser: pages as promised, fonts inside, nothing over the edge of A4, no forms."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.grid.test_prints import streams
from tests.journeys.pages import Site
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]
UPRIGHT, ACROSS = 672, 1001
"""A4 without its margins, in CSS pixels, as static/css/print.css sets them."""
OVER = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode, box = document.createRange();
    if (!text.data.trim() || text.parentElement.closest(".sr-only")) continue;
    box.selectNodeContents(text);
    for (const line of box.getClientRects())
      if (line.width > 1 && line.height > 1 && (line.right > wide + 1 || line.left < -1)) found.push(text.data.trim());
  }
  return found;
}"""
FORMS = "() => [...document.querySelectorAll('main form.card')].filter(form => form.offsetHeight).length"

# Who prints, the page (or where the first link to one of its kind stands), and how many pages it may take.
PAGES = [
    ("grid", "/me/badge/", "", 1),
    ("grid", "/office/grids/", r"/office/grids/\d+/", 2),
    ("grid", "/office/visits/?show=all", r"/office/visits/\d+/", 2),
    ("grid", "/office/visits/problems/", "", 2),
    ("village", "/office/grids/", r"/grid/\d+/", 2),
    ("village", "/office/clues/", r"/office/clues/\d+/", 3),
    ("village", "/office/households/", r"/office/households/\d+/", 2),
    ("village", "/office/subsidies/", r"/office/subsidies/\d+/", 1),
    ("village", "/office/scores/", r"/office/scores/\d+/", 2),
    ("township", "/office/warnings/batches/", r"/office/warnings/batches/\d+/", 2),
    ("department", "/office/orders/?state=done", "", 2),
    ("department", "/office/orders/", r"/office/orders/\d+/", 1),
    ("county", "/office/calendar/", "", 3),
    ("county", "/office/clocks/", "", 2),
    ("county", "/office/circulars/", r"/office/circulars/\d+/", 2),
    ("county", "/office/appointments/roster/", "", 8),
    ("county", "/office/warnings/", r"/office/warnings/\d+/", 2),
    ("household", "/notices/?region=430426102213", r"/notices/[\w-]{10,}/", 1),
]


def opened(page: Page, site: str, path: str, kind: str) -> str:
    """Go there, or to the first page of that kind that it links to; returns where that is."""
    page.goto(site + path)
    if kind:
        links = page.eval_on_selector_all("main a", "all => all.map(one => one.getAttribute('href') || '')")
        page.goto(site + next(link for link in links if re.fullmatch(kind, link)))
    return page.url.removeprefix(site)


def faces_of(pdf: bytes) -> tuple[int, int, int]:
    """How many fonts are drawn in the document itself (Type 3), are named in it, and come along as files."""
    whole = b"\n".join(streams(pdf))
    drawn = len(re.findall(rb"/Subtype\s*/Type3\b", whole))
    named = len(re.findall(rb"/Subtype\s*/(?:CIDFontType[02]|TrueType|Type1)\b", whole))
    return drawn, named, len(re.findall(rb"/FontFile[23]?\s+\d+ 0 R", whole))


@pytest.fixture(scope="module")
def windows(chromium: Browser, demo: Stack) -> dict[str, Page]:
    site = Site(chromium, demo.url)
    return {persona: site.enter(persona) for persona in dict.fromkeys(row[0] for row in PAGES)}


@pytest.mark.parametrize(("persona", "path", "kind", "most"), PAGES)
def test_a_page_prints_whole(
    windows: dict[str, Page], demo: Stack, persona: str, path: str, kind: str, most: int
) -> None:
    page = windows[persona]
    where = opened(page, demo.url, path, kind)
    page.emulate_media(media="print")
    across = page.locator(".print-landscape").count()
    page.set_viewport_size({"width": ACROSS if across else UPRIGHT, "height": 900})
    assert page.evaluate(OVER) == [], where
    assert page.evaluate(FORMS) == 0, where
    assert len(page.inner_text("main").strip()) > 20, where
    paper = page.pdf(prefer_css_page_size=True)
    drawn, named, carried = faces_of(paper)
    assert named <= carried, where
    assert drawn + carried > 0, where
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) <= most, where
    page.emulate_media(media="screen")


def test_what_runs_over_the_edge_and_a_form_are_seen(windows: dict[str, Page], demo: Stack) -> None:
    """The checks above can fail."""
    page = windows["county"]
    page.goto(f"{demo.url}/office/calendar/")
    page.emulate_media(media="screen")
    assert page.evaluate(FORMS) == 1
    page.evaluate("document.querySelector('h1').replaceChildren('很长'.repeat(200))")
    page.evaluate("document.querySelector('h1').style.whiteSpace = 'nowrap'")
    assert page.evaluate(OVER)
