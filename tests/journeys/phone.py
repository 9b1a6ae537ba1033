"""A person's phone: one browser profile that is closed and opened again, with a signal or without."""

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, BrowserType, Locator, Page, expect

from tests.journeys.pages import PHONE, become
from tests.journeys.radio import Radio

WAIT_SECONDS = 90
KEPT = """async (address) => {
  for (const name of await caches.keys()) {
    if (name.startsWith("fupin-pages-") && await (await caches.open(name)).match(address)) return true;
  }
  return false;
}"""
DRAFT = "(words) => Object.values(localStorage).some((draft) => draft.includes(words))"


@dataclass
class Phone:
    """`profile` is its storage; everything else is gone when the browser is closed."""

    kind: BrowserType
    url: str
    profile: Path
    arguments: list[str]
    context: BrowserContext | None = None
    radio: Radio = field(init=False)

    def __post_init__(self) -> None:
        self.radio = Radio(int(self.url.rpartition(":")[2]))

    def start(self, *, signal: bool = True) -> Page:
        """Open the browser anew."""
        path = os.environ.get("FUPIN_CHROMIUM") or shutil.which("chromium") or ""
        self.radio.tune(signal=signal)
        arguments = [*self.arguments, *self.radio.arguments]
        self.context = self.kind.launch_persistent_context(
            self.profile, executable_path=path, args=arguments, viewport=PHONE, locale="zh-CN"
        )
        self.context.set_offline(not signal)  # the pages hear of it
        page = self.context.new_page()
        page.set_default_timeout(60_000)
        return page

    def enter(self, persona: str) -> Page:
        page = self.start()
        become(page, self.url, persona)
        return page

    def close(self) -> None:
        if self.context:
            self.context.close()
            self.context = None

    def scrap(self) -> None:
        """Close the browser for good."""
        self.close()
        self.radio.close()

    def again(self, *, signal: bool) -> Page:
        """Close the browser and open it again."""
        self.close()
        return self.start(signal=signal)

    def lose_signal(self) -> None:
        assert self.context
        self.radio.tune(signal=False)
        self.context.set_offline(True)

    def outbox(self, page: Page) -> Page:
        page.goto(f"{self.url}/outbox/")
        return page


def until(page: Page, script: str, argument: str) -> None:
    """Wait for a true answer of the page's own script; its security policy forbids the browser's way."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not page.evaluate(script, argument):
        assert time.monotonic() < deadline, f"waited in vain: {argument}"
        page.wait_for_timeout(100)


def kept(page: Page) -> None:
    """Wait until this page opens without a signal."""
    until(page, KEPT, page.url.split("#")[0])


def remembered(page: Page, words: str) -> None:
    """Wait until what was typed is saved as a draft."""
    until(page, DRAFT, words)


def state(page: Page, title: str) -> Locator:
    return page.locator(".outbox__item", has_text=title).locator(".outbox__state")


def offline_bar(page: Page) -> None:
    expect(page.locator(".offline-bar")).to_contain_text("离线，内容截至")
