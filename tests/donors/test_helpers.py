"""Helpers on the spot: who may link them, record and confirm their help, what the figures and the public see."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Message, User
from fupin.lib import clock
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.models import VillageFigure
from grid.services import figures
from needs.household_queues import help_waiting
from needs.models import Household, HouseholdHelper, OfflineHelp
from needs.services import helpers
from needs.services.helpers import HelperInput, HelpInput
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def link(people: factories.Staff, home: Household, **changes: Any) -> HouseholdHelper:
    values: dict[str, Any] = {"name": "帮扶测试", "kind": "responsible", "work": "person", "since": today()}
    return helpers.add(actor=people.village, household=home, content=HelperInput(**values | changes))


def told(actor: User, helper: HouseholdHelper) -> OfflineHelp:
    return helpers.record(
        actor=actor, helper=helper, content=HelpInput(today(), "goods", "送来两袋大米", 160_00)
    )


def covered() -> int:
    figures.refresh()
    return VillageFigure.objects.get(pk=factories.VILLAGE).covered


def test_a_living_helper_covers_the_household(people: factories.Staff) -> None:
    home = factories.household(people.village)
    assert covered() == 0
    helper = link(people, home, work="project")
    assert covered() == 1
    helpers.end(actor=people.village, helper=helper, reason="干部调走了")
    assert covered() == 0


def test_a_second_person_confirms_and_every_step_is_recorded(people: factories.Staff) -> None:
    home = factories.household(people.village, account=factories.user("张测试"))
    helper = link(people, home)
    act = told(people.village, helper)
    with pytest.raises(Conflict):
        helpers.decide(actor=people.village, act=act, state="confirmed")
    with pytest.raises(InvalidInput):
        helpers.decide(actor=people.township, act=act, state="refused")
    assert home.account is not None
    assert helpers.decide(actor=home.account, act=act, state="confirmed").decided_by == home.account
    with pytest.raises(StaleState):
        helpers.decide(actor=people.township, act=act, state="refused", comment="没有这回事")
    rows = AuditEntry.objects.filter(action__regex=r"^household\.help").order_by("id")
    assert list(rows.values_list("action", "actor_id")) == [
        ("household.helper.add", people.village.pk),
        ("household.help.record", people.village.pk),
        ("household.help.confirmed", home.account.pk),
    ]


def test_a_helper_with_an_account_records_own_help_and_never_confirms_it(
    people: factories.Staff, as_user: As
) -> None:
    phone = factories.phone()
    helper_user = User.objects.create_user(phone, name="帮扶测试")
    home = factories.household(people.village)
    helper = link(people, home, phone=phone)
    assert helper.user == helper_user
    client = as_user(helper_user)
    assert "请您答复" in client.get("/me/helping/").content.decode()
    helpers.respond(actor=helper_user, helper=helper, agrees=True)
    page = client.get("/me/helping/").content.decode()
    assert home.masked_name in page
    assert home.name not in page
    sent = {"day": str(today()), "kind": "visit", "words": "上门看望，修好了水管", "amount": ""}
    assert client.post(f"/me/helping/{helper.pk}/", sent).status_code == 302
    act = OfflineHelp.objects.get()
    assert (act.recorded_by, act.amount_fen) == (helper_user, None)
    with pytest.raises(NotAllowed):
        helpers.decide(actor=helper_user, act=act, state="confirmed")
    assert helpers.decide(actor=people.village, act=act, state="confirmed").state == "confirmed"
    assert as_user(factories.user()).get(f"/me/helping/{helper.pk}/").status_code == 404


def test_wrong_states_and_days_are_refused(people: factories.Staff) -> None:
    home = factories.household(people.village)
    with pytest.raises(InvalidInput):
        link(people, home, since=today() + timedelta(days=1))
    helper = link(people, home)
    with pytest.raises(Conflict):
        link(people, home)
    with pytest.raises(InvalidInput):
        helpers.record(
            actor=people.village,
            helper=helper,
            content=HelpInput(today() - timedelta(days=1), "visit", "看望"),
        )
    helpers.end(actor=people.village, helper=helper, reason="干部调走了")
    with pytest.raises(StaleState):
        told(people.village, helper)


def test_the_wrong_role_and_the_foreign_county_stay_out(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    home = factories.household(people.village)
    helper = link(people, home)
    for actor in (people.charity, other_county.village, factories.user()):
        with pytest.raises(NotAllowed):
            told(actor, helper)
    address = f"/office/households/{home.pk}/helpers/"
    assert as_user(other_county.village).get(address).status_code == 404
    assert as_user(people.charity).get(address).status_code == 403
    assert as_user(people.village).post(f"{address}new/", {"name": "帮扶测试"}).status_code == 400


def test_the_office_page_asks_the_same_number_of_questions_for_any_number_of_rows(
    people: factories.Staff, as_user: As, django_assert_max_num_queries: Any
) -> None:
    home = factories.household(people.village)
    helper = link(people, home)
    client = as_user(people.township)
    for _ in range(12):
        told(people.village, helper)
    with django_assert_max_num_queries(14):
        page = client.get(f"/office/households/{home.pk}/helpers/")
    assert page.content.decode().count("确认这次帮扶") == 12


def test_no_public_page_names_a_helper(people: factories.Staff, client: Client) -> None:
    home = factories.household(people.village)
    need = factories.published_need(people, home)
    helper = link(people, home, name="金丝雀干部", unit="金丝雀农业局")
    told(people.village, helper)
    for address in (
        "/",
        "/needs/",
        f"/needs/{need.pk}/",
        "/transparency/figures/",
        f"/api/v1/needs/{need.pk}/",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "金丝雀" not in page.content.decode()
        assert "两袋大米" not in page.content.decode()


def phoned(people: factories.Staff, home: Household) -> HouseholdHelper:
    """A link to somebody with an account, who is asked."""
    phone = factories.phone()
    User.objects.create_user(phone, name="帮扶测试")
    return link(people, home, phone=phone)


def texts(user: User) -> list[str]:
    rows = Message.objects.filter(user=user).order_by("id")
    return [row.text.open() for row in rows if row.text]


def test_a_named_person_is_asked_and_agrees_before_the_household_hears(
    people: factories.Staff, as_user: As
) -> None:
    home = factories.household(people.village, account=factories.user("张测试"))
    assert home.account is not None
    helper = phoned(people, home)
    assert helper.user is not None
    assert (helper.answer, texts(home.account)) == ("asked", [])
    assert home.masked_name in texts(helper.user)[0]
    assert home.name not in texts(helper.user)[0]
    with pytest.raises(Conflict):
        told(helper.user, helper)
    with pytest.raises(NotAllowed):
        helpers.respond(actor=people.village, helper=helper, agrees=True)
    client = as_user(helper.user)
    assert "是您在帮扶这一户吗" in client.get(f"/me/helping/{helper.pk}/").content.decode()
    assert client.post(f"/me/helping/{helper.pk}/answer/", {"answer": "asked"}).status_code == 400
    assert client.post(f"/me/helping/{helper.pk}/answer/", {"answer": "agreed"}).status_code == 302
    assert texts(home.account) == ["帮扶测试（帮扶责任人）是您家的帮扶人。"]
    with pytest.raises(StaleState):
        helpers.respond(actor=helper.user, helper=helper, agrees=False)
    assert as_user(people.county).post(f"/me/helping/{helper.pk}/answer/", {}).status_code == 404


def test_who_declines_is_no_longer_named_and_the_village_hears_why(
    people: factories.Staff, as_user: As
) -> None:
    helper = phoned(people, factories.household(people.village))
    assert helper.user is not None
    answer = {"answer": "declined", "reason": "我不认识这户"}
    assert as_user(helper.user).post(f"/me/helping/{helper.pk}/answer/", answer).status_code == 302
    helper.refresh_from_db()
    assert (helper.until, helper.ended_reason) == (today(), "本人不同意：我不认识这户")
    assert "不同意登记" in texts(people.village)[-1]
    assert covered() == 0


def test_recorded_help_stands_in_the_right_inbox(people: factories.Staff, as_user: As) -> None:
    home = factories.household(people.village)
    own = factories.household(people.village, account=factories.user("李测试"), name="李测试")
    first, second = told(people.village, link(people, home)), told(people.village, link(people, own))
    assert own.account is not None
    assert (list(help_waiting(people.village)), list(help_waiting(people.township))) == ([], [first])
    assert "有没有这回事，请您确认" in texts(own.account)[-1]
    page = as_user(own.account).get("/apply/").content.decode()
    assert second.words in page
    assert f"/apply/helpers/{second.pk}/" in page
    township = as_user(people.township)
    address = f"/office/households/{home.pk}/helpers/help/{first.pk}/"
    assert address in township.get("/office/").content.decode()
    assert address in township.get("/office/households/help/").content.decode()
    with clock.shifted(timedelta(days=8)):
        assert list(help_waiting(people.township)) == [first, second]
    helpers.decide(actor=people.township, act=first, state="refused", comment="问过本户，没有这回事")
    assert list(help_waiting(people.township)) == []
    assert "被认为不属实" in texts(people.village)[-1]
