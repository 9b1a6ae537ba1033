"""Villages are merged and divided: open work moves, history stays, nothing is orphaned."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import ChangeState, Role
from accounts.models import Appointment, AuditEntry, PostApplication, Region, RegionChange, User
from accounts.permissions import grants
from accounts.services import applications, appointments
from accounts.services.applications import ApplicationInput
from donors.models import Follow, Pledge
from donors.services import follows
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid.services import regions as service
from grid.services.regions import Plan
from needs.enums import Status
from needs.models import Household, HouseholdClaim, Need, NeedProgress
from needs.services import drafts, households, review
from needs.services.households import HouseholdInput
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
NEW = factories.TOWN + 50
OPEN = set(service.needs_room.OPEN)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def text_of(answer: Any) -> str:
    return answer.content.decode()


def merge_plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "kind": "merge",
        "sources": [factories.VILLAGE, factories.VILLAGE_2],
        "target_code": NEW,
        "target_name": "沙石村",
        "effective_on": today(),
    }
    return Plan(**{**values, **changes})


def in_every_status(people: factories.Staff) -> dict[str, Need]:
    """One need of 沙井村 in each status."""
    made = {}
    for status in Status:
        home = factories.household(people.village, name="张测试")
        need = drafts.create_draft(
            actor=people.village, household=home, content=factories.content(title=f"求助 {status}")
        )
        Need.objects.filter(pk=need.pk).update(
            status=status,
            published_at=need.created_at if status in {"published", "matched", "fulfilled"} else None,
        )
        made[status.value] = need
    return made


def test_a_merge_moves_what_is_open_and_leaves_history_where_it_was(
    people: factories.Staff, donor: User
) -> None:
    factories.charity_account()
    helped = factories.published_need(people)
    pledge = factories.money_pledge(donor, helped)
    made = in_every_status(people)
    claim = HouseholdClaim.objects.create(
        region_id=factories.VILLAGE, name="张测试", claimant=factories.user()
    )
    change = service.plan(actor=people.county, content=merge_plan())
    assert change.state == ChangeState.DONE
    target = Region.objects.get(code=NEW)
    assert (target.name, target.parent_id, target.valid_from) == ("沙石村", factories.TOWN, today())
    for status, need in made.items():
        need.refresh_from_db()
        assert need.region_id == (NEW if status in OPEN else factories.VILLAGE), status
        assert need.county == 430426
    assert not Household.objects.exclude(region=target).exists()
    claim.refresh_from_db()
    assert claim.region_id == NEW
    helped.refresh_from_db()
    assert (helped.region_id, Pledge.objects.get().county, Pledge.objects.get().status) == (
        NEW,
        pledge.county,
        "pledged",
    )
    for code in (factories.VILLAGE, factories.VILLAGE_2):
        old = Region.objects.get(code=code)
        assert (old.valid_to, old.successor_id) == (today(), NEW)
    assert change.moved == {"posts": 1, "grids": 0, "households": len(Status) + 1, "needs": len(OPEN) + 1}
    assert AuditEntry.objects.filter(action="region.merge").count() == 3


def test_an_expired_need_with_help_on_its_way_moves_too(people: factories.Staff) -> None:
    need = in_every_status(people)["expired"]
    NeedProgress.objects.filter(need=need).update(helpers=1)
    service.plan(actor=people.county, content=merge_plan())
    need.refresh_from_db()
    assert need.region_id == NEW


def test_officers_go_along_or_end_and_what_they_wrote_finds_somebody(people: factories.Staff) -> None:
    second = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2, "留任的人")
    home = factories.household(people.village)
    draft = drafts.create_draft(actor=people.village, household=home, content=factories.content())
    ending = Appointment.objects.get(user=people.village)
    service.plan(actor=people.county, content=merge_plan(ending_posts=[ending.pk]))
    assert not grants(fresh(people.village)).rows
    held = grants(fresh(second))
    assert held.allow("collect", NEW)
    assert not held.allow("collect", factories.VILLAGE_2)
    draft.refresh_from_db()
    assert (draft.keeper, draft.created_by) == (second, people.village)
    assert not Appointment.objects.filter(region__valid_to__isnull=False, ended_at=None).exists()
    review.submit(actor=fresh(second), need=draft)


def test_without_an_officer_left_the_township_answers_for_what_was_written(people: factories.Staff) -> None:
    home = factories.household(people.village)
    draft = drafts.create_draft(actor=people.village, household=home, content=factories.content())
    ending = Appointment.objects.get(user=people.village)
    service.plan(actor=people.county, content=merge_plan(ending_posts=[ending.pk]))
    draft.refresh_from_db()
    assert draft.keeper == people.township


def test_a_village_may_be_merged_into_an_existing_one(people: factories.Staff) -> None:
    both = [factories.VILLAGE, factories.VILLAGE_2]
    service.plan(
        actor=people.county, content=merge_plan(sources=both, target_code=factories.VILLAGE_2, target_name="")
    )
    assert Region.objects.get(code=factories.VILLAGE).successor_id == factories.VILLAGE_2
    assert Region.objects.get(code=factories.VILLAGE_2).valid_to is None
    assert grants(fresh(people.village)).allow("collect", factories.VILLAGE_2)


def test_waiting_applications_for_a_merged_village_go_along(people: factories.Staff) -> None:
    content = ApplicationInput(role="village_officer", name="丁测试", source="other")
    asked = applications.ask(
        actor=factories.user(), region=Region.objects.get(code=factories.VILLAGE_2), content=content
    )
    service.plan(actor=people.county, content=merge_plan())
    assert PostApplication.objects.get(pk=asked.pk).region_id == NEW
    applications.grant(actor=people.county, application=asked)


def test_followers_of_the_old_villages_follow_the_new_one_once(people: factories.Staff, donor: User) -> None:
    for code in (factories.VILLAGE, factories.VILLAGE_2):
        follows.follow(actor=donor, region=Region.objects.get(code=code))
    service.plan(actor=people.county, content=merge_plan())
    assert [one.region_id for one in Follow.objects.filter(user=donor)] == [NEW]


def test_a_later_date_waits_for_the_sweep_and_is_done_once(people: factories.Staff) -> None:
    home = factories.household(people.village)
    later = today() + timedelta(days=3)
    change = service.plan(actor=people.county, content=merge_plan(effective_on=later))
    assert (service.apply_due(), Region.objects.filter(code=NEW).exists()) == (0, False)
    RegionChange.objects.update(effective_on=today())
    assert [service.apply_due(), service.apply_due()] == [1, 0]
    home.refresh_from_db()
    assert home.region_id == NEW
    with pytest.raises(Conflict):
        service.apply(actor=people.county, change=change)
    with pytest.raises(Conflict):
        service.cancel(actor=people.county, change=change)


def test_the_sweep_has_only_the_rights_its_planner_still_has(people: factories.Staff, as_user: As) -> None:
    service.plan(actor=people.county, content=merge_plan(effective_on=today() + timedelta(days=1)))
    appointments.end(actor=None, appointment=Appointment.objects.get(user=people.county))
    RegionChange.objects.update(effective_on=today() - timedelta(days=1))
    assert service.apply_due() == 0
    change = RegionChange.objects.get()
    assert (change.state, bool(change.problem)) == (ChangeState.PLANNED, True)
    successor = factories.officer(Role.COUNTY_ADMIN, factories.QIDONG)
    client = as_user(successor)
    assert "沙石村" in text_of(client.get("/office/"))
    assert client.post(f"/office/regions/{change.pk}/apply/").status_code == 302
    assert Region.objects.get(code=factories.VILLAGE).successor_id == NEW


def test_what_arrives_while_a_village_ends_is_moved_on_by_the_sweep(people: factories.Staff) -> None:
    home = factories.household(people.village)
    service.plan(actor=people.county, content=merge_plan())
    Household.objects.filter(pk=home.pk).update(region=factories.VILLAGE)
    service.apply_due()
    home.refresh_from_db()
    assert home.region_id == NEW


def test_nothing_new_is_written_under_a_village_that_is_no_more(people: factories.Staff) -> None:
    service.plan(actor=people.county, content=merge_plan())
    old = Region.objects.get(code=factories.VILLAGE)
    with pytest.raises(InvalidInput):
        households.register(
            actor=people.county,
            region=old,
            content=HouseholdInput(name="张测试", cause="illness"),
            evidence="signed_paper",
        )
    with pytest.raises(InvalidInput):
        drafts.create_draft(actor=people.county, region=old, content=factories.content(subject="village"))


def test_links_to_the_old_village_lead_to_its_successor(people: factories.Staff, client: Client) -> None:
    service.plan(actor=people.county, content=merge_plan())
    answer = client.get(f"/needs/?region={factories.VILLAGE}&kind=education")
    assert (answer.status_code, answer["Location"]) == (302, f"/needs/?kind=education&region={NEW}")
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"sources": [factories.VILLAGE_OTHER]},
        {"sources": [factories.VILLAGE, factories.VILLAGE_OTHER]},
        {"sources": []},
        {"sources": [factories.TOWN]},
        {"target_code": factories.TOWN},
        {"target_name": ""},
        {"target_code": factories.QIDONG + 999_001},
        {"effective_on": today() - timedelta(days=1)},
    ],
)
def test_places_that_do_not_fit_are_refused_and_nothing_is_written(
    people: factories.Staff, other_county: factories.Staff, changes: dict[str, Any]
) -> None:
    with pytest.raises((InvalidInput, NotAllowed)):
        service.plan(actor=people.county, content=merge_plan(**changes))
    assert not RegionChange.objects.exists()
    assert not Region.objects.exclude(valid_to=None).exists()


def test_only_the_county_of_the_villages_may_change_them(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    for actor in (people.village, people.township, other_county.county):
        with pytest.raises(NotAllowed):
            service.plan(actor=actor, content=merge_plan())
    change = service.plan(actor=people.county, content=merge_plan(effective_on=today() + timedelta(days=3)))
    for action in (service.apply, service.cancel):
        with pytest.raises(NotAllowed):
            action(actor=other_county.county, change=change)
    foreign = as_user(other_county.county)
    assert foreign.get(f"/office/regions/{change.pk}/").status_code == 404
    assert foreign.post(f"/office/regions/{change.pk}/apply/").status_code == 404
    assert "沙石村" not in text_of(foreign.get("/office/regions/"))
    assert foreign.get(f"/office/regions/merge/?region={factories.TOWN}").status_code == 404
    assert as_user(people.township).get("/office/regions/").status_code == 403


def test_a_split_takes_the_chosen_households_and_their_open_needs(people: factories.Staff) -> None:
    going, staying = factories.household(people.village), factories.household(people.village, name="李测试")
    moved = factories.published_need(people, going)
    kept = factories.published_need(people, staying, kind="care")
    content = merge_plan(kind="split", sources=[factories.VILLAGE], households=[going.pk])
    service.plan(actor=people.county, content=content)
    for thing, code in ((going, NEW), (moved, NEW), (staying, factories.VILLAGE), (kept, factories.VILLAGE)):
        thing.refresh_from_db()
        assert thing.region_id == code
    assert Region.objects.get(code=factories.VILLAGE).valid_to is None
    assert grants(fresh(people.village)).allow("collect", factories.VILLAGE)
    with pytest.raises(InvalidInput):
        service.plan(actor=people.county, content=content)


def test_a_split_takes_no_household_of_another_village(people: factories.Staff) -> None:
    other = factories.household(people.county, code=factories.VILLAGE_2)
    with pytest.raises(InvalidInput):
        service.plan(
            actor=people.county,
            content=merge_plan(kind="split", sources=[factories.VILLAGE], households=[other.pk]),
        )


def test_the_page_previews_before_anything_is_written(people: factories.Staff, as_user: As) -> None:
    factories.published_need(people)
    client, url = as_user(people.county), f"/office/regions/merge/?region={factories.TOWN}"
    form = {
        "sources": [factories.VILLAGE, factories.VILLAGE_2],
        "target": "new",
        "name": "沙石村",
        "code": NEW,
        "effective_on": f"{today()}",
        "then": "look",
    }
    page = text_of(client.post(url, form))
    assert "沙井村：1 户家庭、1 条在办求助" in page
    assert people.village.name in page
    assert not RegionChange.objects.exists()
    wrong = client.post(url, {**form, "name": "", "then": "do"})
    assert (wrong.status_code, "请填写新村名称" in text_of(wrong)) == (400, True)
    done = client.post(url, {**form, "then": "do"})
    assert done.status_code == 302
    page = text_of(client.get(done["Location"]))
    assert "转移的家庭" in page
    assert client.post(url, {**form, "then": "do"}).status_code == 400


def test_the_split_page_lists_the_households_and_divides(people: factories.Staff, as_user: As) -> None:
    home = factories.household(people.village)
    client, url = as_user(people.county), f"/office/regions/split/?region={factories.VILLAGE}"
    assert "张测试" in text_of(client.get(url))
    form = {"name": "新井村", "code": NEW, "effective_on": f"{today()}", "households": [home.pk]}
    assert client.post(url, {**form, "households": []}).status_code == 400
    assert client.post(url, form).status_code == 302
    home.refresh_from_db()
    assert home.region_id == NEW
