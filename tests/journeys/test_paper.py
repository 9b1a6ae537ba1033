"""The printed application form on paper: one A4 page each, with room to write, for every kind."""

import re

from playwright.sync_api import Browser

from needs.enums import Kind
from tests.journeys.pages import Site
from tests.stack import Stack

MIN_STORY_PX = 90
ROOM = """sheets => sheets.map(sheet => [sheet.scrollHeight - sheet.clientHeight,
                                  sheet.querySelector(".story").offsetHeight])"""


def test_forms_of_every_kind_print_one_page_each_with_room_to_write(chromium: Browser, demo: Stack):
    page = Site(chromium, demo.url).enter("village")
    for kind in ["", *Kind.values]:
        page.goto(f"{demo.url}/office/needs/paper/")
        page.select_option("#id_kind", kind)
        page.fill("#id_copies", "2")
        page.click("main form .button[type=submit]")
        page.wait_for_url("**/paper/print/**")
        page.emulate_media(media="print")
        pages = re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True))
        rooms = page.eval_on_selector_all(".sheet", ROOM)
        page.emulate_media(media="screen")
        assert (len(pages), len(rooms)) == (2, 2), kind
        assert all(overflow <= 0 and story >= MIN_STORY_PX for overflow, story in rooms), (kind, rooms)
