"""A planted household's secrets never come out: pages, API, exports, error pages, log lines (THREATS P-00)."""

import logging
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from accounts.models import User
from tests import factories
from tests.urls.addresses import addresses
from tests.urls.asking import Asker
from tests.urls.objects import OPEN, OWN
from tests.urls.reading import text_in
from tests.urls.world import CARD, NAME, SECRETS, World

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
LEAVING = {"accounts:leave"}
"""What would sign the asking person out, so that all later pages were asked by a stranger."""


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Every address after its name, with this county's objects; the public need too, and what does not exist."""
    rows = {**OWN, **OPEN}
    for address in addresses():
        if address.name in LEAVING:
            continue
        if not address.parameters:
            yield address.name, address.url()
        for values in rows[address.name](world) if address.parameters else ():
            yield address.name, address.url(**values)
    for url in (
        world.public.get_absolute_url(),
        f"/api/v1/needs/{world.public.pk}/",
        f"/needs/{world.public.pk}/pledge/",
        f"/needs/?q={NAME}",
        f"/api/v1/needs/?q={NAME}",
        "/nowhere/",
        "/api/v1/nowhere/",
    ):
        yield url, url


def leaks(client: Client, world: World, words: tuple[str, ...], asker: Asker) -> list[str]:
    found = []
    for name, url in pages(world):
        for method, answer in asker.answers(client, name, url):
            if answer.status_code >= 500:
                found.append(f"{method} {url}: {answer.status_code}")
            text = text_in(answer).replace(f'value="{NAME}"', "").replace(f"“{NAME}”", "")
            found += [f"{method} {url}: {word}" for word in words if word in text and url.find(word) < 0]
    return found


def test_strangers_and_donors_never_read_a_secret_of_a_household(
    world: World, client: Client, as_user: As, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    words = (NAME, CARD, *SECRETS.values())
    asker = Asker()
    wrong = leaks(client, world, words, asker)
    wrong += leaks(as_user(world.donor), world, words, asker)
    wrong += leaks(as_user(factories.user("王路人")), world, words, asker)
    assert not wrong, "\n".join(wrong)
    lines = "\n".join(record.getMessage() for record in caplog.records)
    assert not [word for word in (*SECRETS.values(), NAME, CARD) if word in lines]


def test_officers_read_no_full_number_on_any_page_they_have_not_asked_to_open(
    world: World, as_user: As
) -> None:
    numbers = (SECRETS["id_number"], SECRETS["phone"])
    asker = Asker()
    for person in vars(world.people).values():
        client = as_user(person)
        # The township opens a phone for a call-back, one at a time, which leaves an audit row.
        wrong = [leak for leak in leaks(client, world, numbers, asker) if "/callbacks/" not in leak]
        assert not wrong, "\n".join(wrong)
        assert client.get("/office/").status_code == 200, "asked as a stranger"
