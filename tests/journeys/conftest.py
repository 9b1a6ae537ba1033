"""Chromium against the running stack: the embedded servers, gunicorn, a worker, beat and the small demo."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.stack import Stack, make

# A page waits for the outbox, the server and the worker, all on a machine that is busy with other tests.
expect.set_options(timeout=60_000)

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole site with its demo data."""
    made = make(tmp_path_factory.mktemp("demo"), seed=True)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser `./run test` found. Without one the test fails, unless FUPIN_ALLOW_NO_BROWSER=1 allows a skip.

    It ends with its file: while playwright's loop runs, Django refuses the database to the tests of other files.
    """
    path = os.environ.get("FUPIN_CHROMIUM") or shutil.which("chromium") or ""
    if not path:
        if os.environ.get("FUPIN_ALLOW_NO_BROWSER") == "1":
            pytest.skip("no Chromium, and FUPIN_ALLOW_NO_BROWSER=1")
        pytest.fail("no Chromium found: the browser journeys could not run")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
