"""A donor is shown as they wish, on every public surface: walked once for each way of being shown."""

import pytest
from django.test import Client

from accounts.models import Message, User
from donors.enums import Display
from donors.models import Certificate, Pledge
from donors.services import certificates, pledges, steps
from donors.services.pledges import PledgeInput
from needs.models import Need
from tests import factories

pytestmark = pytest.mark.django_db
NAME, NICKNAME = "欧阳实名", "一位匿称老师"
SHOWN = {Display.NAMED: NAME, Display.NICKNAME: NICKNAME, Display.ANONYMOUS: "爱心人士（匿名）"}


@pytest.fixture
def giver(db: None) -> User:
    return factories.user(NAME, nickname=NICKNAME)


@pytest.fixture
def need(people: factories.Staff) -> Need:
    factories.charity_account()
    return factories.published_need(people)


def certified(giver: User, need: Need, people: factories.Staff, display: str) -> Certificate:
    content = PledgeInput(form="money", amount_fen=1_000_00, display=display)
    made = pledges.pledge(actor=giver, need=need, content=content, idempotency_key="one")
    steps.receive(actor=people.charity, pledge=steps.pay(actor=giver, pledge=made))
    certificates.issue_due()
    return Certificate.objects.get(pledge=made)


def surfaces(need: Need, certificate: Certificate) -> dict[str, bytes]:
    """Everything a stranger can open that has to do with a gift."""
    client, token = Client(), certificate.token
    addresses = [
        "/",
        "/needs/?status=matched",
        need.get_absolute_url(),
        f"/needs/{need.pk}/card.png",
        f"/needs/{need.pk}/poster/",
        "/transparency/",
        f"/c/{token}/",
        f"/c/{token}.png",
        f"/c/{token}.pdf",
        f"/api/v1/needs/{need.pk}/",
        "/api/v1/needs/?status=matched",
        f"/api/v1/certificates/{token}/",
    ]
    answers = {address: client.get(address) for address in addresses}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {address: answer.getvalue() for address, answer in answers.items()}


@pytest.mark.parametrize("display", list(Display))
def test_every_surface_shows_the_donor_as_wished_and_no_other_way(
    giver: User, need: Need, people: factories.Staff, display: str
) -> None:
    certificate = certified(giver, need, people, display)
    pages = surfaces(need, certificate)
    hidden = [word for way, word in SHOWN.items() if way != display and way != Display.ANONYMOUS]
    hidden += [giver.phone.open(), giver.phone.open()[-11:]]
    for address, body in pages.items():
        for word in hidden:
            assert word.encode() not in body, (address, word)
            assert word.encode("unicode_escape") not in body or word.isascii(), (address, word)
    assert SHOWN[display].encode() in pages[f"/c/{certificate.token}/"]
    if display != Display.ANONYMOUS:
        assert SHOWN[display].encode() in pages[need.get_absolute_url()]


@pytest.mark.parametrize("display", list(Display))
def test_profiles_choice_is_the_forms_first_choice(giver: User, need: Need, as_user, display: str) -> None:
    giver.display = display
    giver.save()
    form = as_user(giver).get(f"/needs/{need.pk}/pledge/").context["form"]
    assert form["display"].value() == display


def test_api_without_a_choice_takes_the_profiles(giver: User, need: Need, as_user) -> None:
    giver.display = Display.ANONYMOUS
    giver.save()
    answer = as_user(giver).post(
        f"/api/v1/needs/{need.pk}/pledges/",
        {"form": "money", "amount": "10.00"},
        content_type="application/json",
        headers={"Idempotency-Key": "a-key-of-my-own"},
    )
    assert answer.status_code == 201
    assert Pledge.objects.get(donor=giver).display == Display.ANONYMOUS


def test_a_new_version_without_the_name_takes_it_off_the_old_ones_pages(
    giver: User, need: Need, people: factories.Staff
) -> None:
    named = certified(giver, need, people, Display.NAMED)
    pages = [f"/c/{named.token}/", f"/api/v1/certificates/{named.token}/"]
    assert all(NAME in Client().get(page).content.decode() for page in pages)
    newer = certificates.reissue(actor=giver, certificate=named, display=Display.ANONYMOUS)
    for page in [*pages, f"/c/{newer.token}/", need.get_absolute_url()]:
        assert NAME not in Client().get(page).content.decode(), page
    assert named.number in Client().get(pages[0]).content.decode()


@pytest.mark.parametrize("display", list(Display))
def test_officers_and_the_household_read_the_donor_as_wished_too(
    giver: User, people: factories.Staff, as_user, display: str
) -> None:
    factories.charity_account()
    home = factories.household(people.village, account=factories.user("周受助"))
    need = factories.published_need(people, home)
    content = PledgeInput(form="money", amount_fen=10_00, display=display)
    made = pledges.pledge(actor=giver, need=need, content=content, idempotency_key="one")
    made = steps.pay(actor=giver, pledge=made)
    seen = {people.charity: ["/office/receipts/"], people.county: ["/office/pledges/"]}
    seen |= {people.township: ["/office/pledges/"], people.village: ["/office/pledges/"], home.account: []}
    hidden = [NAME, NICKNAME, "爱心人士（匿名）"]
    hidden.remove(SHOWN[display])
    for person, addresses in seen.items():
        client = as_user(person)
        for address in [*addresses, made.get_absolute_url(), "/api/v1/pledges/"]:
            answer = client.get(address)
            assert answer.status_code == 200, (person, address)
            page = answer.content.decode()
            assert SHOWN[display] in page, (person, address)
            assert not [word for word in hidden if word in page], (person, address)
    steps.receive(actor=people.charity, pledge=made)
    told = [message.text.open() for message in Message.objects.exclude(user=giver)]
    assert not [text for text in told if NAME in text or NICKNAME in text]
