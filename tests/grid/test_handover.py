"""An officer goes: what is open finds somebody, the powers end at once, nothing is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Appointment, AuditEntry, Message, Region, User
from accounts.permissions import grants
from accounts.services import appointments
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid.services import handover
from needs import queries
from needs.models import HouseholdImport, Need
from needs.services import drafts, household_import, review
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def text_of(answer: Any) -> str:
    return answer.content.decode()


def left_behind(people: factories.Staff) -> tuple[Need, Need]:
    """A draft and a returned need of the village officer."""
    home = factories.household(people.village)
    draft = drafts.create_draft(
        actor=people.village, household=home, content=factories.content(title="没写完的求助")
    )
    returned = drafts.create_draft(
        actor=people.village, household=home, content=factories.content(title="被退回的求助", kind="care")
    )
    review.submit(actor=people.village, need=returned)
    return draft, review.send_back(actor=people.township, need=returned, reason="unclear", comment="请补充")


def post_of(user: User) -> Appointment:
    return Appointment.objects.select_related("user", "region").get(user=user)


def test_the_wizard_lists_hands_over_and_ends_at_once(people: factories.Staff, as_user: As) -> None:
    draft, returned = left_behind(people)
    successor = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE, "接手人")
    post, client = post_of(people.village), as_user(people.county)
    url = f"/office/appointments/{post.pk}/handover/"
    page = text_of(client.get(url))
    assert "没写完的求助" in page
    assert "被退回的求助" in page
    refused = client.post(url, {"reason": "换届"})
    assert (refused.status_code, "请选择由谁接手" in text_of(refused)) == (400, True)
    assert grants(fresh(people.village)).rows
    leaver = as_user(people.village)
    assert leaver.get(f"/needs/{draft.pk}/edit/").status_code == 200
    assert client.post(url, {"reason": "换届", "successor": successor.pk}).status_code == 302
    assert leaver.get(f"/needs/{draft.pk}/edit/").status_code in {403, 404}
    assert leaver.get("/office/").status_code == 404
    assert {draft, returned} <= set(queries.waiting_for(fresh(successor)))
    inbox = text_of(as_user(successor).get("/office/"))
    assert "移交给您的" in inbox
    draft.refresh_from_db()
    assert (draft.created_by, draft.keeper) == (people.village, successor)
    review.submit(actor=fresh(successor), need=draft)
    review.submit(actor=fresh(successor), need=returned)
    actions = AuditEntry.objects.filter(action__endswith="handover").values_list("action", flat=True)
    assert sorted(actions) == ["appointment.handover", "need.handover", "need.handover"]
    assert Message.objects.filter(user=successor).count() == 1
    assert Message.objects.filter(user=people.village, dedup_key__startswith="post-ended").count() == 1


def test_the_leaver_still_counts_as_the_one_who_wrote_it(people: factories.Staff) -> None:
    draft, _ = left_behind(people)
    handover.hand_over(
        actor=people.county, post=post_of(people.village), successor=people.township, reason="调离"
    )
    review.submit(actor=fresh(people.township), need=draft)
    with pytest.raises(Conflict):
        review.check(actor=fresh(people.township), need=draft, comment="自己检查自己")


def test_leaving_work_open_is_said_aloud_and_stays_due_until_somebody_takes_it(
    people: factories.Staff, as_user: As
) -> None:
    left_behind(people)
    client, post = as_user(people.county), post_of(people.village)
    url = f"/office/appointments/{post.pk}/handover/"
    assert client.post(url, {"reason": "病假", "leave": "on"}).status_code == 302
    assert list(handover.due(fresh(people.county))) == [post]
    assert "还有工作没有人接手" in text_of(client.get("/office/"))
    assert client.post(url, {"successor": people.township.pk}).status_code == 302
    assert list(handover.due(fresh(people.county))) == []
    assert Need.objects.filter(keeper=people.township).count() == 2


def test_a_post_that_runs_out_by_date_is_due_too(people: factories.Staff) -> None:
    left_behind(people)
    Appointment.objects.filter(user=people.village).update(
        starts_on=today() - timedelta(days=9), ends_on=today() - timedelta(days=1)
    )
    assert [one.user for one in handover.due(fresh(people.county))] == [people.village]


def test_a_post_without_open_work_just_ends(people: factories.Staff, as_user: As) -> None:
    post = post_of(people.village)
    page = text_of(as_user(people.county).get(f"/office/appointments/{post.pk}/handover/"))
    assert "没有留下没办完的工作" in page
    assert 'name="successor"' not in page
    assert handover.hand_over(actor=people.county, post=post, successor=None, reason="换届") == 0
    assert not grants(fresh(people.village)).rows


def test_whoever_could_not_go_on_is_refused_and_nothing_changes(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    left_behind(people)
    elsewhere = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2)
    for person in (other_county.village, elsewhere, people.charity, people.village, factories.user()):
        with pytest.raises(InvalidInput):
            handover.hand_over(actor=people.county, post=post_of(people.village), successor=person)
    assert post_of(people.village).ended_at is None
    assert not Need.objects.exclude(keeper=None).exists()


def test_only_who_appoints_there_hands_over(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    left_behind(people)
    post = post_of(people.village)
    url = f"/office/appointments/{post.pk}/handover/"
    assert as_user(other_county.county).get(url).status_code == 404
    assert as_user(people.township).get(url).status_code == 403
    for actor in (other_county.county, people.township, people.village):
        with pytest.raises(NotAllowed):
            handover.hand_over(actor=actor, post=post, successor=people.township)
    assert list(handover.due(other_county.county)) == []


def test_an_import_goes_on_under_the_successor(people: factories.Staff) -> None:
    job = HouseholdImport.objects.create(
        county=Region.objects.get(code=factories.QIDONG),
        actor=people.township,
        file_name="名单.xlsx",
        headings=["村"],
        state="previewed",
    )
    with pytest.raises(NotAllowed):
        household_import.cancel(actor=people.county, job=job)
    post = post_of(people.township)
    assert handover.hand_over(actor=people.county, post=post, successor=people.county, reason="调离") == 1
    job.refresh_from_db()
    assert (job.actor, job.keeper) == (people.township, people.county)
    household_import.cancel(actor=people.county, job=job)


def test_what_the_region_owns_is_shown_and_stays(people: factories.Staff, donor: User) -> None:
    own = factories.user("户主")
    home = factories.household(people.village, account=own)
    need = drafts.create_draft(actor=own, household=home, content=factories.content(title="自己写的求助"))
    review.submit(actor=own, need=need)
    works = handover.open_work(post_of(people.village))
    assert [(work.title, work.count, work.moves) for work in works] == [("等村里核实的求助", 1, False)]
    appointments.end(actor=people.county, appointment=post_of(people.village))
    assert need in set(queries.waiting_for(fresh(people.township)))


def test_candidates_begin_in_the_same_place_and_leave_out_the_same_person(people: factories.Staff) -> None:
    User.objects.filter(pk=people.village.pk).update(id_index="same")
    twin = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    User.objects.filter(pk=twin.pk).update(id_index="same")
    peer = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    found = [one.user for one in handover.candidates(post_of(people.village))]
    assert found == [peer, people.township, people.county]
