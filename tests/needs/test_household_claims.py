"""Proxy accounts: claimed with a word that tells nothing, checked by the township, or opened at its desk."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import AuditEntry, Message, User
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, TooMany
from needs.models import Household, HouseholdClaim
from needs.services import household_claims as claims
from needs.services import households
from needs.services.households import HouseholdInput
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
QUEUE = "/office/households/claims/"
CLAIM = f"/apply/claim/?region={factories.VILLAGE}"


@pytest.fixture
def home(people: factories.Staff) -> Household:
    return factories.household(people.village)


@pytest.fixture
def owner(db: None) -> User:
    return factories.user()


def claimed(owner: User, name: str = "张测试", tail: str = "") -> HouseholdClaim:
    region = Household.objects.get().region
    return claims.claim(actor=owner, region=region, name=name, id_tail=tail)


def test_a_claim_is_checked_at_the_desk_and_opens_the_door(
    people: factories.Staff, home: Household, owner: User, as_user: As
) -> None:
    assert as_user(owner).post(CLAIM, {"name": "张测试", "id_tail": ""}).status_code == 302
    assert "等乡镇核对" in as_user(owner).get("/apply/").content.decode()
    row = HouseholdClaim.objects.get()
    assert row.household == home
    assert f"{QUEUE}{row.pk}/" in as_user(people.township).get("/office/").content.decode()
    page = as_user(people.township).get(f"{QUEUE}{row.pk}/").content.decode()
    assert owner.phone.open().removeprefix("+86") not in page  # type: ignore[union-attr]
    answer = as_user(people.township).post(f"{QUEUE}{row.pk}/", {"action": "accept", "comment": ""})
    assert answer.status_code == 302
    home.refresh_from_db()
    assert home.account == owner
    assert "写求助" in as_user(owner).get("/apply/").content.decode()
    assert AuditEntry.objects.filter(action="household.claim.accept").count() == 1
    assert Message.objects.filter(user=owner, dedup_key=f"household-claim:{row.pk}").count() == 1


def test_the_answer_is_the_same_whoever_is_registered(home: Household, as_user: As) -> None:
    answers = []
    for name in ("张测试", "没有这人"):
        answer = as_user(factories.user()).post(CLAIM, {"name": name, "id_tail": "1234"}, follow=True)
        page = re.findall(r"<main.*</main>", answer.content.decode(), re.S)
        answers.append((answer.redirect_chain, page))
    assert answers[0] == answers[1]
    assert [row.household for row in HouseholdClaim.objects.order_by("id")] == [home, None]


def test_a_recorded_id_must_end_as_claimed(people: factories.Staff, owner: User) -> None:
    number = factories.id_number()
    region = factories.regions()[factories.VILLAGE]
    households.register(
        actor=people.village, region=region, evidence="signed_paper",
        content=HouseholdInput(name="张测试", cause="illness", id_number=number),
    )  # fmt: skip
    assert claimed(owner, tail="000X").household is None
    assert claimed(factories.user(), tail=number[-4:]).household is not None


def test_claims_are_few_and_one_at_a_time(home: Household, owner: User) -> None:
    claimed(owner)
    for _ in range(2):
        with pytest.raises(Conflict):
            claimed(owner)
    with pytest.raises(TooMany):
        claimed(owner)


def test_officers_claim_nothing_and_nobody_decides_for_oneself(
    people: factories.Staff, other_county: factories.Staff, home: Household, owner: User, as_user: As
) -> None:
    with pytest.raises(InvalidInput):
        claimed(people.charity)
    row = claimed(owner)
    assert as_user(other_county.township).get(f"{QUEUE}{row.pk}/").status_code == 404
    assert as_user(people.village).get(f"{QUEUE}{row.pk}/").status_code == 403
    for person in (people.village, other_county.township):
        with pytest.raises(NotAllowed):
            claims.accept(actor=person, claim=row)
    factories.appointments.appoint(
        actor=None, user=owner, role=Role.GRID_MEMBER, region=factories.regions()[factories.VILLAGE]
    )
    with pytest.raises(InvalidInput):
        claims.accept(actor=people.township, claim=row)


def test_refusing_says_why(people: factories.Staff, home: Household, owner: User, as_user: As) -> None:
    row = claimed(owner)
    path = f"{QUEUE}{row.pk}/"
    assert as_user(people.township).post(path, {"action": "refuse", "comment": ""}).status_code == 400
    asked = {"action": "refuse", "comment": "身份证对不上"}
    assert as_user(people.township).post(path, asked).status_code == 302
    assert "身份证对不上" in as_user(owner).get("/apply/").content.decode()


def test_the_desk_opens_the_account_with_the_code_on_the_phone(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    browser, path = as_user(people.township), f"/office/households/{home.pk}/account/"
    assert as_user(people.village).get(path).status_code == 403
    assert browser.post(path, {"phone": "19900006666"}).status_code == 302
    sent = Message.objects.filter(channel="sms").latest("id")
    assert "乡镇窗口" in sent.text.open()  # type: ignore[union-attr]
    code = sent.code.open()  # type: ignore[union-attr]
    wrong = "000000" if code != "000000" else "111111"
    assert browser.post(path, {"code": wrong}).status_code == 400
    assert browser.post(path, {"code": code}).status_code == 302
    home.refresh_from_db()
    assert home.account == User.objects.by_phone("19900006666")
    assert AuditEntry.objects.get(action="household.account").actor_id == people.township.pk


def test_the_desk_opens_nothing_for_an_officers_phone(people: factories.Staff, home: Household) -> None:
    for person in (people.village, people.township):
        with pytest.raises(InvalidInput):
            claims.open_at_desk(actor=people.township, household=home, person=person)
