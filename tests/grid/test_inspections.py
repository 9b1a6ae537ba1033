"""Inspections: a draw that anybody can repeat, findings put right by a day, circulars in the official layout."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import docx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import autodiscover_modules
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.invariants import REGISTRY
from accounts.models import AuditEntry, Message, Region, User
from accounts.services import appointments
from fupin.lib.clock import shifted, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid import territory
from grid.models import Inspection, InspectionItem, ItemState
from grid.models.inspection import population_hash
from grid.queries import inspections as queries
from grid.services import inspections as service
from grid.services.inspections import DrawInput
from needs.services import drafts
from tests import factories

pytestmark = pytest.mark.django_db
autodiscover_modules("invariants")
As = Callable[[User], Client]
FINDING = "走访登记与实际不符，两户没有到户"
ANSWER = "已经补走访，重新登记，并在会上提醒"


def text_of(answer: Any) -> str:
    return answer.content.decode()


def inspector(code: int = factories.QIDONG) -> User:
    return factories.officer(Role.INSPECTOR, code)


def drawn(actor: User, code: int = factories.QIDONG, **changes: Any) -> Inspection:
    values: dict[str, Any] = {"subject": "officers", "way": "field", "topic": "走访是否到户", "count": 1}
    return service.draw(
        actor=actor, region=Region.objects.get(code=code), content=DrawInput(**{**values, **changes})
    )


def problem(actor: User, people: factories.Staff) -> InspectionItem:
    """The village's officer was drawn and something was found."""
    item = drawn(actor, factories.TOWN, count=10).items.get(object_id=people.village.appointments.get().pk)
    return service.check(
        actor=actor, item=item, fine=False, finding=FINDING, due_on=today() + timedelta(days=10)
    )


@given(
    st.sets(st.integers(1, 10**9), max_size=60), st.text("0123456789abcdef", min_size=1), st.integers(1, 80)
)
def test_the_same_seed_draws_the_same_whatever_the_order(ids: set[int], seed: str, count: int) -> None:
    once = service.pick(sorted(ids), seed, count)
    assert once == service.pick(sorted(ids, reverse=True), seed, count)
    assert len(once) == min(count, len(ids))
    assert set(once) <= ids


def test_a_draw_keeps_what_is_needed_to_draw_again(people: factories.Staff) -> None:
    watcher = inspector()
    made = drawn(watcher, count=1)
    posts = sorted(one.appointments.get().pk for one in (people.village, people.township))
    assert made.population == posts
    assert made.items.get().object_id in posts
    assert not list(REGISTRY["inspection-draws"].violations())
    entry = AuditEntry.objects.get(action="inspection.draw")
    assert entry.changes["seed"] == made.seed
    assert entry.changes["hash"] == population_hash(posts)
    wrong = sum(posts) - made.items.get().object_id
    InspectionItem.objects.update(object_id=wrong)
    assert list(REGISTRY["inspection-draws"].violations())


def test_needs_and_deliveries_are_drawn_from_the_place_alone(
    people: factories.Staff, other_county: factories.Staff, donor: User
) -> None:
    watcher = inspector()
    with pytest.raises(Conflict, match="没有可以抽的"):
        drawn(watcher, subject="needs")
    need = factories.published_need(people)
    factories.published_need(
        other_county, factories.household(other_county.village, code=factories.VILLAGE_OTHER)
    )
    assert drawn(watcher, subject="needs", count=9).population == [need.pk]
    with pytest.raises(Conflict):
        drawn(watcher, subject="deliveries")
    assert drawn(watcher, subject="needs").items.get().title.endswith(need.title)


def test_a_finding_is_put_right_and_accepted_by_another(people: factories.Staff) -> None:
    watcher = inspector()
    item = problem(watcher, people)
    assert list(queries.to_rectify(people.village)) == [item]
    assert list(queries.to_rectify(people.township)) == [item]
    assert not queries.to_rectify(people.county)
    assert Message.objects.filter(user=people.village, link=item.get_absolute_url()).exists()
    service.rectify(actor=people.village, item=item, answer=ANSWER)
    assert list(queries.to_accept(watcher)) == [item]
    service.give_back(actor=watcher, item=item, why="还差一户没有补")
    item = service.rectify(actor=people.township, item=item, answer=ANSWER)
    done = service.accept(actor=watcher, item=item)
    assert done.state == ItemState.ACCEPTED
    assert "还差一户" in done.finding
    actions = list(
        AuditEntry.objects.filter(action__startswith="inspection.").values_list("action", flat=True)
    )
    assert [action.split(".")[1] for action in actions] == [
        "draw", "check", "rectify", "return", "rectify", "accept",
    ]  # fmt: skip
    with pytest.raises(StaleState):
        service.accept(actor=watcher, item=item)


def test_who_may_draw_check_answer_and_accept(people: factories.Staff, other_county: factories.Staff) -> None:
    for actor in (people.village, people.township, other_county.county, inspector(factories.HENGNAN)):
        with pytest.raises(NotAllowed):
            drawn(actor)
    watcher = inspector()
    item = problem(watcher, people)
    for actor in (other_county.township, watcher):
        with pytest.raises(NotAllowed):
            service.rectify(actor=actor, item=item, answer=ANSWER)
    answered = service.rectify(actor=people.county, item=item, answer=ANSWER)
    with pytest.raises(Conflict, match="别的同志"):
        service.accept(actor=people.county, item=answered)
    with pytest.raises(NotAllowed):
        service.accept(actor=people.township, item=answered)


def test_findings_need_words_without_numbers_and_a_near_day(people: factories.Staff) -> None:
    watcher = inspector()
    item = drawn(watcher).items.get()
    soon = today() + timedelta(days=5)
    for finding, due in (
        ("差", soon),
        (FINDING, None),
        (FINDING, today() - timedelta(days=1)),
        (FINDING, today() + timedelta(days=61)),
        (FINDING + "19900001234", soon),
    ):
        with pytest.raises(InvalidInput):
            service.check(actor=watcher, item=item, fine=False, finding=finding, due_on=due)
    service.check(actor=watcher, item=item, fine=True)
    with pytest.raises(StaleState):
        service.check(actor=watcher, item=item, fine=True)


def test_nobody_checks_themselves(people: factories.Staff) -> None:
    both = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2)
    post = both.appointments.get()
    appointments.appoint(
        actor=None, user=both, role=Role.INSPECTOR, region=Region.objects.get(code=factories.QIDONG)
    )
    both = User.objects.get(pk=both.pk)
    item = drawn(both, factories.TOWN, count=10).items.get(object_id=post.pk)
    with pytest.raises(Conflict, match="您自己"):
        service.check(actor=both, item=item, fine=True)


def test_a_circular_tells_the_townships_and_reads_as_an_official_document(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    watcher = inspector()
    whole = drawn(watcher)
    browser = as_user(watcher)
    url = f"{whole.get_absolute_url()}circular/"
    typed = {
        "title": "关于走访情况的通报",
        "issuer": "祁东县乡村振兴局",
        "text": "各乡镇：\n一、总体情况\n好。",
    }
    assert browser.post(url, {**typed, "submission_key": str(uuid4())}).status_code == 409
    item = problem(watcher, people)
    page = text_of(browser.get(f"{item.inspection.get_absolute_url()}circular/"))
    assert FINDING in page
    assert people.village.get_full_name() not in page
    url = f"{item.inspection.get_absolute_url()}circular/"
    answer = browser.post(url, {**typed, "number": "祁振兴〔2026〕3 号"})
    assert answer.status_code == 302
    assert browser.post(url, {**typed, "text": "电话 19900001234"}).status_code == 400
    circular = item.inspection.circulars.get()
    assert Message.objects.filter(user=people.township, link=circular.get_absolute_url()).exists()
    file = as_user(people.township).get(f"{circular.get_absolute_url()}docx/")
    document = docx.Document(BytesIO(file.content))
    words = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert words[:3] == ["祁东县乡村振兴局文件", "祁振兴〔2026〕3 号", "关于走访情况的通报"]
    assert words[-2] == "祁东县乡村振兴局"
    assert document.sections[0].top_margin.mm == pytest.approx(37, abs=0.1)
    for stranger in (other_county.county, other_county.township):
        assert as_user(stranger).get(circular.get_absolute_url()).status_code == 404


def test_the_pages_take_a_draw_to_its_end(people: factories.Staff, as_user: As) -> None:
    watcher = inspector()
    browser = as_user(watcher)
    typed = {
        "region": factories.QIDONG, "subject": "officers", "way": "web", "topic": "走访", "count": "2",
        "submission_key": str(uuid4()),
    }  # fmt: skip
    assert "请填写抽取数量" in text_of(browser.post("/office/inspections/new/", {**typed, "count": ""}))
    url = browser.post("/office/inspections/new/", typed)["Location"]
    assert browser.post("/office/inspections/new/", typed)["Location"] == url
    assert "结果一致" in text_of(browser.get(url))
    made = Inspection.objects.get()
    assert text_of(browser.get(f"{url}population/")).split() == [str(pk) for pk in made.population]
    item = made.items.get(object_id=people.village.appointments.get().pk)
    at = item.get_absolute_url()
    assert as_user(people.village).get(at).status_code == 404
    found = {"fine": "0", "finding": FINDING, "due_on": str(today() + timedelta(days=3))}
    assert browser.post(at, {**found, "finding": ""}).status_code == 400
    assert browser.post(at, found).status_code == 302
    village = as_user(people.village)
    assert "督查发现的问题，要整改" in text_of(village.get("/office/"))
    assert item.title in text_of(village.get("/office/inspections/"))
    assert "调整并交接工作" in text_of(as_user(people.county).get(at))
    assert "调整并交接工作" not in text_of(village.get(at))
    assert village.post(at, {"answer": ANSWER}).status_code == 302
    assert "已登记整改，等复核" in text_of(browser.get("/office/"))
    assert browser.post(f"{at}accept/").status_code == 302
    assert "整改合格" in text_of(village.get(at))
    assert village.get("/office/inspections/new/").status_code == 404


def test_who_does_not_perform_is_replaced_from_the_finding_on(people: factories.Staff, as_user: As) -> None:
    item = problem(inspector(), people)
    successor = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE, "接手的人")
    draft = drafts.create_draft(
        actor=people.village, household=factories.household(people.village), content=factories.content()
    )
    county = as_user(people.county)
    url = f"/office/appointments/{item.object_id}/handover/?item={item.pk}"
    assert url in text_of(county.get(item.get_absolute_url()))
    assert f"督查发现不履职：{FINDING}" in text_of(county.get(url))
    sent = {"reason": "督查发现不履职", "successor": successor.pk}
    assert county.post(url, sent).status_code == 302
    draft.refresh_from_db()
    assert draft.keeper == successor
    assert as_user(factories.fresh(people.village)).get("/office/").status_code == 404
    page = text_of(county.get(item.get_absolute_url()))
    assert "工作已交接" in page
    assert url not in page


def test_what_is_late_says_so(people: factories.Staff, as_user: As) -> None:
    item = problem(inspector(), people)
    with shifted(timedelta(days=11)):
        item.refresh_from_db()
        assert item.is_late
        assert "已过期" in text_of(as_user(people.village).get(item.get_absolute_url()))


def test_another_county_sees_no_draw(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    made = drawn(inspector(), topic="金丝雀检查")
    for actor in (other_county.county, inspector(factories.HENGNAN)):
        browser = as_user(actor)
        assert browser.get(made.get_absolute_url()).status_code == 404
        assert "金丝雀检查" not in text_of(browser.get("/office/inspections/"))


@pytest.mark.parametrize("page", ["/office/inspections/", "one"])
def test_pages_cost_the_same_for_one_and_for_three(people: factories.Staff, as_user: As, page: str) -> None:
    watcher, counts = inspector(), []
    factories.officer(Role.GRID_LEADER, factories.VILLAGE)
    for count in (1, 3):
        made = drawn(watcher, count=count)
        with CaptureQueriesContext(connection) as seen:
            assert as_user(watcher).get(page if page != "one" else made.get_absolute_url()).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_what_is_open_follows_its_village_into_the_one_that_takes_over(people: factories.Staff) -> None:
    item = problem(inspector(), people)
    territory.move(sources=[factories.VILLAGE], target=Region.objects.get(code=factories.VILLAGE_2))
    item.refresh_from_db()
    assert item.region_id == factories.VILLAGE_2
