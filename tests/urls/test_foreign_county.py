"""Every address of the site, asked from another county: nothing is there (THREATS Z-01, Z-03)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from tests import factories
from tests.urls.addresses import Address, addresses
from tests.urls.asking import Asker
from tests.urls.objects import OPEN, OWN
from tests.urls.reading import text_in
from tests.urls.world import CARD, NAME, SECRETS, World

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
FOREIGN = {
    Role.VILLAGE_OFFICER: factories.VILLAGE_OTHER,
    Role.TOWNSHIP_MANAGER: factories.TOWN_OTHER,
    Role.COUNTY_ADMIN: factories.HENGNAN,
    Role.CHARITY_FINANCE: factories.HENGNAN,
    Role.LEADER: factories.HENGNAN,
    Role.INSPECTOR: factories.HENGNAN,
    Role.DEPARTMENT_OFFICER: factories.HENGNAN,
}

# Closed to everybody while the need is not public.
PUBLIC_ONLY = {
    "donors:pledge-new",
    "donors:adoption-new",
    "needs:card",
    "needs:need-poster",
    "needs:photo-small",
    "needs:campaign",
}


@pytest.fixture
def strangers(world: World, as_user: As) -> dict[str, Client]:
    """One person of every post in another county, and a donor; API and pages know them by the session."""
    clients = {role: as_user(factories.officer(role, code)) for role, code in FOREIGN.items()}
    return {**clients, "donor": as_user(factories.user("王路人"))}


def objects() -> Iterator[tuple[Address, Any]]:
    for address in addresses():
        if address.parameters and address.name in OWN:
            yield address, OWN[address.name]


def test_every_address_with_an_object_is_known_to_these_tests() -> None:
    asked = {address.name for address in addresses() if address.parameters}
    assert asked == OWN.keys() | OPEN.keys()


def test_another_county_finds_nothing_at_any_object_of_this_one(
    world: World, strangers: dict[str, Client]
) -> None:
    wrong, asker = [], Asker()
    for address, rows in objects():
        for values in rows(world):
            seen = set()
            for who, client in strangers.items():
                for method, answer in asker.answers(client, address.name, address.url(**values)):
                    seen.add(answer.status_code)
                    # 403 is the answer to a post that opens this kind of page nowhere; 405 to the other method.
                    if answer.status_code not in {403, 404, 405} or NAME in text_in(answer):
                        wrong.append(f"{who} {method} {answer.wsgi_request.path}: {answer.status_code}")
            if 404 not in seen:
                wrong.append(f"{address.name}: nobody was told 404, only {sorted(seen)}")
    assert not wrong, "\n".join(wrong)


def test_the_same_pages_do_open_for_this_county(world: World, as_user: As) -> None:
    """The control: the matrix above would pass if every page were gone."""
    account = world.household.account
    assert account is not None
    desk = User.objects.get(pk=world.things["department_officer"])
    clients = [as_user(person) for person in (*vars(world.people).values(), desk, world.donor, account)]
    shut = []
    for address, rows in objects():
        for values in rows(world) if address.name not in PUBLIC_ONLY else ():
            url = address.url(**values)
            if not any(client.get(url).status_code not in {403, 404} for client in clients):
                shut.append(url)
    assert not shut, "\n".join(shut)


# The door is shut to this post, or takes no GET: no filter opens it.
SHUT = {302, 403, 404, 405}
TAMPERED = (
    f"?region={factories.VILLAGE}&county={factories.QIDONG}&village={factories.VILLAGE}&scope=office&all=1",
    f"?region={factories.VILLAGE_OTHER}&region={factories.QIDONG}&status=submitted",
)


def test_no_list_or_export_shows_another_county_whatever_its_filter_says(
    world: World, strangers: dict[str, Client]
) -> None:
    leaks = []
    for address in addresses():
        if address.parameters:
            continue
        for who, client in strangers.items():
            for query in ("", *TAMPERED):
                answer = client.get(address.url() + query)
                text = text_in(answer)
                found = [word for word in (NAME, CARD, world.draft.title, *SECRETS.values()) if word in text]
                leaks += [f"{who} {address.route}{query}: {word}" for word in found]
                if not query and answer.status_code in SHUT:
                    break
    assert not leaks, "\n".join(leaks)
