import pytest

from donors.enums import Book, PledgeStatus
from donors.models import Pledge, Transfer
from donors.services import certificates, pledges, steps
from donors.services.pledges import PledgeInput
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.models import Need
from tests import factories

pytestmark = pytest.mark.django_db


def balance(need: Need, book: str) -> int:
    """What stands in one book of a need's money ledger, in fen."""
    rows = Transfer.objects.filter(need=need, item=None)
    into = sum(rows.filter(target=book).values_list("amount", flat=True))
    return into - sum(rows.filter(source=book).values_list("amount", flat=True))


@pytest.fixture
def need(people):
    factories.charity_account()
    return factories.published_need(people)


def test_pledge_of_money_reserves_it_and_writes_the_ledger(need, donor):
    made = factories.money_pledge(donor, need, 200_00)
    need.progress.refresh_from_db()
    assert (made.status, need.progress.pledged_fen, need.progress.helpers) == ("pledged", 200_00, 1)
    assert balance(need, Book.PROMISED) == 200_00
    assert list(made.steps.values_list("action", "target")) == [("pledge", "pledged")]


def test_pledge_with_the_same_key_returns_the_same_pledge(need, donor):
    first = factories.money_pledge(donor, need, 200_00, key="one-key")
    assert factories.money_pledge(donor, need, 200_00, key="one-key") == first
    with pytest.raises(Conflict):
        factories.money_pledge(donor, need, 300_00, key="one-key")
    assert Pledge.objects.count() == 1


def test_pledge_over_what_is_open_is_refused_with_what_is_open(need, donor):
    factories.money_pledge(donor, need, 900_00)
    with pytest.raises(Conflict) as refusal:
        factories.money_pledge(donor, need, 200_00)
    assert refusal.value.extra == {"open": "100.00"}
    assert Pledge.objects.count() == 1


def test_pledge_of_everything_matches_the_need_and_cancelling_opens_it_again(need, donor):
    made = factories.money_pledge(donor, need, 1_000_00)
    need.refresh_from_db()
    assert (need.status, need.is_listed) == ("matched", False)
    steps.cancel(actor=donor, pledge=made)
    need.refresh_from_db()
    need.progress.refresh_from_db()
    assert (need.status, need.progress.is_open, need.progress.pledged_fen, need.progress.helpers) == (
        "published",
        True,
        0,
        0,
    )
    assert balance(need, Book.PROMISED) == 0


def test_money_goes_from_promise_over_the_charity_to_the_household(need, donor, people):
    made = steps.pay(actor=donor, pledge=factories.money_pledge(donor, need, 1_000_00), bank_note="转账附言")
    assert made.status == PledgeStatus.PAID
    made = steps.receive(actor=people.charity, pledge=made)
    assert (made.status, made.certificate_due, balance(need, Book.HELD)) == ("received", True, 1_000_00)
    made = steps.pay_out(actor=people.charity, pledge=made)
    made = steps.receive(actor=people.village, pledge=made)
    need.refresh_from_db()
    assert (made.status, need.status, balance(need, Book.DELIVERED)) == ("confirmed", "fulfilled", 1_000_00)


def test_goods_by_courier_arrive_and_fulfil_the_need(people, donor):
    need = factories.published_need(people, items=factories.goods_content().items)
    items = {item.pk: item.quantity for item in need.items.all()}
    made = pledges.pledge(
        actor=donor,
        need=need,
        content=PledgeInput(form="goods", items=items, delivery="courier", display="anonymous"),
        idempotency_key="goods-1",
    )
    made = steps.ship(
        actor=donor, pledge=made, dispatch=steps.Dispatch(courier="sf", tracking_number="SF1000001")
    )
    made = steps.receive(actor=people.village, pledge=made)
    need.refresh_from_db()
    assert (made.status, need.status) == ("confirmed", "fulfilled")
    assert [(item.pledged, item.received) for item in need.items.all()] == [(2, 2), (1, 1)]


def test_goods_with_problems_count_only_once_the_problem_is_solved(people, donor):
    need = factories.published_need(people, items=factories.goods_content().items)
    item = need.items.first()
    made = pledges.pledge(
        actor=donor,
        need=need,
        content=PledgeInput(form="goods", items={item.pk: 2}, delivery="in_person"),
        idempotency_key="goods-2",
    )
    made = steps.ship(
        actor=donor, pledge=made, dispatch=steps.Dispatch(meet_at="村委会门口", meet_on=factories.today())
    )
    with pytest.raises(InvalidInput):
        steps.receive(actor=people.village, pledge=made, outcome="problem")
    made = steps.receive(actor=people.village, pledge=made, outcome="problem", note="少了一床被子")
    item.refresh_from_db()
    assert (made.status, made.certificate_due, item.received) == ("confirmed", False, 0)
    made = steps.receive(actor=people.village, pledge=made, outcome="complete", note="已补寄")
    item.refresh_from_db()
    assert (made.certificate_due, item.received) == (True, 2)


def test_one_parcel_number_serves_one_pledge(people, donor):
    need = factories.published_need(people, items=factories.goods_content().items)
    item = need.items.first()
    parcel = steps.Dispatch(courier="zto", tracking_number="ZT9000001")
    for key in ("a", "b"):
        made = pledges.pledge(
            actor=donor,
            need=need,
            content=PledgeInput(form="goods", items={item.pk: 1}, delivery="courier"),
            idempotency_key=f"parcel-{key}",
        )
        if key == "a":
            steps.ship(actor=donor, pledge=made, dispatch=parcel)
    with pytest.raises(Conflict):
        steps.ship(actor=donor, pledge=made, dispatch=parcel)


def test_giver_never_confirms_own_gift(need, people):
    made = factories.money_pledge(people.village, need)
    with pytest.raises(Conflict):
        steps.receive(actor=people.village, pledge=steps.pay(actor=people.village, pledge=made))


def test_charity_of_another_county_may_not_confirm(need, donor, other_county):
    made = steps.pay(actor=donor, pledge=factories.money_pledge(donor, need))
    with pytest.raises(NotAllowed):
        steps.receive(actor=other_county.charity, pledge=made)


def test_paid_pledge_can_not_be_cancelled(need, donor):
    made = steps.pay(actor=donor, pledge=factories.money_pledge(donor, need))
    with pytest.raises(StaleState):
        steps.cancel(actor=donor, pledge=made)


def test_expired_licence_closes_the_money_button(people, donor):
    factories.charity_account(days=-1)
    need = factories.published_need(people)
    with pytest.raises(Conflict) as refusal:
        factories.money_pledge(donor, need)
    assert refusal.value.code == "no_charity_account"


def test_unmet_pledge_lapses_and_frees_what_it_held(need, donor):
    made = factories.money_pledge(donor, need)
    Pledge.objects.filter(pk=made.pk).update(expires_at=made.created_at)
    assert (steps.lapse_due(), steps.lapse_due()) == (1, 0)
    made.refresh_from_db()
    need.progress.refresh_from_db()
    assert (made.status, need.progress.pledged_fen) == ("lapsed", 0)


def test_certificate_is_issued_once_and_says_donor_recipient_and_gift(need, donor, people):
    made = factories.received_pledge(donor, need, people)
    assert (certificates.issue_due(), certificates.issue_due()) == (1, 0)
    certificate = made.certificates.get()
    payload = certificates.payload_of(certificate)
    assert certificates.is_genuine(certificate)
    assert (payload.donor, payload.recipient) == ("李爱心", "张**（湖南省衡阳市祁东县）")
    assert payload.content == "捐赠人民币 200 元，用于“初三学生住校费用”"
    assert certificate.number == f"FP-430426-{factories.today().year}-000001"


def test_own_need_can_not_be_helped_by_oneself(people):
    own = factories.user("王测试")
    need = factories.published_need(people, factories.household(people.village, account=own))
    factories.charity_account()
    with pytest.raises(NotAllowed):
        factories.money_pledge(own, need)


def test_county_own_need_is_received_by_a_county_officer_who_checks(people, donor):
    factories.charity_account()
    need = factories.county_need(people)
    made = factories.received_pledge(donor, need, people, 1_000_00)
    assert steps.receive(actor=people.county, pledge=made).status == PledgeStatus.CONFIRMED


def test_household_hears_that_a_parcel_is_on_its_way(people, donor):
    home = factories.household(people.village, account=factories.user("王测试"))
    need = factories.published_need(people, home, items=factories.goods_content().items)
    made = pledges.pledge(
        actor=donor,
        need=need,
        content=PledgeInput(form="goods", items={need.items.first().pk: 1}, delivery="courier"),
        idempotency_key="parcel",
    )
    before = home.account.inbox.count()
    steps.ship(actor=donor, pledge=made, dispatch=steps.Dispatch(courier="sf", tracking_number="SF9"))
    assert home.account.inbox.count() == before + 1


@pytest.mark.parametrize("paid_out", [True, False])
def test_money_with_a_problem_is_booked_as_delivered_once(need, donor, people, paid_out):
    made = factories.received_pledge(donor, need, people, 1_000_00)
    if paid_out:
        made = steps.pay_out(actor=people.charity, pledge=made)
    made = steps.receive(actor=people.village, pledge=made, outcome="problem", note="账户名写错了")
    need.refresh_from_db()
    assert need.status == "matched"
    made = steps.receive(actor=people.village, pledge=made, outcome="complete", note="已更正到账")
    need.refresh_from_db()
    assert (balance(need, Book.DELIVERED), need.status, made.outcome) == (1_000_00, "fulfilled", "complete")
