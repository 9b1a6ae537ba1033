from datetime import timedelta

import pytest

from accounts.enums import Role
from accounts.models import AuditEntry, Message
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs import lifecycle
from needs.enums import Flag, Status
from needs.models import Need
from needs.services import drafts, publication, review
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(people):
    """A household that enters by itself."""
    return factories.household(people.village, account=factories.user("王测试"))


def draft(people, home=None):
    home = home or factories.household(people.village)
    return drafts.create_draft(actor=people.village, household=home, content=factories.content())


def test_household_request_is_verified_checked_and_published_by_three_people(people, own):
    need = drafts.create_draft(actor=own.account, household=own, content=factories.content())
    assert review.submit(actor=own.account, need=need).status == Status.SUBMITTED
    assert review.verify(actor=people.village, need=need, comment="上门看过").status == Status.VERIFIED
    assert review.check(actor=people.township, need=need).status == Status.CHECKED
    need = review.approve(actor=people.county, need=need)
    assert (need.status, need.published_at is not None, need.progress.need_id) == (
        Status.PUBLISHED,
        True,
        need.pk,
    )
    need.refresh_from_db()
    assert need.is_listed
    assert list(need.reviews.order_by("id").values_list("action", "role")) == [
        ("submit", ""),
        ("verify", "village_officer"),
        ("check", "township_manager"),
        ("approve", "county_admin"),
    ]
    actions = (
        AuditEntry.objects.filter(object_type="needs.need").order_by("id").values_list("action", flat=True)
    )
    assert list(actions) == ["need.create", "need.submit", "need.verify", "need.check", "need.approve"]
    assert Message.objects.filter(user=own.account).count() == 3


def test_officer_submission_on_behalf_is_verified_at_once_and_checked_by_somebody_else(people):
    need = review.submit(actor=people.village, need=draft(people))
    assert need.status == Status.VERIFIED
    with pytest.raises(NotAllowed):
        review.check(actor=people.village, need=need)


def test_township_submission_is_checked_by_a_second_person(people):
    home = factories.household(people.village)
    need = drafts.create_draft(actor=people.township, household=home, content=factories.content())
    need = review.submit(actor=people.township, need=need)
    with pytest.raises(Conflict):
        review.check(actor=people.township, need=need)
    second = factories.officer(Role.TOWNSHIP_MANAGER, factories.TOWN)
    assert review.check(actor=second, need=need).status == Status.CHECKED


def test_two_accounts_of_one_person_are_one_person(people):
    need = review.submit(actor=people.village, need=draft(people))
    second = factories.officer(Role.TOWNSHIP_MANAGER, factories.TOWN)
    for user in (people.village, second):
        user.id_index = "a" * 64
        user.save()
    with pytest.raises(Conflict):
        review.check(actor=second, need=need)


def test_county_that_checked_can_not_also_approve(people):
    need = review.submit(actor=people.village, need=draft(people))
    need = review.check(actor=people.county, need=need)
    with pytest.raises(Conflict):
        review.approve(actor=people.county, need=need)


def test_nothing_is_submitted_without_consent(people):
    home = factories.household(people.village)
    home.consents.filter(kind="publish").update(withdrawn_at=now())
    with pytest.raises(Conflict):
        review.submit(actor=people.village, need=draft(people, home))


def test_flagged_need_passes_the_township_only_with_an_answer(people):
    home = factories.household(people.village)
    need = drafts.create_draft(
        actor=people.village, household=home, content=factories.content(title="想要苹果手机")
    )
    need = review.submit(actor=people.village, need=need)
    assert need.flags == [Flag.BRAND]
    with pytest.raises(InvalidInput) as refusal:
        review.check(actor=people.township, need=need)
    assert "comment" in refusal.value.fields
    review.check(actor=people.township, need=need, comment="已改为普通学习机")
    assert need.reviews.get(action="check").flags == [Flag.BRAND]


def test_second_request_of_the_same_kind_within_90_days_is_flagged(people):
    home = factories.household(people.village)
    review.submit(actor=people.village, need=draft(people, home))
    assert review.submit(actor=people.village, need=draft(people, home)).flags == [Flag.REPEAT]


def test_household_over_its_yearly_cap_is_flagged(people):
    home = factories.household(people.village)
    need = drafts.create_draft(
        actor=people.village, household=home, content=factories.content(target_fen=20_000_01)
    )
    assert review.submit(actor=people.village, need=need).flags == [Flag.OVER_CAP]


def test_returned_need_keeps_its_first_submission_date(people):
    need = review.submit(actor=people.village, need=draft(people))
    first = need.submitted_at
    need = review.send_back(actor=people.township, need=need, reason="unclear", comment="请写明学校")
    assert need.status == Status.RETURNED
    drafts.edit_draft(actor=people.village, need=need, content=factories.content(title="初三学生住宿费"))
    need = review.submit(actor=people.village, need=need)
    assert (need.submitted_at, need.title, need.status) == (first, "初三学生住宿费", Status.VERIFIED)


def test_return_needs_a_reason_code(people):
    need = review.submit(actor=people.village, need=draft(people))
    with pytest.raises(InvalidInput):
        review.send_back(actor=people.township, need=need, reason="", comment="再看看")


def test_need_under_review_can_not_be_edited(people):
    need = review.submit(actor=people.village, need=draft(people))
    with pytest.raises(StaleState):
        drafts.edit_draft(actor=people.village, need=need, content=factories.content())


def test_approval_for_a_later_date_publishes_then_and_once(people):
    need = review.check(actor=people.township, need=review.submit(actor=people.village, need=draft(people)))
    need = review.approve(actor=people.county, need=need, publish_at=now() + timedelta(hours=1))
    assert (need.status, publication.publish_due()) == (Status.CHECKED, 0)
    Need.objects.filter(pk=need.pk).update(publish_at=now())
    assert (publication.publish_due(), publication.publish_due()) == (1, 0)
    need.refresh_from_db()
    assert (need.status, need.progress.is_open) == (Status.PUBLISHED, True)


def test_need_with_helpers_can_not_be_withdrawn(people, donor):
    factories.charity_account()
    need = factories.published_need(people)
    factories.money_pledge(donor, need)
    with pytest.raises(Conflict):
        review.withdraw(actor=people.village, need=need)
    other = review.withdraw(actor=people.village, need=factories.published_need(people))
    assert (other.status, other.progress.need_id) == (Status.WITHDRAWN, other.pk)
    with pytest.raises(Conflict):
        factories.money_pledge(donor, other)


def test_foreign_officers_may_do_nothing(people, other_county):
    need = review.submit(actor=people.village, need=draft(people))
    assert lifecycle.steps_for(other_county.township, need) == []
    for work in (review.check, review.approve):
        with pytest.raises((NotAllowed, StaleState)):
            work(actor=other_county.county, need=need)
    with pytest.raises(NotAllowed):
        draft(other_county, factories.household(people.village))


@pytest.mark.parametrize("status", Status.values)
def test_actions_outside_the_table_are_refused_with_the_present_state(people, status):
    need = draft(people)
    published = now() if status in {"published", "matched", "fulfilled"} else None
    Need.objects.filter(pk=need.pk).update(status=status, published_at=published)
    need.refresh_from_db()
    allowed = {row.action for row in lifecycle.LIFECYCLE if row.source == status}
    able = {"check": people.township, "approve": people.county, "recall": people.county}
    for action in set(lifecycle.ACTIONS) - allowed:
        with pytest.raises(StaleState) as refusal:
            lifecycle.step(able.get(action, people.village), need, action)
        assert refusal.value.extra == {"status": status}
        with pytest.raises(NotAllowed):
            lifecycle.step(people.charity, need, action)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"forms": []}, "forms"),
        ({"target_fen": 0}, "target_amount"),
        ({"forms": ["goods"], "target_fen": 0}, "items"),
        ({"story": "请打 13800000001 联系我们，孩子上学需要住宿费"}, "story"),
        ({"subject": "village"}, "subject"),
    ],
)
def test_content_that_contradicts_itself_is_refused_by_field(people, changes, field):
    home = factories.household(people.village)
    with pytest.raises(InvalidInput) as refusal:
        drafts.create_draft(actor=people.village, household=home, content=factories.content(**changes))
    assert field in refusal.value.fields


def test_officer_may_not_register_a_household_with_own_phone(people):
    with pytest.raises(InvalidInput) as refusal:
        factories.households.register(
            actor=people.village,
            region=factories.Region.objects.get(code=factories.VILLAGE),
            content=factories.HouseholdInput(name="赵测试", cause="other", phone=people.village.phone.open()),
            evidence="signed_paper",
        )
    assert "phone" in refusal.value.fields
