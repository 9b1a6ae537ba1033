"""The public profile of a household: need, township and age band; no child's picture; more for a donor only (B8)."""

import io

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from accounts.models import Region
from fupin.lib.clock import now, today
from fupin.lib.errors import InvalidInput
from needs.enums import Evidence
from needs.models import Need, NeedPhoto
from needs.public_profile import age_band, shown_path, with_head
from needs.services import consents, drafts, review
from needs.services.drafts import ItemInput
from needs.services.members import MemberInput, add
from tests import factories
from tests.needs.kind_samples import DETAILS

pytestmark = pytest.mark.django_db
VILLAGE, TOWNSHIP = "沙井村", "洪桥镇"
CHILD = {**DETAILS["care"], "whom": "orphan", "age": "under_12", "guardian": "present"}


@pytest.fixture
def need(people):
    factories.charity_account()
    return factories.published_need(people)


def head(people, need, year):
    content = MemberInput(
        name=need.household.name,
        relation="head",
        sex="female",
        birth_year=year,
        labour="ordinary",
        guardian="王测试",
    )
    add(actor=people.village, household=need.household, content=content)
    return with_head(Need.objects.all()).get(pk=need.pk)


def picture_of(need, person):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "JPEG")
    row = NeedPhoto(need=need, sha256=str(need.pk), uploaded_by=person)
    row.file.save("photo.jpg", ContentFile(buffer.getvalue()), save=False)
    row.save()
    return row


def test_page_card_poster_and_list_name_the_township_and_no_village(people, need, client):
    for url in (need.get_absolute_url(), reverse("needs:need-poster", args=[need.pk]), "/", "/needs/"):
        page = client.get(url).content.decode()
        assert TOWNSHIP in page, url
        assert VILLAGE not in page, url


def test_a_place_that_asks_in_its_own_name_is_shown(people, client):
    factories.charity_account()
    village = Region.objects.get(code=factories.VILLAGE)
    made = drafts.create_draft(
        actor=people.village, region=village, content=factories.content(subject="village")
    )
    review.submit(actor=people.village, need=made)
    review.check(actor=people.township, need=made)
    need = review.approve(actor=people.county, need=made)
    assert VILLAGE in client.get(need.get_absolute_url()).content.decode()
    assert shown_path(need, [village]) == [village]


@pytest.mark.parametrize(
    ("age", "words"), [(16, "15 到 17 岁"), (18, "18 到 59 岁"), (59, "18 到 59 岁"), (83, "80 岁及以上")]
)
def test_age_is_shown_as_a_band_of_the_head(people, need, client, age, words):
    assert age_band(need) == ""
    need = head(people, need, today().year - age)
    assert age_band(need) == words
    page = client.get(need.get_absolute_url()).content.decode()
    assert f"户主 {words}" in page
    assert str(today().year - age) not in page


def test_the_band_comes_from_the_heads_number_where_no_list_of_people_is_kept(people, need):
    home = need.household
    home.id_number = factories.id_number("19410203")
    home.save()
    assert age_band(with_head(Need.objects.all()).get(pk=need.pk)) == "80 岁及以上"


def test_no_picture_of_a_need_for_a_child_becomes_public(people, need, client, as_user):
    made = drafts.create_draft(
        actor=people.village,
        household=need.household,
        content=factories.content(kind="care", details=CHILD, forms=["service"], target_fen=0),
    )
    photo = picture_of(made, people.village)
    review.submit(actor=people.village, need=made)
    made = review.check(actor=people.township, need=made)
    page = as_user(people.county).get(reverse("needs:office-need", args=[made.pk])).content.decode()
    assert "照片只供核实，不公开" in page
    with pytest.raises(InvalidInput) as refused:
        review.approve(actor=people.county, need=made, photos=[photo.pk])
    assert set(refused.value.fields) == {"photos"}
    NeedPhoto.objects.filter(pk=photo.pk).update(reviewed_at=now(), reviewed_by=people.county)
    made = review.approve(actor=people.county, need=made)
    assert client.get(f"{made.get_absolute_url()}photos/{photo.pk}.jpg").status_code == 404


def test_the_village_opens_to_a_donor_with_a_promise_and_to_nobody_else(people, as_user):
    need = factories.published_need(people, items=[ItemInput("棉被", "床", 2)])
    donor = factories.user("王好心")
    pledge = factories.goods_pledge(donor, need)
    assert VILLAGE in as_user(donor).get(pledge.get_absolute_url()).content.decode()
    assert VILLAGE not in as_user(donor).get(need.get_absolute_url()).content.decode()
    assert as_user(factories.user("李路人")).get(pledge.get_absolute_url()).status_code == 404


def test_withdrawn_consent_takes_the_profile_off_the_public_pages_at_once(people, need, client):
    consents.withdraw(
        actor=people.village,
        household=need.household,
        evidence=Evidence.SIGNED_PAPER,
        reason="不想再公开",
    )
    assert client.get(need.get_absolute_url()).status_code == 404
    assert client.get(reverse("needs:need-poster", args=[need.pk])).status_code == 404
    assert need.title not in client.get("/needs/").content.decode()
