"""Fair attention on the public list: who has no help yet comes first, with a small picture where one was reviewed."""

import io

import pytest
from django.test import Client
from PIL import Image

from accounts.models import Region, User
from needs.models import NeedPhoto, NeedProgress
from needs.services import drafts, thumbs
from tests import factories
from tests.factories import QIDONG, Staff
from tests.needs.test_public_pages import photo_of, queries_of

pytestmark = pytest.mark.django_db


def titles(client: Client, url: str = "/needs/") -> list[str]:
    return [card["title"] for card in client.get(url).context["cards"]]


@pytest.fixture
def two(people: Staff) -> None:
    """An older need that has a helper, and a newer one that has none."""
    factories.charity_account()
    helped = factories.published_need(people, title="已有人帮的求助")
    factories.published_need(people, title="还没人帮的求助")
    NeedProgress.objects.filter(need=helped).update(helpers=1)


def test_first_visit_begins_with_who_has_no_help_and_says_so(client: Client, two: None) -> None:
    assert titles(client) == ["还没人帮的求助", "已有人帮的求助"]
    assert "还没有人帮的排在最前" in client.get("/needs/").content.decode()


def test_chosen_order_stays_chosen(client: Client, two: None) -> None:
    answer = client.get("/needs/?order=waiting")
    assert [card["title"] for card in answer.context["cards"]] == ["已有人帮的求助", "还没人帮的求助"]
    assert "还没有人帮的排在最前" not in answer.content.decode()


def test_who_has_helped_before_sees_the_newest_first(two: None, donor: User, as_user, people) -> None:
    client = as_user(donor)
    assert client.get("/needs/").context["order"] == "unhelped"
    factories.money_pledge(donor, factories.published_need(people))
    assert client.get("/needs/").context["order"] == "newest"


def test_pages_of_the_first_visit_keep_their_order_after_signing_in(
    client: Client, people: Staff, donor: User
) -> None:
    factories.charity_account()
    needs = [factories.published_need(people, title=f"求助{number}") for number in range(21)]
    factories.money_pledge(donor, needs[5])
    following = client.get("/needs/").context["next_url"]
    client.force_login(donor, backend="accounts.backends.AccountBackend")
    assert [card["title"] for card in client.get(following).context["cards"]] == ["求助5"]


def test_area_is_a_choice_that_stays_in_every_link(client: Client, people: Staff) -> None:
    Region.objects.filter(code=QIDONG).update(tags=["key-county-national"])
    factories.published_need(people, title="重点县的求助一")
    answer = client.get("/needs/", {"area": "key-county-national", "kind": "education"})
    assert [card["title"] for card in answer.context["cards"]] == ["重点县的求助一"]
    assert "国家级重点县的求助" in answer.content.decode()
    assert "area=key-county-national" in answer.context["tabs"][1]["url"]
    assert titles(client, "/needs/?area=tackle-village") == []


def test_wrong_area_is_refused_in_words(client: Client, db: None) -> None:
    assert client.get("/needs/?area=gold").status_code == 400


def test_detail_names_the_key_area(client: Client, people: Staff) -> None:
    Region.objects.filter(code=QIDONG).update(tags=["key-county-municipal"])
    page = client.get(factories.published_need(people).get_absolute_url()).content.decode()
    assert "市级重点县" in page


@pytest.mark.parametrize("address", ["/", "/needs/", f"/needs/?region={QIDONG}&order=waiting"])
def test_list_costs_the_same_queries_for_one_row_and_for_thirty(
    client: Client, people: Staff, address: str
) -> None:
    home = factories.household(people.village)
    photo_of(factories.published_need(people, home), people.village, reviewed=True)
    one = queries_of(client, address)
    for _ in range(29):
        photo_of(factories.published_need(people, home), people.village, reviewed=True)
    # A place with few needs also asks who waits next door.
    assert queries_of(client, address) in {one, one - 1}


def noisy_photo(need: object, user: User, *, reviewed: bool) -> NeedPhoto:
    """A large picture that compresses badly."""
    photo = photo_of(need, user, reviewed=reviewed)
    buffer = io.BytesIO()
    Image.effect_noise((1600, 1200), 90).convert("RGB").save(buffer, "JPEG", quality=95)
    with photo.file.storage.open(photo.file.name, "wb") as file:
        file.write(buffer.getvalue())
    return photo


def test_card_shows_the_first_reviewed_photo_small(client: Client, people: Staff) -> None:
    need = factories.published_need(people)
    photo_of(need, people.village, reviewed=False)
    shown = noisy_photo(need, people.village, reviewed=True)
    address = client.get("/needs/").context["cards"][0]["photo"]
    assert address == f"/needs/{need.pk}/photos/{shown.pk}-s.jpg"
    for _ in ("drawn", "kept"):
        answer = client.get(address)
        assert answer["Content-Type"] == "image/jpeg"
        assert len(answer.content) <= thumbs.MAX_BYTES
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.size == thumbs.SIZE
        assert "exif" not in picture.info


def test_small_photo_of_nothing_public_is_not_found(client: Client, people: Staff) -> None:
    need = factories.published_need(people)
    hidden = photo_of(need, people.village, reviewed=False)
    assert client.get(f"/needs/{need.pk}/photos/{hidden.pk}-s.jpg").status_code == 404
    assert client.get("/needs/").context["cards"][0]["photo"] == ""
    shown = photo_of(need, people.village, reviewed=True)
    need.status = "withdrawn"
    need.save()
    assert client.get(f"/needs/{need.pk}/photos/{shown.pk}-s.jpg").status_code == 404


def test_small_photo_goes_with_its_photo(people: Staff, django_capture_on_commit_callbacks) -> None:
    need = drafts.create_draft(
        actor=people.village, household=factories.household(people.village), content=factories.content()
    )
    photo = photo_of(need, people.village, reviewed=False)
    thumbs.small(photo)
    storage, name = photo.file.storage, thumbs.name_of(photo.file.name)
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        drafts.remove_photo(actor=people.village, photo=photo)
    assert not storage.exists(name)
