"""Printed application forms: one page each, one draft each, and codes that open nothing outside the village."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import AuditEntry, Region, User
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from needs.enums import Kind, Status
from needs.models import Household, Need, PaperForm
from needs.services import paper, review
from tests import factories
from tests.needs.kind_samples import posted
from tests.needs.test_office_pages import NEED, text_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
ORDER = {"village": str(factories.VILLAGE), "kind": "", "copies": "3"}


@pytest.fixture
def village(people: factories.Staff) -> Region:
    return Region.objects.get(code=factories.VILLAGE)


@pytest.fixture
def home(people: factories.Staff) -> Household:
    return factories.household(people.village)


def printed(people: factories.Staff, village: Region, **wanted: object) -> PaperForm:
    batch = paper.print_forms(actor=people.village, region=village, **wanted)  # type: ignore[arg-type]
    return PaperForm.objects.filter(batch=batch).first()  # type: ignore[return-value]


def test_village_prints_several_blank_forms_each_with_its_own_code(
    people: factories.Staff, village: Region, as_user: As
) -> None:
    client = as_user(people.village)
    answer = client.post("/office/needs/paper/", ORDER)
    assert answer.status_code == 302
    page = text_of(client.get(answer["Location"]))
    assert page.count('class="sheet"') == page.count("paper__qr") == 3
    assert len(set(PaperForm.objects.values_list("token", flat=True))) == 3
    assert "2026-11" in page
    assert AuditEntry.objects.get(action="paper.print").changes == {"copies": 3, "kind": ""}


def test_codes_are_too_long_to_guess(people: factories.Staff, village: Region) -> None:
    assert len(printed(people, village).token) >= 22


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("copies", "0"),
        ("copies", "51"),
        ("copies", "x"),
        ("village", str(factories.VILLAGE_2)),
        ("village", ""),
        ("kind", "gold"),
    ],
)
def test_wrong_order_is_explained_and_prints_nothing(
    people: factories.Staff, village: Region, as_user: As, field: str, wrong: str
) -> None:
    answer = as_user(people.village).post("/office/needs/paper/", {**ORDER, field: wrong})
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in text_of(answer)
    assert not PaperForm.objects.exists()


def test_same_order_over_a_weak_signal_prints_one_batch(
    people: factories.Staff, village: Region, as_user: As
) -> None:
    client, sent = as_user(people.village), {**ORDER, "submission_key": str(uuid4())}
    first, second = (client.post("/office/needs/paper/", sent)["Location"] for _ in range(2))
    assert first == second
    assert PaperForm.objects.count() == 3


def test_forms_are_printed_and_keyed_only_where_one_collects(
    people: factories.Staff,
    other_county: factories.Staff,
    village: Region,
    home: Household,
    donor: User,
    as_user: As,
) -> None:
    form = printed(people, village)
    for person in (other_county.village, people.charity):
        with pytest.raises(NotAllowed):
            paper.print_forms(actor=person, region=village)
    for client in (as_user(other_county.village), as_user(other_county.county), as_user(donor)):
        assert client.get(f"/office/needs/paper/{form.token}/").status_code == 404
        assert client.get(f"/office/needs/paper/print/{form.batch}/").status_code == 404
        assert client.post(f"/office/needs/paper/{form.token}/?household={home.pk}", NEED).status_code == 404
    neighbour = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2)
    assert as_user(neighbour).get(f"/office/needs/paper/{form.token}/").status_code == 404
    assert as_user(people.charity).get(f"/office/needs/paper/{form.token}/").status_code == 403
    assert Client().get(f"/office/needs/paper/{form.token}/").status_code == 302
    assert as_user(people.village).get("/office/needs/paper/no-such-code/").status_code == 404
    assert not Need.objects.exists()


def test_township_and_county_may_print_for_their_villages(people: factories.Staff, village: Region) -> None:
    for person in (people.township, people.county):
        assert paper.print_forms(actor=person, region=village, copies=50)
    with pytest.raises(InvalidInput):
        paper.print_forms(actor=people.county, region=Region.objects.get(code=factories.TOWN))


def test_blank_form_asks_for_its_household_and_then_opens_its_one_draft(
    people: factories.Staff, village: Region, home: Household, as_user: As
) -> None:
    factories.household(people.county, code=factories.VILLAGE_2, name="邻村人")
    form, client = printed(people, village, kind="education"), as_user(people.village)
    url = f"/office/needs/paper/{form.token}/"
    choice = text_of(client.get(url))
    assert home.name in choice
    assert "邻村人" not in choice
    sheet = text_of(client.get(f"{url}?household={home.pk}"))
    assert '<option value="education" selected>' in sheet
    assert form.number in sheet
    assert not Need.objects.exists()
    answer = client.post(f"{url}?household={home.pk}", NEED)
    need = Need.objects.get()
    assert answer["Location"] == f"/needs/{need.pk}/edit/"
    assert (need.household, need.on_behalf, need.paper) == (home, True, form)
    for again in (client, as_user(people.township)):
        assert again.get(url)["Location"] == f"/needs/{need.pk}/edit/"
    assert client.post(f"{url}?household={home.pk}", NEED)["Location"] == f"/needs/{need.pk}/edit/"
    assert Need.objects.count() == 1
    assert AuditEntry.objects.filter(action="paper.key_in").count() == 1
    review.submit(actor=people.village, need=need)
    assert client.get(url)["Location"] == f"/office/needs/{need.pk}/"


def test_form_of_a_household_is_one_and_opens_its_sheet_at_once(
    people: factories.Staff, village: Region, home: Household, as_user: As
) -> None:
    client = as_user(people.village)
    assert f"/office/needs/paper/?household={home.pk}" in text_of(
        client.get(f"/office/households/{home.pk}/")
    )
    address = f"/office/needs/paper/?household={home.pk}"
    assert client.post(address, {**ORDER, "copies": "2"}).status_code == 400
    page = text_of(client.get(client.post(address, {**ORDER, "copies": "1"})["Location"]))
    assert home.name in page
    form = PaperForm.objects.get()
    assert 'name="title"' in text_of(client.get(f"/office/needs/paper/{form.token}/"))
    other = factories.household(people.village, name="孙测试")
    kept = client.post(f"/office/needs/paper/{form.token}/?household={other.pk}", NEED)
    assert kept.status_code == 302
    assert Need.objects.get().household == home


def test_household_of_another_village_cannot_be_keyed_with_this_paper(
    people: factories.Staff, village: Region, home: Household, as_user: As
) -> None:
    form = printed(people, village)
    stranger = factories.household(people.county, code=factories.VILLAGE_2, name="邻村人")
    url = f"/office/needs/paper/{form.token}/?household={stranger.pk}"
    assert as_user(people.county).get(url).status_code == 404
    with pytest.raises(InvalidInput):
        paper.key_in(actor=people.county, form=form, household=stranger, content=factories.content())


def test_second_keying_of_a_paper_is_a_conflict_and_leaves_no_draft(
    people: factories.Staff, village: Region, home: Household
) -> None:
    form = printed(people, village)
    paper.key_in(actor=people.village, form=form, household=home, content=factories.content())
    with pytest.raises(Conflict):
        paper.key_in(actor=people.township, form=form, household=home, content=factories.content())
    assert Need.objects.count() == 1


def test_wrong_typing_of_a_paper_loses_nothing_and_uses_nothing_up(
    people: factories.Staff, village: Region, home: Household, as_user: As
) -> None:
    form = printed(people, village)
    url = f"/office/needs/paper/{form.token}/?household={home.pk}"
    sent = {**NEED, "kind": "produce", **posted(Kind.PRODUCE), "detail-produce-price": "x"}
    answer = as_user(people.village).post(url, sent)
    assert answer.status_code == 400
    assert 'value="黄花菜"' in text_of(answer)
    form.refresh_from_db()
    assert form.need is None


def test_paper_keyed_and_handed_in_at_once_goes_to_the_township(
    people: factories.Staff, village: Region, home: Household, as_user: As
) -> None:
    form = printed(people, village)
    url = f"/office/needs/paper/{form.token}/?household={home.pk}"
    sent = {**NEED, "then": "submit", "submission_key": str(uuid4())}
    first, second = (as_user(people.village).post(url, sent)["Location"] for _ in range(2))
    assert first == second
    assert Need.objects.get().status == Status.VERIFIED
