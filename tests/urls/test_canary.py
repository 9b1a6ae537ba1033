"""A planted household's secrets never come out: pages, API, exports, error pages, log lines (THREATS P-00)."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests import factories
from tests.urls.addresses import addresses
from tests.urls.objects import OPEN, OWN
from tests.urls.reading import text_in
from tests.urls.world import CARD, NAME, SECRETS, World, make

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def world(db: None) -> World:
    return make()


def pages(world: World) -> Iterator[str]:
    """Every address, with this county's objects, the public need too, and addresses that do not exist."""
    rows = {**OWN, **OPEN}
    for address in addresses():
        if not address.parameters:
            yield address.url()
        for values in rows[address.name](world) if address.parameters else ():
            yield address.url(**values)
    yield world.public.get_absolute_url()
    yield f"/api/v1/needs/{world.public.pk}/"
    yield f"/needs/{world.public.pk}/pledge/"
    yield f"/needs/?q={NAME}"
    yield f"/api/v1/needs/?q={NAME}"
    yield "/nowhere/"
    yield "/api/v1/nowhere/"


def leaks(client: Client, world: World, words: tuple[str, ...]) -> list[str]:
    found = []
    for url in pages(world):
        for method in ("get", "post"):
            answer: Any = getattr(client, method)(url)
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
    wrong = leaks(client, world, words)
    wrong += leaks(as_user(world.donor), world, words)
    wrong += leaks(as_user(factories.user("王路人")), world, words)
    assert not wrong, "\n".join(wrong)
    lines = "\n".join(record.getMessage() for record in caplog.records)
    assert not [word for word in (*SECRETS.values(), NAME, CARD) if word in lines]


def test_officers_read_no_full_number_on_any_page_they_have_not_asked_to_open(
    world: World, as_user: As
) -> None:
    numbers = (SECRETS["id_number"], SECRETS["phone"])
    for person in vars(world.people).values():
        # The township opens a phone for a call-back, one at a time, which leaves an audit row.
        wrong = [leak for leak in leaks(as_user(person), world, numbers) if "/callbacks/" not in leak]
        assert not wrong, "\n".join(wrong)
