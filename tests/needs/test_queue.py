"""The gates' queues: next due first, filters, scope, and checking several routine needs at once."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Appointment, AuditEntry
from accounts.services import appointments
from fupin.lib.clock import ZONE, now
from needs import deadlines
from needs.enums import Status
from needs.models import Need, NeedOpening
from needs.services import bulk, drafts, review
from tests import factories

pytestmark = pytest.mark.django_db
QUEUE, MANY = "/office/needs/?status=verified", "/office/needs/check/"


def waiting(people, home=None, **changes):
    home = home or factories.household(people.village)
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content(**changes))
    return review.submit(actor=people.village, need=need)


def routine(people, **changes):
    """A second need of a household that was helped before, of another kind."""
    home = factories.household(people.village)
    factories.published_need(people, home)
    return waiting(people, home, kind="medical", **changes)


def text_of(answer):
    return answer.content.decode()


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-11-16", "2026-11-19"),  # Monday
        ("2026-11-19", "2026-11-24"),  # Thursday: over the weekend
        ("2026-11-21", "2026-11-25"),  # Saturday
    ],
)
def test_a_gate_is_due_after_its_working_days(since, due):
    moment = datetime.fromisoformat(f"{since}T23:30:00").replace(tzinfo=ZONE)
    assert deadlines.due_day("verified", moment).isoformat() == due


def test_the_promise_is_a_setting(settings):
    settings.GATE_WORKDAYS = {"submitted": 1, "verified": 5, "checked": 9}
    assert "村级核实 1 个、乡镇检查 5 个、县级发布 9 个" in deadlines.promise()


@pytest.mark.parametrize("back", range(12))
def test_overdue_is_the_same_to_the_filter_and_to_the_row(people, back):
    need = waiting(people)
    need.waiting_since = now() - timedelta(days=back)
    late = deadlines.due(need)["urgency"] == "late"
    assert (need.waiting_since < deadlines.overdue_before("verified")) == late


def test_the_queue_lists_next_due_first_and_marks_what_is_late(people, as_user):
    waiting(people, title="刚刚提交的求助")
    old = waiting(people, title="等了很久的求助")
    Need.objects.filter(pk=old.pk).update(waiting_since=now() - timedelta(days=9))
    page = text_of(as_user(people.township).get(QUEUE))
    assert page.index("等了很久的求助") < page.index("刚刚提交的求助")
    assert "queue__row--late" in page
    assert "平台承诺" in page
    only = text_of(as_user(people.township).get(f"{QUEUE}&overdue=on"))
    assert ("等了很久的求助" in only, "刚刚提交的求助" in only) == (True, False)


def test_the_queue_filters_by_village_kind_and_flags(people, as_user):
    waiting(people, title="第一村的求助")
    second = factories.officer("village_officer", factories.VILLAGE_2)
    other = factories.household(second, code=factories.VILLAGE_2)
    need = drafts.create_draft(
        actor=second, household=other, content=factories.content(title="想要苹果手机", kind="medical")
    )
    review.submit(actor=second, need=need)
    township = as_user(people.township)
    for query in (f"region={factories.VILLAGE_2}", "kind=medical", "flagged=on"):
        page = text_of(township.get(f"{QUEUE}&{query}"))
        assert ("想要苹果手机" in page, "第一村的求助" in page) == (True, False), query


def test_the_queue_shows_only_gates_and_places_of_one_s_own(people, other_county, as_user):
    need = waiting(people)
    for person in (other_county.township, other_county.county):
        assert need.title not in text_of(as_user(person).get(QUEUE))
    assert "待我检查" in text_of(as_user(people.township).get("/office/needs/"))
    assert "待我核实" in text_of(as_user(people.village).get("/office/needs/"))
    assert "待我检查" not in text_of(as_user(people.village).get("/office/needs/"))


def test_pages_of_the_queue_follow_each_other_without_gap_or_repeat(people, as_user):
    homes = [factories.household(people.village) for _ in range(3)]
    made = [
        waiting(people, homes[number % 3], title=f"第{number + 10}条求助", kind="other")
        for number in range(23)
    ]
    township = as_user(people.township)
    first = township.get(QUEUE)
    following = text_of(township.get(first.context["next_url"]))
    shown = [need.title in text_of(first) for need in made]
    assert sum(shown) == 20
    assert [need.title in following for need in made] == [not was for was in shown]


def test_the_queue_costs_the_same_for_one_and_for_three_rows(people, as_user):
    counts = []
    for _ in range(2):
        routine(people)
        with CaptureQueriesContext(connection) as queries:
            as_user(people.township).get(QUEUE)
        counts.append(len(queries))
        routine(people)
    assert counts[0] == counts[1]


def test_several_routine_needs_are_checked_at_once_after_each_was_opened(people, as_user):
    needs = [routine(people, title=f"复查药费第{number}次") for number in range(3)]
    township = as_user(people.township)
    for need in needs[:2]:
        township.get(f"/office/needs/{need.pk}/")
    answer = township.post(MANY, {"need": [need.pk for need in needs], "comment": "已电话核对"})
    states = [Need.objects.get(pk=need.pk).status for need in needs]
    assert states == [Status.CHECKED, Status.CHECKED, Status.VERIFIED]
    page = text_of(answer)
    assert "办好 2 条，没有办 1 条" in page
    assert needs[2].title in page
    assert "没有打开看过" in page
    assert needs[0].reviews.latest("id").comment == "已电话核对"
    assert AuditEntry.objects.filter(action="need.check").count() == 2 + 3  # three homes were helped before


def test_a_choice_that_waited_for_a_signal_is_taken_once_and_says_what_was_not_done(people, as_user):
    done, unopened = routine(people), routine(people)
    township = as_user(people.township)
    township.get(f"/office/needs/{done.pk}/")
    assert 'data-outbox="一起检查通过"' in text_of(township.get(QUEUE))
    sent = {"need": [done.pk, unopened.pk], "comment": "已电话核对", "submission_key": str(uuid4())}
    first = township.post(MANY, sent, headers={"X-Outbox": "later"}).json()
    assert unopened.title in first["refused"]
    assert "没有打开" in first["refused"]
    again = township.post(MANY, sent, headers={"X-Outbox": "later"}).json()
    assert (again["url"], again["refused"]) == (first["url"], "")
    assert done.reviews.filter(action="check").count() == 1
    assert township.post(MANY, {**sent, "need": [unopened.pk]}).status_code == 409


def test_a_need_opened_in_an_earlier_round_counts_as_not_opened(people, as_user):
    need = routine(people)
    as_user(people.township).get(f"/office/needs/{need.pk}/")
    Need.objects.filter(pk=need.pk).update(waiting_since=now() + timedelta(seconds=1))
    result = bulk.check_many(actor=people.township, ids=[need.pk])
    assert "没有打开" in result[0].problem


def test_an_opening_by_somebody_else_does_not_count(people, as_user):
    need = routine(people)
    second = factories.officer("township_manager", factories.TOWN)
    as_user(second).get(f"/office/needs/{need.pk}/")
    assert "没有打开" in bulk.check_many(actor=people.township, ids=[need.pk])[0].problem


def flagged(people):
    home = factories.household(people.village)
    factories.published_need(people, home)
    return waiting(people, home, title="想要苹果手机", kind="medical")


def returned_before(people):
    need = routine(people)
    review.send_back(actor=people.township, need=need, reason="unclear", comment="写清楚")
    return review.submit(actor=people.village, need=need)


@pytest.mark.parametrize(
    ("make", "why"), [(waiting, "第一次"), (flagged, "提示"), (returned_before, "退回过")]
)
def test_what_is_not_routine_is_refused_with_the_reason(people, make, why):
    need = make(people)
    bulk.note_opening(actor=people.township, need=need)
    result = bulk.check_many(actor=people.township, ids=[need.pk], comment="都看过了")
    assert why in result[0].problem
    assert Need.objects.get(pk=need.pk).status == Status.VERIFIED


def test_foreign_ids_are_left_out_and_none_or_too_many_refused(people, other_county, as_user):
    need = routine(people)
    bulk.note_opening(actor=people.township, need=need)
    assert bulk.check_many(actor=other_county.township, ids=[need.pk]) == []
    township = as_user(people.township)
    assert township.post(MANY, {}).status_code == 400
    assert township.post(MANY, {"need": list(range(1, 22))}).status_code == 400
    assert as_user(people.village).post(MANY, {"need": [need.pk]}).status_code == 403
    assert Need.objects.get(pk=need.pk).status == Status.VERIFIED


def test_bulk_takes_no_strange_ids(people, as_user):
    township = as_user(people.township)
    for value in ("-1", "1e3", "9" * 40, "x"):
        assert township.post(MANY, {"need": [value]}).status_code == 400, value


def test_a_post_that_ended_between_page_and_decision_decides_nothing(people, as_user):
    need = waiting(people)
    township = as_user(people.township)
    assert township.get(f"/office/needs/{need.pk}/").status_code == 200
    appointments.end(actor=None, appointment=Appointment.objects.get(user=people.township), reason="调离")
    assert township.post(f"/office/needs/{need.pk}/check/", {"comment": "属实"}).status_code == 404
    assert township.post(MANY, {"need": [need.pk]}).status_code == 404
    assert Need.objects.get().status == Status.VERIFIED


def test_opening_is_kept_once_a_person_and_only_at_one_s_own_gate(people, as_user):
    need = waiting(people)
    for _ in range(2):
        as_user(people.township).get(f"/office/needs/{need.pk}/")
    as_user(people.village).get(f"/office/needs/{need.pk}/")
    assert [row.user for row in NeedOpening.objects.all()] == [people.township]
    assert NeedOpening.objects.get().at <= timezone.now()
