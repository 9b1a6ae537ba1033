"""Publication keeps step with help: the county's dated rule, the queue in order, what passes it, who is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Message, Region, User
from fupin.lib import clock
from fupin.lib.clock import now, today
from fupin.lib.errors import InvalidInput, NotAllowed
from needs import pace
from needs.enums import Status
from needs.models import Household, Need, NeedProgress, PublicationPace
from needs.services import consents, drafts, publication, review
from needs.services.pace import PaceInput, set_pace
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def county() -> Region:
    return Region.objects.get(pk=factories.QIDONG)


def rule(people: factories.Staff, **changes: Any) -> PublicationPace:
    values: dict[str, Any] = {
        "valid_from": today(), "percent": 50, "after_days": 14, "per_day": 2, "clause": "会议纪要 1 号",
        "exempt": ["medical"],
    }  # fmt: skip
    return set_pace(actor=people.county, county=county(), content=PaceInput(**values | changes))


def unhelped(people: factories.Staff, count: int = pace.LEAST, *, days: int = 20, helped: int = 0) -> None:
    """Needs public for so long, the first `helped` of them with a living pledge."""
    for n in range(count):
        need = factories.published_need(people, factories.household(people.village))
        Need.objects.filter(pk=need.pk).update(published_at=now() - timedelta(days=days))
        if n < helped:
            NeedProgress.objects.filter(need=need).update(helpers=1)


def checked(people: factories.Staff, home: Household | None = None) -> Need:
    home = home or factories.household(people.village)
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content())
    review.submit(actor=people.village, need=need)
    return review.check(actor=people.township, need=need, comment="已电话核对")


def approved(people: factories.Staff, home: Household | None = None, **changes: Any) -> Need:
    return review.approve(actor=people.county, need=checked(people, home), comment="同意发布", **changes)


def test_without_a_rule_or_while_help_keeps_up_approval_publishes(people: factories.Staff) -> None:
    unhelped(people)
    assert approved(people).status == Status.PUBLISHED
    rule(people, valid_from=today() + timedelta(days=1))
    assert approved(people).status == Status.PUBLISHED
    rule(people, percent=None)
    assert approved(people).status == Status.PUBLISHED
    NeedProgress.objects.filter(need__published_at__lt=now() - timedelta(days=14)).update(helpers=1)
    rule(people)
    assert approved(people).status == Status.PUBLISHED


@pytest.mark.parametrize(("helped", "holds"), [(4, True), (5, False)])
def test_the_limit_is_exceeded_only_above_it(people: factories.Staff, helped: int, holds: bool) -> None:
    unhelped(people, helped=helped)
    rule(people)
    state = pace.state_of(factories.QIDONG)
    assert (state.lag, state.holds) == (pace.Lag(pace.LEAST, pace.LEAST - helped), holds)


def test_too_few_needs_too_young_and_too_old_ones_say_nothing(people: factories.Staff) -> None:
    unhelped(people, pace.LEAST - 1)
    unhelped(people, 2, days=13)
    unhelped(people, 2, days=14 + pace.WINDOW_DAYS + 1)
    rule(people)
    assert pace.state_of(factories.QIDONG).lag == pace.Lag(pace.LEAST - 1, pace.LEAST - 1)
    assert approved(people).status == Status.PUBLISHED


def test_routine_needs_queue_and_go_out_in_order_so_many_a_day(people: factories.Staff) -> None:
    unhelped(people)
    rule(people)
    waiting = [approved(people) for _ in range(5)]
    assert {need.status for need in waiting} == {Status.CHECKED}
    assert [pace.place_of(need) for need in waiting] == [1, 2, 3, 4, 5]
    assert (publication.publish_due(), publication.release_queues(), publication.release_queues()) == (
        0,
        2,
        0,
    )
    with clock.shifted(timedelta(days=1)):
        assert (publication.release_queues(), publication.release_queues()) == (2, 0)
    status = dict(Need.objects.filter(pk__in=[n.pk for n in waiting]).values_list("pk", "status"))
    assert [status[need.pk] for need in waiting] == [Status.PUBLISHED] * 4 + [Status.CHECKED]


def test_the_queue_empties_once_help_has_caught_up_or_the_rule_ends(people: factories.Staff) -> None:
    unhelped(people)
    rule(people)
    for _ in range(4):
        approved(people)
    rule(people, percent=None)
    assert publication.release_queues() == 4


def test_urgent_exempt_struck_and_repaired_needs_never_wait(people: factories.Staff) -> None:
    unhelped(people)
    rule(people)
    struck = factories.household(people.village)
    Household.objects.filter(pk=struck.pk).update(focus=["disaster"])
    public = approved(people, struck)
    assert public.status == Status.PUBLISHED
    Household.objects.filter(pk=struck.pk).update(focus=[])
    need = review.recall(actor=people.county, need=public, reason="unclear", comment="写清楚一些")
    review.submit(actor=people.village, need=need)
    need = review.check(actor=people.township, need=need, comment="已电话核对")
    assert review.approve(actor=people.county, need=need).status == Status.PUBLISHED
    with pytest.raises(InvalidInput):
        review.approve(actor=people.county, need=checked(people), urgent=True)
    assert approved(people, urgent=True).status == Status.PUBLISHED
    rule(people, exempt=["education"])
    assert approved(people).status == Status.PUBLISHED


def test_a_set_date_that_comes_joins_the_queue(people: factories.Staff) -> None:
    unhelped(people)
    rule(people)
    need = approved(people, publish_at=now() + timedelta(hours=1))
    assert need.queued_at is None
    with clock.shifted(timedelta(hours=2)):
        assert publication.publish_due() == 0
        need.refresh_from_db()
        assert need.queued_at is not None
        assert publication.release_queues() == 1
    need.refresh_from_db()
    assert need.status == Status.PUBLISHED


def test_who_takes_back_the_consent_or_sends_it_back_leaves_the_queue(people: factories.Staff) -> None:
    unhelped(people)
    rule(people)
    first, second = approved(people), approved(people)
    consents.withdraw(
        actor=people.village, household=first.household, evidence="signed_paper", reason="本户不愿意了"
    )
    review.send_back(actor=people.county, need=second, reason="unclear", comment="写清楚一些")
    for need in (first, second):
        need.refresh_from_db()
        assert (need.queued_at, need.publish_at) == (None, None)
    assert publication.release_queues() == 0


def test_household_and_writer_hear_and_read_where_it_stands(people: factories.Staff, as_user: As) -> None:
    unhelped(people)
    rule(people)
    account = factories.user("张测试")
    need = approved(people, factories.household(people.village, account=account))
    texts = Message.objects.filter(dedup_key__startswith=f"queued:{need.pk}:")
    assert {row.user_id for row in texts} == {account.pk, people.village.pk}
    assert "您家排第 1 位" in as_user(account).get("/apply/").content.decode()
    village = as_user(people.village)
    page = village.get(f"/office/needs/{need.pk}/").content.decode()
    assert "现在排第 1 位" in page
    assert "10 条还没有人认领（100%，上限 50%）" in page
    assert "每天 2 条" in village.get(f"/office/needs/new/?household={need.household_id}").content.decode()


def test_the_county_sets_the_rule_on_its_page_and_passes_an_urgent_one(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    unhelped(people)
    client = as_user(people.county)
    sent = {
        "way": "limit", "valid_from": str(today()), "percent": "40", "after_days": "10", "per_day": "3",
        "exempt": ["medical", "housing"], "clause": "会议纪要 2 号",
    }  # fmt: skip
    assert client.post("/office/pace/", {**sent, "percent": ""}).status_code == 400
    assert client.post("/office/pace/", {**sent, "valid_from": "2020-01-01"}).status_code == 400
    assert client.post("/office/pace/", sent).status_code == 302
    made = PublicationPace.objects.get()
    assert (made.percent, made.after_days, made.per_day, made.exempt) == (40, 10, 3, ["housing", "medical"])
    assert AuditEntry.objects.filter(action="need.pace", actor=people.county).count() == 1
    need = approved(people)
    page = client.get("/office/pace/").content.decode()
    assert need.title in page
    assert "一般求助正在排队" in page
    urgent = checked(people)
    assert "紧急，不排队" in client.get(f"/office/needs/{urgent.pk}/").content.decode()
    answer = client.post(f"/office/needs/{urgent.pk}/approve/", {"urgent": "on", "comment": "过冬等不得"})
    assert answer.status_code == 302
    urgent.refresh_from_db()
    assert urgent.status == Status.PUBLISHED
    assert as_user(people.village).get("/office/pace/").status_code == 403
    foreign = as_user(other_county.county)
    assert foreign.post(f"/office/pace/?region={factories.QIDONG}", sent).status_code == 404
    with pytest.raises(NotAllowed):
        set_pace(actor=other_county.county, county=county(), content=PaceInput(today(), 50, 14, 5, "无"))


def test_the_page_asks_the_same_number_of_questions_for_any_queue(
    people: factories.Staff, as_user: As, django_assert_max_num_queries: Any
) -> None:
    unhelped(people)
    rule(people)
    for _ in range(6):
        approved(people)
    client = as_user(people.county)
    with django_assert_max_num_queries(14):
        assert client.get("/office/pace/").content.decode().count("批准</span>") == 6


def test_the_dashboard_of_the_county_says_so_to_leaders(people: factories.Staff, as_user: As) -> None:
    unhelped(people)
    client = as_user(people.county)
    assert (
        "发布节奏"
        not in client.get("/dashboard/").content.decode().split("</header>")[-1].split("<footer")[0]
    )
    rule(people)
    approved(people)
    page = client.get("/dashboard/").content.decode()
    assert "1 条已批准的求助在排队" in page
    assert f"/office/pace/?region={factories.QIDONG}" in page
