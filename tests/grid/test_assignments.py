"""Tasks divided down to a named holder: numbers that sum, vacant posts, progress upward, who may do what."""

import io
from datetime import timedelta

import pytest
from django.db import DatabaseError
from python_calamine import CalamineWorkbook

from accounts.enums import Role
from accounts.invariants import REGISTRY
from accounts.models import Appointment, AuditEntry, Message, Region
from fupin.lib.clock import now, shifted, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid import invariants as invariants
from grid import territory
from grid.assignment_enums import AssignmentState
from grid.models import Assignment, AssignmentStep
from grid.queries import assignments as queries
from grid.services import assignments, handover
from grid.services.assignments import Given
from tests import factories

pytestmark = pytest.mark.django_db


def given(**changes):
    return Given(**{
        "title": "雨季前排查危旧房屋", "text": "逐户看，拍照留底。", "amount": 12, "unit": "户",
        "due_on": today() + timedelta(days=20), **changes,
    })  # fmt: skip


@pytest.fixture
def whole(people):
    post = people.county.appointments.get()
    return assignments.give(actor=people.county, post=post, content=given())


@pytest.fixture
def township(people, whole):
    """The county's task, all of it given to one township."""
    assignments.divide(actor=people.county, part=whole, amounts={factories.TOWN: 12}, due_on=whole.due_on)
    return whole.parts.get()


@pytest.fixture
def villages(people, township):
    """Divided by the township: 8 for the village with an officer, 4 for one whose post is vacant."""
    amounts = {factories.VILLAGE: 8, factories.VILLAGE_2: 4}
    assignments.divide(
        actor=people.township, part=township, amounts=amounts, due_on=township.due_on - timedelta(days=5)
    )
    return {part.region_id: part for part in township.parts.all()}


def fresh(part):
    return Assignment.objects.get(pk=part.pk)


def test_each_leaf_has_the_holder_of_its_place_or_says_vacant(people, whole, township, villages):
    assert township.owner == people.township.appointments.get()
    assert villages[factories.VILLAGE].owner == people.village.appointments.get()
    assert villages[factories.VILLAGE_2].owner is None
    branch = queries.branch_of(fresh(whole))
    assert (branch.leaves, branch.late, branch.vacant) == (2, 0, 1)
    told = Message.objects.filter(dedup_key__startswith=f"assignment:{villages[factories.VILLAGE].pk}:")
    assert told.get().user == people.village
    late = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2)
    assert queries.branch_of(fresh(whole)).vacant == 0
    assert list(queries.waiting(late)) == [villages[factories.VILLAGE_2]]


def test_who_follows_in_a_post_answers_for_the_part(people, villages):
    leaf = villages[factories.VILLAGE]
    heir = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    assert list(queries.waiting(heir)) == []
    Appointment.objects.filter(user=people.village).update(ended_at=now())
    assert list(queries.waiting(heir)) == [leaf]
    assignments.act(actor=heir, part=leaf, action="report", done=3)
    with pytest.raises(NotAllowed):
        assignments.act(actor=people.village, part=leaf, action="report", done=4)


def test_a_handover_shows_the_tasks_that_stay_with_the_place(people, villages):
    post = people.village.appointments.get()
    work = next(one for one in handover.open_work(post) if "工作任务" in one.title)
    assert (work.count, work.moves) == (1, False)
    assert work.rows[0][1] == villages[factories.VILLAGE].get_absolute_url()


def test_a_merged_village_hands_its_open_part_on(people, villages):
    leaf = villages[factories.VILLAGE_2]
    target = Region.objects.get(pk=factories.VILLAGE)
    territory.move(sources=[factories.VILLAGE_2], target=target)
    assert fresh(leaf).region == target
    assert queries.branch_of(fresh(leaf)).vacant == 0


def test_progress_sums_upward_and_the_whole_is_done_when_all_parts_are(people, whole, township, villages):
    first, second = villages[factories.VILLAGE], villages[factories.VILLAGE_2]
    other = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2)
    assignments.act(actor=people.village, part=first, action="report", done=5)
    assert [fresh(one).done for one in (first, township, whole)] == [5, 5, 5]
    assignments.act(actor=other, part=second, action="finish")
    assert [fresh(one).done for one in (second, township, whole)] == [4, 9, 9]
    assert fresh(whole).state == AssignmentState.OPEN
    assignments.act(actor=people.village, part=first, action="finish", done=8)
    assert [(fresh(one).done, fresh(one).state) for one in (township, whole)] == [(12, "done")] * 2
    assert list(REGISTRY["assignment-sums"].violations()) == []
    assignments.act(actor=people.township, part=second, action="reopen", note="有两户没有照片")
    assert {fresh(one).state for one in (second, township, whole)} == {AssignmentState.OPEN}
    assert fresh(first).state == AssignmentState.DONE
    assert any(
        "退回重办：有两户没有照片" in message.text.open() for message in Message.objects.filter(user=other)
    )
    assert list(REGISTRY["assignment-sums"].violations()) == []
    Assignment.objects.filter(pk=whole.pk).update(done=1)
    assert [str(found.pk) for found in REGISTRY["assignment-sums"].violations()] == [str(whole.pk)]


def test_amounts_must_sum_to_the_whole_and_places_lie_below(people, whole):
    def divide(amounts, due_on=None, actor=people.county):
        return assignments.divide(actor=actor, part=whole, amounts=amounts, due_on=due_on or whole.due_on)

    for amounts in ({factories.TOWN: 11}, {}, {factories.TOWN_OTHER: 12}, {factories.VILLAGE: 12}):
        with pytest.raises(InvalidInput):
            divide(amounts)
    for day in (today() - timedelta(days=1), whole.due_on + timedelta(days=1)):
        with pytest.raises(InvalidInput):
            divide({factories.TOWN: 12}, day)
    with pytest.raises(NotAllowed):
        divide({factories.TOWN: 12}, actor=people.township)
    assert not Assignment.objects.filter(parent=whole).exists()
    assert divide({factories.TOWN: 12}) == 1
    with pytest.raises(StaleState):
        divide({factories.TOWN: 12})


def test_only_the_holder_reports_and_never_beyond_the_amount(people, villages):
    leaf = villages[factories.VILLAGE]
    for actor in (people.township, people.county):
        with pytest.raises(NotAllowed):
            assignments.act(actor=actor, part=leaf, action="report", done=1)
    for done in (9, None):
        with pytest.raises(InvalidInput):
            assignments.act(actor=people.village, part=leaf, action="report", done=done)
    with pytest.raises(InvalidInput):
        assignments.act(actor=people.village, part=leaf, action="finish", done=7)
    with pytest.raises(NotAllowed):
        assignments.act(actor=people.village, part=leaf, action="reopen", note="自己退回自己")
    with pytest.raises(NotAllowed):
        assignments.give(actor=people.village, post=people.village.appointments.get(), content=given())
    assert AssignmentStep.objects.filter(assignment=leaf).count() == 1  # 分到任务


def test_what_has_progress_cannot_be_divided_and_a_cancelled_task_is_over(people, whole, township, villages):
    leaf = villages[factories.VILLAGE]
    assignments.act(actor=people.village, part=leaf, action="finish", done=8)
    with pytest.raises(NotAllowed):
        assignments.act(actor=people.township, part=township, action="cancel", note="不再需要了")
    assignments.act(actor=people.county, part=whole, action="cancel", note="省里统一排查，不再另做")
    states = {one.region_id: fresh(one).state for one in (whole, township, *villages.values())}
    assert states[factories.VILLAGE] == AssignmentState.DONE
    assert {states[code] for code in (factories.QIDONG, factories.TOWN, factories.VILLAGE_2)} == {"cancelled"}
    with pytest.raises(StaleState):
        assignments.act(actor=people.township, part=leaf, action="reopen", note="有两户没有照片")


def test_a_part_with_progress_stays_with_its_place(people, whole, township):
    assignments.act(actor=people.township, part=township, action="report", done=2)
    with pytest.raises(Conflict):
        assignments.divide(
            actor=people.township, part=township, amounts={factories.VILLAGE: 12}, due_on=township.due_on
        )


def test_a_task_in_words_needs_words_when_it_is_done(people):
    post = people.township.appointments.get()
    part = assignments.give(actor=people.township, post=post, content=given(amount=None, unit=""))
    assignments.divide(
        actor=people.township, part=part, amounts={factories.VILLAGE: None}, due_on=part.due_on
    )
    leaf = part.parts.get()
    with pytest.raises(InvalidInput):
        assignments.act(actor=people.village, part=leaf, action="finish")
    assignments.act(actor=people.village, part=leaf, action="finish", note="已经全部看过，没有危房")
    assert fresh(part).state == AssignmentState.DONE


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "排"},
        {"text": "请打电话 13800138000"},
        {"unit": " "},
        {"due_on": today() - timedelta(days=2)},
    ],
)
def test_what_is_typed_wrong_is_refused(people, changes):
    with pytest.raises(InvalidInput):
        assignments.give(actor=people.county, post=people.county.appointments.get(), content=given(**changes))
    assert not Assignment.objects.exists()


def test_overdue_shows_above_and_in_the_inbox(people, whole, villages, as_user):
    with shifted(timedelta(days=17)):
        assert list(queries.late_below(people.county)) == list(villages.values())
        assert list(queries.late_below(people.village)) == []
        page = as_user(people.county).get("/office/assignments/?show=late").content.decode()
        assert page.count("超期 2 天") == 2
        assert "空缺" in page
        page = as_user(people.county).get(whole.get_absolute_url()).content.decode()
        assert "2 处超期" in page
        assert "1 处空缺" in page
        assert "下面超期的任务" in as_user(people.county).get("/office/").content.decode()
        assert "分给我的任务" in as_user(people.village).get("/office/").content.decode()


def test_from_giving_to_done_by_the_pages(people, as_user):
    county, township, village = (as_user(who) for who in (people.county, people.township, people.village))
    sent = {"title": "雨季前排查危旧房屋", "amount": "9", "unit": "户", "due_on": f"{today() + timedelta(9)}"}
    answer = county.post("/office/assignments/new/", sent)
    whole = Assignment.objects.get()
    assert answer["Location"] == f"/office/assignments/{whole.pk}/divide/"
    page = county.get(answer["Location"]).content.decode()
    assert f'name="p{factories.TOWN}"' in page
    assert people.township.get_full_name() in page
    wrong = county.post(answer["Location"], {"due_on": sent["due_on"], f"p{factories.TOWN}": "8"})
    assert wrong.status_code == 400
    assert "应等于 9 户" in wrong.content.decode()
    assert 'value="8"' in wrong.content.decode()
    county.post(answer["Location"], {"due_on": sent["due_on"], f"p{factories.TOWN}": "9"})
    part = whole.parts.get()
    sent = {"due_on": sent["due_on"], f"p{factories.VILLAGE}": "9"}
    assert township.post(f"/office/assignments/{part.pk}/divide/", sent).status_code == 302
    leaf = part.parts.get()
    url = leaf.get_absolute_url()
    assert village.post(url, {"action": "report", "done": "10"}).status_code == 400
    assert village.post(url, {"action": "report", "done": "4"}).status_code == 302
    assert "4</strong> / 共 9 户" in county.get(whole.get_absolute_url()).content.decode()
    assert village.post(url, {"action": "finish"}).status_code == 302
    assert fresh(whole).state == AssignmentState.DONE
    assert village.post(url, {"action": "finish"}).status_code == 409
    assert AuditEntry.objects.filter(action="assignment.finish").count() == 1


def test_the_sheet_lists_the_tree_with_its_owners(people, whole, villages, as_user):
    answer = as_user(people.county).get(f"/office/assignments/{whole.pk}/tree.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    text = [[str(cell) for cell in row] for row in rows]
    places = [row[0].strip("　") for row in text]
    first = places.index(Region.objects.get(pk=factories.QIDONG).name)
    codes = (factories.QIDONG, factories.TOWN, factories.VILLAGE, factories.VILLAGE_2)
    assert places[first : first + 4] == [Region.objects.get(pk=code).name for code in codes]
    assert [row[2] for row in text[first : first + 4]] == [
        people.county.get_full_name(), people.township.get_full_name(), people.village.get_full_name(), "空缺",
    ]  # fmt: skip


def test_an_owner_is_named_among_those_in_post(people, villages, as_user):
    leaf = villages[factories.VILLAGE]
    second = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE, "李四清")
    url = f"/office/assignments/{leaf.pk}/owner/"
    foreign = people.county.appointments.get().pk
    assert as_user(people.township).post(url, {"owner": foreign}).status_code == 400
    assert as_user(people.township).post(url, {"owner": second.appointments.get().pk}).status_code == 302
    assert fresh(leaf).owner.user == second
    assert as_user(people.village).get(url).status_code == 403
    assert list(queries.waiting(second)) == [leaf]


def test_another_county_sees_nothing(people, other_county, whole, villages, as_user):
    browser = as_user(other_county.county)
    leaf = villages[factories.VILLAGE]
    for part in (whole, leaf):
        for tail in ("", "divide/", "owner/", "tree.xlsx"):
            assert browser.get(f"{part.get_absolute_url()}{tail}").status_code == 404
    assert whole.title not in browser.get("/office/assignments/?show=all").content.decode()


def test_pages_ask_as_often_for_many_parts(people, whole, villages, as_user, django_assert_max_num_queries):
    browser = as_user(people.county)
    for url, most in ((whole.get_absolute_url(), 22), ("/office/assignments/?show=all", 22)):
        with django_assert_max_num_queries(most):
            assert browser.get(url).status_code == 200


def test_steps_cannot_be_rewritten(people, whole):
    with pytest.raises(DatabaseError):
        AssignmentStep.objects.update(note="改写")
