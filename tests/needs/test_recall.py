"""The county takes a public need back: rights, reasons, repair, and a second publication."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry, Message
from donors.services import steps, taken_down
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.enums import Status
from needs.models import Need, NeedItem, NeedProgress
from needs.services import drafts, review
from tests import factories

pytestmark = pytest.mark.django_db
WORDS = "住宿费与学校收费表不符"


def recalled(people, need):
    return review.recall(actor=people.county, need=need, reason="not_real", comment=WORDS)


def published_again(people, need, **changes):
    drafts.edit_draft(actor=people.village, need=need, content=factories.content(**changes))
    review.submit(actor=people.village, need=need)
    review.check(actor=people.township, need=need, comment="已核对收费表")
    return review.approve(actor=people.county, need=need)


def test_county_takes_a_public_need_back_with_reason_and_words(people):
    home = factories.household(people.village, account=factories.user("王测试"))
    need = recalled(people, factories.published_need(people, home))
    need.refresh_from_db()
    assert (need.status, need.is_listed, need.progress.is_open) == (Status.RETURNED, False, False)
    last = need.reviews.order_by("-id")[0]
    assert (last.action, last.reason, last.comment, last.role) == (
        "recall",
        "not_real",
        WORDS,
        "county_admin",
    )
    assert AuditEntry.objects.filter(action="need.recall", reason="not_real").count() == 1
    assert "撤下并退回" in Message.objects.filter(user=home.account).latest("id").text.open()


@pytest.mark.parametrize(
    ("reason", "comment", "field"), [("", WORDS, "reason"), ("unclear", "改", "comment")]
)
def test_recall_without_reason_or_words_changes_nothing(people, reason, comment, field):
    need = factories.published_need(people)
    with pytest.raises(InvalidInput) as refusal:
        review.recall(actor=people.county, need=need, reason=reason, comment=comment)
    assert field in refusal.value.fields
    assert Need.objects.get().status == Status.PUBLISHED


def test_only_the_need_s_own_county_recalls_and_only_what_is_public(people, other_county):
    need = factories.published_need(people)
    for person in (people.village, people.township, people.charity, other_county.county):
        with pytest.raises(NotAllowed):
            review.recall(actor=person, need=need, reason="unclear", comment=WORDS)
    assert NeedProgress.objects.get().is_open
    recalled(people, need)
    with pytest.raises(StaleState):
        recalled(people, need)


def test_repaired_need_is_reviewed_anew_and_keeps_its_first_publication_date(people):
    need = factories.published_need(people)
    Need.objects.update(published_at=now() - timedelta(days=9))
    first = Need.objects.get().published_at
    again = published_again(people, recalled(people, need), title="初三学生住宿费")
    assert (again.status, again.published_at, again.taken_down_at) == (Status.PUBLISHED, first, None)
    assert NeedProgress.objects.get().is_open
    assert [row.action for row in need.reviews.order_by("id")].count("approve") == 2


def test_who_approved_before_the_recall_may_approve_the_repaired_need(people):
    assert published_again(people, recalled(people, factories.published_need(people))).is_public


def test_recalled_need_asks_at_least_for_the_money_it_has(people, donor):
    factories.charity_account()
    need = factories.published_need(people)
    factories.received_pledge(donor, need, people, 600_00)
    need = recalled(people, need)
    with pytest.raises(InvalidInput) as refusal:
        drafts.edit_draft(actor=people.village, need=need, content=factories.content(target_fen=500_00))
    assert "600" in refusal.value.fields["target_amount"][0]
    assert published_again(people, need, target_fen=600_00).status == Status.MATCHED


def test_items_that_pledges_name_are_dropped_but_not_deleted(people, donor):
    need = factories.published_need(
        people,
        items=[
            factories.ItemInput(name="棉被", unit="床", quantity=2),
            factories.ItemInput(name="书桌", unit="张", quantity=1),
        ],
    )
    quilt, desk = need.items.all()
    content = factories.pledges.PledgeInput(form="goods", items={quilt.pk: 1, desk.pk: 1}, delivery="courier")
    factories.pledges.pledge(actor=donor, need=need, content=content, idempotency_key="k")
    need = recalled(people, need)
    less = factories.goods_content(items=[factories.ItemInput(name="棉被", unit="床", quantity=3)])
    with pytest.raises(InvalidInput) as refusal:
        drafts.edit_draft(actor=people.village, need=need, content=less)
    assert "书桌 1 张" in refusal.value.fields["items"][0]
    taken_down.settle_due()
    drafts.edit_draft(actor=people.village, need=need, content=less)
    assert [(item.pk, item.quantity, item.pledged) for item in need.items.all()] == [(quilt.pk, 3, 0)]
    assert NeedItem.everything.get(pk=desk.pk).is_dropped
    assert [row.item.name for row in donor.pledges.get().items.all()] == ["棉被", "书桌"]


def test_a_recalled_need_takes_no_pledge(people, donor):
    factories.charity_account()
    need = recalled(people, factories.published_need(people))
    with pytest.raises(Conflict):
        factories.money_pledge(donor, need)


def test_recall_at_the_page_says_what_is_missing_and_does_it(people, as_user):
    need = factories.published_need(people)
    county, address = as_user(people.county), f"/office/needs/{need.pk}/recall/"
    assert "撤下并退回" in county.get(f"/office/needs/{need.pk}/").content.decode()
    missing = county.post(address, {"comment": WORDS})
    assert (missing.status_code, WORDS in missing.content.decode()) == (400, True)
    assert county.post(address, {"comment": WORDS, "reason": "not_real"}).status_code == 302
    assert county.post(address, {"comment": WORDS, "reason": "not_real"}).status_code == 409
    assert as_user(people.village).post(address, {"comment": WORDS, "reason": "unclear"}).status_code == 403
    assert as_user(people.village).get(f"/needs/{need.pk}/").status_code == 200
    assert as_user(factories.user()).get(f"/needs/{need.pk}/").status_code == 404


def test_what_nobody_paid_is_free_again_and_the_need_stays_returned(people, donor):
    factories.charity_account()
    need = factories.published_need(people)
    factories.money_pledge(donor, need, 100_00)
    factories.received_pledge(donor, need, people, 200_00)
    recalled(people, need)
    taken_down.settle_due()
    progress = NeedProgress.objects.get()
    assert (progress.pledged_fen, progress.received_fen, progress.helpers) == (200_00, 200_00, 1)
    assert Need.objects.get().status == Status.RETURNED
    assert steps.lapse_due() == 0
