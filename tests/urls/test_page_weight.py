"""What a page costs on a bad line or a metered card (REQUIREMENTS 62, 64): every page a visitor may open, weighed."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests import factories
from tests.urls.addresses import addresses
from tests.urls.objects import OPEN, OWN
from tests.urls.world import World

pytestmark = pytest.mark.django_db

PAGE, FIRST_VISIT = 12_000, 60_000
"""Bytes over the wire, compressed: the page alone, and with every style sheet and script it names."""


def visitors_pages(world: World, client: Client) -> Iterator[tuple[str, str]]:
    """Address and HTML of every page that opens without signing in."""
    rows = {**OWN, **OPEN}
    urls = [world.public.get_absolute_url(), "/needs/?kind=education", "/needs/?q=祁东"]
    for address in addresses():
        if not address.parameters:
            urls.append(address.url())
        for values in rows[address.name](world) if address.parameters else ():
            urls.append(address.url(**values))
    for url in urls:
        if url == "/styleguide/":  # of the demo alone
            continue
        answer = client.get(url)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield url, answer.content.decode()


def weight(html: str) -> tuple[int, int]:
    """The page alone and with its files, compressed; pictures of needs come later and are not counted."""
    page = len(gzip.compress(html.encode()))
    names = set(re.findall(r'(?:href|src)="/static/([^"?]+\.(?:css|js|svg))"', html))
    found = [Path(str(finders.find(name))) for name in names]
    return page, page + sum(len(gzip.compress(path.read_bytes())) for path in found)


def test_every_page_of_a_visitor_stays_within_its_budget(world: World, client: Client) -> None:
    for _ in range(20):
        factories.published_need(world.people, world.household)
    weighed = {url: weight(html) for url, html in visitors_pages(world, client)}
    assert len(weighed) >= 20
    heavy = {url: sizes for url, sizes in weighed.items() if sizes[0] > PAGE or sizes[1] > FIRST_VISIT}
    assert not heavy
