"""What is passed on: the picture of a shared link and posters. Public fields only, and nothing but pixels."""

import io
import struct

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from needs.models import Need
from needs.services import drafts, share_cards
from needs.views.sharing import place_of
from tests import factories
from tests.factories import QIDONG, Staff

pytestmark = pytest.mark.django_db
CANARY = "欧阳金丝雀"


@pytest.fixture
def need(people: Staff) -> Need:
    factories.charity_account()
    return factories.published_need(people, factories.household(people.village, name=CANARY))


def chunks(png: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append(png[at + 4 : at + 8])
        at += 12 + length
    return found


def test_picture_is_a_bare_png_of_the_size_that_is_announced(client: Client, need: Need) -> None:
    answer = client.get(f"/needs/{need.pk}/card.png")
    assert answer["Content-Type"] == "image/png"
    assert set(chunks(answer.content)) <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    assert len(answer.content) < 80_000


def test_picture_says_public_things_only(need: Need) -> None:
    card = share_cards.card_of(need, place_of(need))
    assert card.who == "欧** · 衡阳市祁东县洪桥镇"
    assert CANARY not in str(card)
    assert need.story not in str(card)


def test_picture_is_kept_until_what_it_says_changes(client: Client, need: Need) -> None:
    address, folder = f"/needs/{need.pk}/card.png", f"cards/{need.pk}"
    first = client.get(address).content
    kept = default_storage.listdir(folder)[1]
    assert client.get(address).content == first
    assert default_storage.listdir(folder)[1] == kept
    Need.objects.filter(pk=need.pk).update(title="换了一个标题")
    assert client.get(address).content != first
    assert len(default_storage.listdir(folder)[1]) == 1


def test_detail_page_announces_its_picture(client: Client, need: Need, settings) -> None:
    page = client.get(need.get_absolute_url()).content.decode()
    assert f'<meta property="og:image" content="{settings.SITE_URL}/needs/{need.pk}/card.png?v=' in page
    assert f'<meta property="og:title" content="{need.title}">' in page
    assert '<meta property="og:image:width" content="1200">' in page
    assert CANARY not in page


@pytest.mark.parametrize("page", ["card.png", "poster/"])
def test_need_that_is_not_public_is_not_passed_on(client: Client, people: Staff, page: str) -> None:
    draft = drafts.create_draft(
        actor=people.village, household=factories.household(people.village), content=factories.content()
    )
    assert client.get(f"/needs/{draft.pk}/{page}").status_code == 404


def test_officer_sees_no_announced_picture_of_a_draft(people: Staff, as_user) -> None:
    draft = drafts.create_draft(
        actor=people.village, household=factories.household(people.village), content=factories.content()
    )
    assert "og:image" not in as_user(people.village).get(draft.get_absolute_url()).content.decode()


def test_poster_of_a_need_carries_its_address_and_no_full_name(client: Client, need: Need) -> None:
    page = client.get(f"/needs/{need.pk}/poster/").content.decode()
    assert need.get_absolute_url() in page
    assert "data:image/svg+xml" in page
    assert CANARY not in page


def test_poster_of_a_place_leads_to_its_list(client: Client, need: Need) -> None:
    page = client.get("/needs/poster/", {"parent": QIDONG}).content.decode()
    assert f"/needs/?region={QIDONG}" in page
    assert "祁东县，有人在等您伸一把手" in page
    assert client.get("/needs/poster/", {"parent": "1"}).status_code == 400
    assert client.get("/needs/poster/").status_code == 200
