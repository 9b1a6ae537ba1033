"""What donors see and what happens to their help when its need is taken off the public pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.invariants import REGISTRY
from accounts.models import AuditEntry, Message
from accounts.services import audit
from donors.models import Pledge
from donors.services import certificates, pledges, steps, taken_down
from donors.services.pledges import PledgeInput
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, StaleState
from needs import signals
from needs.models import NeedProgress
from needs.services import drafts, review
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(people):
    factories.charity_account()
    return factories.published_need(people)


def recall(people, need):
    return review.recall(actor=people.county, need=need, reason="unclear", comment="收费表要重新核对")


def words_to(user):
    return [message.text.open() for message in Message.objects.filter(user=user).order_by("id")]


def test_unpaid_pledges_are_freed_and_their_donors_told_once(people, donor, need):
    made = factories.money_pledge(donor, need)
    recall(people, need)
    assert (taken_down.settle_due(), taken_down.settle_due()) == (1, 0)
    made.refresh_from_db()
    assert (made.status, made.steps.latest("id").action) == ("cancelled", "free")
    assert NeedProgress.objects.get().pledged_fen == 0
    assert [made.transfers.filter(target=book).count() for book in ("promised", "open")] == [1, 1]
    assert AuditEntry.objects.filter(action="pledge.free", object_id=str(made.pk)).count() == 1
    assert ["请不要再转账" in text for text in words_to(donor)] == [True]


def test_money_on_its_way_or_received_stays_and_its_donors_are_told_once(people, donor, need):
    paid = steps.pay(actor=donor, pledge=factories.money_pledge(donor, need, 100_00))
    second = factories.user()
    received = factories.received_pledge(second, need, people, 300_00)
    before = len(words_to(second))
    recall(people, need)
    assert (taken_down.settle_due(), taken_down.settle_due()) == (2, 0)
    for made, status in ((paid, "paid"), (received, "received")):
        made.refresh_from_db()
        assert (made.status, made.steps.latest("id").action) == (status, "taken_down")
    assert len(words_to(donor)) == 1
    assert len(words_to(second)) == before + 1
    assert set(taken_down.to_settle()) == {paid, received}


def test_a_second_recall_tells_again(people, donor, need):
    factories.received_pledge(donor, need, people, 300_00)
    recall(people, need)
    taken_down.settle_due()
    drafts.edit_draft(actor=people.village, need=need, content=factories.content())
    review.submit(actor=people.village, need=need)
    review.check(actor=people.township, need=need, comment="已经核对过")
    review.approve(actor=people.county, need=need)
    assert (taken_down.settle_due(), taken_down.to_settle().count()) == (0, 0)
    recall(people, need)
    assert (taken_down.settle_due(), taken_down.settle_due()) == (1, 0)


def test_service_whose_day_has_come_waits_for_its_recipient_s_word(people, donor):
    need = factories.published_need(people, forms=["service"], target_fen=0)
    days = {"today": today(), "later": today() + timedelta(days=5)}
    made = {
        key: pledges.pledge(
            actor=donor,
            need=need,
            content=PledgeInput(form="service", hours=2, service_on=day),
            idempotency_key=key,
        )
        for key, day in days.items()
    }
    recall(people, need)
    assert (taken_down.settle_due(), taken_down.settle_due()) == (2, 0)
    assert {key: Pledge.objects.get(pk=row.pk).status for key, row in made.items()} == {
        "today": "pledged",
        "later": "cancelled",
    }
    assert steps.receive(actor=people.village, pledge=made["today"]).status == "confirmed"


def test_while_taken_down_nobody_sends_more_and_nothing_is_paid_out(people, donor, need):
    promised = factories.money_pledge(donor, need, 100_00)
    received = factories.received_pledge(factories.user(), need, people, 300_00)
    recall(people, need)
    with pytest.raises(Conflict) as refusal:
        steps.pay(actor=donor, pledge=promised)
    assert refusal.value.code == "taken_down"
    with pytest.raises(Conflict):
        steps.pay_out(actor=people.charity, pledge=received)
    # What arrived nevertheless is booked: the statement has the last word.
    assert steps.receive(actor=people.charity, pledge=promised).status == "received"


def test_pledges_of_public_needs_are_never_freed(people, donor, need):
    made = factories.money_pledge(donor, need)
    assert taken_down.settle_due() == 0
    with pytest.raises(StaleState):
        steps.free(pledge=made)


def test_the_signal_is_sent_after_the_commit_where_help_was_promised(
    people, donor, need, django_capture_on_commit_callbacks
):
    heard: list[int] = []

    def hear(sender, need_id, **kwargs):
        heard.append(need_id)

    signals.taken_down.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            recall(people, factories.published_need(people))
        assert heard == []
        factories.money_pledge(donor, need)
        with django_capture_on_commit_callbacks(execute=True):
            recall(people, need)
            assert heard == []
        assert heard == [need.pk]
    finally:
        signals.taken_down.disconnect(hear)


def test_the_donor_reads_it_on_the_pledge_s_page_without_a_dead_link(people, donor, need, as_user):
    made = factories.received_pledge(donor, need, people, 300_00)
    address = need.get_absolute_url()
    assert address in as_user(donor).get(made.get_absolute_url()).content.decode()
    recall(people, need)
    taken_down.settle_due()
    page = as_user(donor).get(made.get_absolute_url())
    text = page.content.decode()
    assert (page.status_code, "这条求助已撤下" in text, f'href="{address}"' in text) == (200, True, False)


def test_the_county_lists_what_is_to_be_settled_and_others_do_not(people, other_county, donor, need, as_user):
    made = factories.received_pledge(donor, need, people, 300_00)
    address = "/office/pledges/?status=taken_down"
    assert made.reference not in as_user(people.county).get(address).content.decode()
    recall(people, need)
    assert made.reference in as_user(people.county).get(address).content.decode()
    assert made.reference not in as_user(other_county.county).get(address).content.decode()
    county, counts = as_user(people.county), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            county.get(address)
        counts.append(len(queries))
        another = factories.published_need(people)
        factories.received_pledge(donor, another, people, 100_00)
        recall(people, another)
    assert counts[0] == counts[1]


def test_all_invariants_hold_after_a_recall(people, donor, need):
    factories.money_pledge(donor, need, 100_00)
    factories.received_pledge(factories.user(), need, people, 300_00)
    recall(people, need)
    taken_down.settle_due()
    audit.seal()
    certificates.issue_due()
    for rule in REGISTRY.values():
        assert list(rule.violations()) == [], rule.id


def test_the_county_s_inbox_asks_to_settle_what_was_acted_on(people, other_county, donor, need, as_user):
    factories.received_pledge(donor, need, people, 300_00)
    recall(people, need)
    assert "求助已撤下" in as_user(people.county).get("/office/").content.decode()
    for person in (other_county.county, people.village):
        assert "求助已撤下" not in as_user(person).get("/office/").content.decode()


def test_what_was_confirmed_during_the_recall_fulfils_the_repaired_need(people, donor, need):
    received = factories.received_pledge(donor, need, people, 1_000_00)
    paid_out = steps.pay_out(actor=people.charity, pledge=received)
    need.refresh_from_db()
    assert need.status == "matched"
    recall(people, need)
    steps.receive(actor=people.village, pledge=paid_out)
    need.refresh_from_db()
    assert need.status == "returned"
    review.submit(actor=people.village, need=need)
    review.check(actor=people.township, need=need)
    review.approve(actor=people.county, need=need)
    need.refresh_from_db()
    assert (need.status, need.closed_at is not None) == ("fulfilled", True)
