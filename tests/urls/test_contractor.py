"""A bought service opens the problems of its county and no more than a stranger could besides (REQUIREMENTS 34)."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from tests import factories
from tests.urls.asking import Asker
from tests.urls.reading import text_in
from tests.urls.test_canary import pages
from tests.urls.world import CARD, NAME, SECRETS, World

pytestmark = pytest.mark.django_db
SHUT = {403, 404}
LEAVING = {"accounts:leave"}
OPENED = {"grid:office", "grid:problems", "grid:problem"}


def test_contractor_opens_the_problems_of_its_county_and_no_other_office_page(
    world: World, as_user: Callable[[User], Client]
) -> None:
    """By address and method the same answers as to any signed-in person, but for the three pages."""
    service = as_user(factories.officer(Role.CONTRACTOR, factories.QIDONG))
    anybody, askers = as_user(factories.user("王路人")), (Asker(), Asker())
    opened, read = set(), []
    for name, url in pages(world):
        if name in LEAVING:
            continue
        others = {method: answer.status_code for method, answer in askers[1].answers(anybody, name, url)}
        for method, answer in askers[0].answers(service, name, url):
            shut = answer.status_code in SHUT
            if shut != (others.get(method, 405) in SHUT):
                opened.add(f"not {name}" if shut else name)
            text = text_in(answer).replace(f'value="{NAME}"', "").replace(f"“{NAME}”", "")
            words = (NAME, CARD, world.draft.title, *SECRETS.values())
            read += [f"{method} {url}: {word}" for word in words if word in text and word not in url]
    assert service.get("/office/").status_code == 200
    assert opened == OPENED
    assert not read, "\n".join(read)
