"""Adopting a household for a term: asked, approved, agreed to, then an ordinary pledge on each day."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import AuditEntry, Message, User
from donors import invariants
from donors.models import Adoption, Instalment, Pledge
from donors.services import adoptions, instalments, steps
from donors.services.adoptions import AdoptionInput
from donors.tasks import make_instalments
from fupin.lib.clock import add_months, shifted, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.models import Need
from needs.services import consents, review
from tests import factories
from tests.factories import Staff

pytestmark = pytest.mark.django_db
PAPER = "signed_paper"


@pytest.fixture
def family(people: Staff) -> User:
    return factories.user("欧阳受助")


@pytest.fixture
def need(people: Staff, family: User) -> Need:
    factories.charity_account(days=2000)
    home = factories.household(people.village, account=family, name="欧阳受助")
    return factories.published_need(people, home, target_fen=1_200_00)


def offer(**changes: object) -> AdoptionInput:
    values: dict[str, object] = {
        "rhythm": "month",
        "months": 6,
        "amount_fen": 200_00,
        "first_on": today(),
        "display": "nickname",
        "words": "想陪孩子读完这一年",
    }
    return AdoptionInput(**{**values, **changes})  # type: ignore[arg-type]


def asked(donor: User, need: Need, **changes: object) -> Adoption:
    return adoptions.ask(actor=donor, need=need, content=offer(**changes))


def running(people: Staff, donor: User, need: Need, **changes: object) -> Adoption:
    made = asked(donor, need, **changes)
    adoptions.take(actor=people.township, adoption=made, action="approve")
    return adoptions.take(actor=people.village, adoption=made, action="agree", evidence=PAPER)


def clean() -> bool:
    return not [*invariants.adoption_steps(), *invariants.adoption_instalments(), *invariants.steps()]


def test_pairing_goes_from_the_offer_to_the_first_instalment(people, donor, need, family) -> None:
    made = asked(donor, need)
    assert (made.status, Instalment.objects.count()) == ("asked", 0)
    adoptions.take(actor=people.township, adoption=made, action="approve")
    assert Message.objects.filter(user=family, link=made.get_absolute_url()).exists()
    made = adoptions.take(actor=family, adoption=made, action="agree")
    assert (made.status, made.evidence, made.instalments.count()) == ("running", "own_account", 6)
    assert make_instalments() == 1
    pledge = Pledge.objects.get()
    assert (pledge.donor, pledge.amount_fen, pledge.display, pledge.need) == (donor, 200_00, "nickname", need)
    assert made.instalments.get(number=1).pledge == pledge
    actions = AuditEntry.objects.filter(action__startswith="adoption.").order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "adoption.ask",
        "adoption.approve",
        "adoption.agree",
    ]
    assert clean()


def test_sweep_run_twice_makes_one_pledge(people, donor, need) -> None:
    running(people, donor, need)
    assert [make_instalments(), make_instalments()] == [1, 0]
    assert Pledge.objects.count() == 1
    assert Message.objects.filter(user=donor, dedup_key__startswith="instalment:").count() == 1


def test_missed_months_come_one_after_another_each_once(people, donor, need) -> None:
    made = running(people, donor, need)
    with shifted(timedelta(days=100)):
        assert [instalments.make_due(), instalments.make_due()] == [1, 0]
        for number in (2, 3, 4):
            steps.pay(actor=donor, pledge=Pledge.objects.latest("id"))
            assert instalments.make_due() == 1
            assert made.instalments.filter(pledge__isnull=False).count() == number
        steps.pay(actor=donor, pledge=Pledge.objects.latest("id"))
        assert instalments.make_due() == 0
    assert clean()


def test_instalment_is_announced_a_week_ahead_once(people, donor, need) -> None:
    running(people, donor, need, first_on=today() + timedelta(days=6))
    assert [instalments.remind_due(), instalments.remind_due()] == [1, 0]
    assert instalments.make_due() == 0


def test_last_instalment_completes_the_adoption(people, donor, need) -> None:
    made = running(people, donor, need, rhythm="term", amount_fen=300_00)
    assert make_instalments() == 1
    made.refresh_from_db()
    assert (made.status, made.closed_at is not None) == ("done", True)
    assert clean()


def test_pause_makes_nothing_and_going_on_shifts_what_is_open(people, donor, need) -> None:
    made = running(people, donor, need)
    make_instalments()
    steps.pay(actor=donor, pledge=Pledge.objects.get())
    made = adoptions.take(actor=donor, adoption=made, action="pause")
    with shifted(timedelta(days=95)):
        assert make_instalments() == 0
        made = adoptions.take(actor=donor, adoption=made, action="resume")
        days = [row.due_on for row in made.instalments.filter(pledge=None)]
        assert len(days) == 5
        assert days[0] >= today()
        assert days[1] == add_months(days[0], 1)
    assert clean()


def test_donor_ends_early_without_a_reason_and_what_was_given_stays(people, donor, need, family) -> None:
    made = running(people, donor, need)
    make_instalments()
    made = adoptions.take(actor=donor, adoption=made, action="end")
    assert (made.status, made.ended_for) == ("ended", "donor")
    assert Pledge.objects.get().status == "pledged"
    with shifted(timedelta(days=40)):
        assert make_instalments() == 0
    assert "前面的帮助都算数" in Message.objects.filter(user=family).latest("id").text.open()


def test_office_ends_with_a_reason_that_the_donor_reads(people, donor, need) -> None:
    made = running(people, donor, need)
    with pytest.raises(InvalidInput):
        adoptions.take(actor=people.township, adoption=made, action="close", note="全家已脱困")
    made = adoptions.take(
        actor=people.township, adoption=made, action="close", reason="graduated", note="孩子已经工作"
    )
    assert made.ended_for == "graduated"
    assert "孩子已经工作" in Message.objects.filter(user=donor).latest("id").text.open()


def test_withdrawn_consent_ends_it_and_tells_the_donor(people, donor, need, family) -> None:
    made = running(people, donor, need)
    consents.withdraw(actor=family, household=need.household)
    assert make_instalments() == 1
    made.refresh_from_db()
    assert (made.status, made.ended_for) == ("ended", "household")
    assert "谢谢您一路的帮助" in Message.objects.filter(user=donor).latest("id").text.open()
    assert not Pledge.objects.exists()
    assert clean()


def test_need_recalled_for_repair_keeps_the_adoption_waiting(people, donor, need) -> None:
    made = running(people, donor, need)
    review.recall(actor=people.county, need=need, reason="incomplete", comment="补一张照片")
    assert make_instalments() == 0
    made.refresh_from_db()
    assert made.status == "running"
    assert made.instalments.get(number=1).try_on == today() + timedelta(days=1)


def test_need_filled_by_others_ends_it(people, donor, need) -> None:
    made = running(people, donor, need)
    factories.money_pledge(factories.user("别人"), need, 1_200_00)
    make_instalments()
    made.refresh_from_db()
    assert (made.status, made.ended_for) == ("ended", "full")


def test_instalment_is_never_more_than_is_open(people, donor, need) -> None:
    running(people, donor, need)
    factories.money_pledge(factories.user("别人"), need, 1_100_00)
    make_instalments()
    assert Pledge.objects.get(donor=donor).amount_fen == 100_00


def test_expired_licence_lets_the_instalment_wait_a_day(people, donor, need) -> None:
    made = running(people, donor, need)
    with shifted(timedelta(days=3000)):
        assert instalments.make_due() == 0
        assert made.instalments.get(number=1).try_on == today() + timedelta(days=1)
    assert not Pledge.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"months": 7},
        {"rhythm": "day"},
        {"amount_fen": 50},
        {"amount_fen": 201_00},
        {"first_on": date(2020, 1, 1)},
        {"first_on": date(2100, 1, 1)},
    ],
)
def test_terms_that_do_not_fit_are_refused(donor, need, changes) -> None:
    with pytest.raises(InvalidInput):
        asked(donor, need, **changes)
    assert not Adoption.objects.exists()


def test_own_household_and_other_kinds_are_not_adopted(people, donor, need, family) -> None:
    with pytest.raises(NotAllowed):
        asked(family, need)
    with pytest.raises(Conflict):
        asked(donor, factories.published_need(people, kind="medical"))


def test_one_need_has_one_pairing_and_a_donor_asks_once(people, donor, need) -> None:
    other = asked(factories.user("别人", nickname="小王"), need)
    made = asked(donor, need)
    with pytest.raises(Conflict):
        asked(donor, need)
    adoptions.take(actor=people.township, adoption=made, action="approve")
    with pytest.raises(Conflict):
        adoptions.take(actor=people.township, adoption=other, action="approve")
    with pytest.raises(Conflict):
        asked(factories.user("第三人", nickname="小赵"), need)


def test_each_step_belongs_to_its_side(people, other_county, donor, need, family) -> None:
    made = asked(donor, need)
    for stranger in (donor, family, people.village, people.charity, other_county.township):
        with pytest.raises(NotAllowed):
            adoptions.take(actor=stranger, adoption=made, action="approve")
    adoptions.take(actor=people.township, adoption=made, action="approve")
    for stranger in (donor, people.charity, other_county.village):
        with pytest.raises(NotAllowed):
            adoptions.take(actor=stranger, adoption=made, action="agree", evidence=PAPER)
    with pytest.raises(Conflict):
        adoptions.take(actor=people.township, adoption=made, action="agree", evidence=PAPER)
    with pytest.raises(InvalidInput):
        adoptions.take(actor=people.village, adoption=made, action="agree")
    with pytest.raises(StaleState):
        adoptions.take(actor=people.township, adoption=made, action="approve")


def test_officer_does_not_approve_an_own_adoption(people, need) -> None:
    officer = factories.officer(Role.TOWNSHIP_MANAGER, factories.TOWN)
    with pytest.raises(NotAllowed):
        adoptions.take(actor=officer, adoption=asked(officer, need), action="approve")


def test_no_name_is_read_before_the_household_agreed(people, donor, need, family, as_user) -> None:
    made = asked(donor, need, display="named")
    address = made.get_absolute_url()
    assert as_user(family).get(address).status_code == 404
    adoptions.take(actor=people.township, adoption=made, action="approve")
    page = as_user(family).get(address).content.decode()
    assert donor.name not in page
    assert "愿意结对" in page
    assert "欧阳受助" not in as_user(donor).get(address).content.decode()
    adoptions.take(actor=family, adoption=made, action="agree")
    assert donor.name in as_user(family).get(address).content.decode()


def test_others_do_not_find_it(people, other_county, donor, need, as_user) -> None:
    address = asked(donor, need).get_absolute_url()
    for stranger in (factories.user("别人"), other_county.township, people.charity):
        assert as_user(stranger).get(address).status_code == 404
        assert as_user(stranger).post(f"{address}end/").status_code == 404
    assert as_user(other_county.township).get("/office/adoptions/").content.decode().count("inbox__row") == 0


def test_donor_asks_and_ends_on_the_pages(people, donor, need, family, as_user) -> None:
    browser = as_user(donor)
    address = f"/needs/{need.pk}/adopt/"
    assert address in browser.get(need.get_absolute_url()).content.decode()
    sent = {
        "months": 6,
        "rhythm": "month",
        "amount": "300",
        "first_on": today().isoformat(),
        "display": "named",
    }
    refused = browser.post(address, sent)
    assert refused.status_code == 400
    assert "6 期共 1,800 元" in refused.content.decode()
    browser.post(address, {**sent, "amount": "200", "words": "一起加油"})
    made = Adoption.objects.get()
    assert made.words == "一起加油"
    page = f"/adoptions/{made.pk}/"
    as_user(people.township).post(f"{page}approve/")
    assert "去答复" in as_user(family).get("/apply/").content.decode()
    as_user(family).post(f"{page}agree/")
    instalments.make_due()
    shown = browser.get(page).content.decode()
    assert "第 6 期" in shown
    assert "已认领" in shown
    browser.post(f"{page}end/")
    made.refresh_from_db()
    assert made.status == "ended"
    assert need.title in browser.get("/adoptions/").content.decode()


def test_refusal_without_words_stays_on_the_page(people, donor, need, as_user) -> None:
    made = asked(donor, need)
    answer = as_user(people.township).post(f"{made.get_absolute_url()}refuse/")
    assert answer.status_code == 400
    made.refresh_from_db()
    assert made.status == "asked"


def test_queue_stands_in_the_inbox_of_who_checks(people, donor, need, as_user) -> None:
    asked(donor, need)
    assert "等审核的结对" in as_user(people.township).get("/office/").content.decode()
    assert "等审核的结对" not in as_user(people.village).get("/office/").content.decode()
    assert need.title in as_user(people.township).get("/office/adoptions/?state=asked").content.decode()
    assert need.title not in as_user(people.township).get("/office/adoptions/?state=running").content.decode()


def test_lists_cost_the_same_for_one_and_for_three(people, donor, need, as_user) -> None:
    counts = []
    for number in (1, 3):
        while Adoption.objects.count() < number:
            asked(
                donor,
                factories.published_need(people, target_fen=1_200_00) if Adoption.objects.exists() else need,
            )
        seen = []
        for user, address in ((donor, "/adoptions/"), (people.township, "/office/adoptions/")):
            browser = as_user(user)
            browser.get(address)
            with CaptureQueriesContext(connection) as queries:
                browser.get(address)
            seen.append(len(queries))
        counts.append(seen)
    assert counts[0] == counts[1]
