"""Visits: one tap where nothing changed, the rhythm, who is told when nobody came, what became of a problem."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.enums import Role
from accounts.invariants import REGISTRY
from accounts.models import AuditEntry, User
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid import invariants  # noqa: F401
from grid.models import Grid, GridHousehold, GridMember, Visit
from grid.queries import visits as queries
from grid.services import grids, visits
from grid.services.schedule import period_end
from grid.services.visits import UNCHANGED, VisitInput
from needs.models import Household
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def home(people: factories.Staff) -> GridHousehold:
    return place(people)


def place(people: factories.Staff, **more: Any) -> GridHousehold:
    made = factories.household(people.village, **more)
    factories.grid(people.village, [made])
    return GridHousehold.objects.get(pk=made.pk)


def at_risk(home: GridHousehold) -> GridHousehold:
    Household.objects.filter(pk=home.pk).update(monitored="sudden", risk="open", risk_since=today())
    GridHousehold.objects.filter(pk=home.pk).update(monthly=True)
    return GridHousehold.objects.get(pk=home.pk)


def leader_of(people: factories.Staff, home: GridHousehold) -> User:
    return factories.fresh(factories.grid_person(people.village, home.grid).post.user)


def looked(**changes: Any) -> VisitInput:
    return VisitInput(**{"on": today(), "channel": "home", **changes})


def jpeg() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 48), "#884422").save(file, "JPEG")
    return file.getvalue()


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_one_tap_confirms_every_point_and_sets_the_next_date(
    home: GridHousehold, people: factories.Staff, as_user: As
) -> None:
    leader = leader_of(people, home)
    client, key = as_user(leader), str(uuid4())
    assert home.household.name in text_of(client.get("/office/visits/?show=all"))
    sent = {"unchanged": "home", "from": "list", "submission_key": key}
    for _ in range(2):  # the answer to the first got lost
        assert client.post(f"/office/visits/{home.pk}/", sent).url == "/office/visits/"
    visit = Visit.objects.get()
    assert (visit.visitor, visit.points, visit.has_problem) == (leader, UNCHANGED, False)
    home.refresh_from_db()
    assert home.visited_on == today()
    assert set(home.confirmed.values()) == {today().isoformat()}
    assert home.due_on == period_end(period_end(today(), monthly=False) + timedelta(days=1), monthly=False)
    assert AuditEntry.objects.filter(action="visit.record", actor=leader).count() == 1


def test_each_point_keeps_the_day_it_was_last_confirmed(home: GridHousehold, people: factories.Staff) -> None:
    before = today() - timedelta(days=20)
    visits.record(actor=people.village, home=home, content=looked(on=before))
    visits.record(
        actor=people.village,
        home=home,
        content=looked(
            channel="phone", points={"income": "changed", "water": "problem"}, note="井水浑浊，收入减少"
        ),
    )
    home.refresh_from_db()
    assert home.confirmed == {
        "income": today().isoformat(),
        "spending": before.isoformat(),
        "guarantees": before.isoformat(),
        "water": before.isoformat(),
        "other": before.isoformat(),
    }
    visits.record(actor=people.village, home=home, content=looked(on=before - timedelta(days=3)))
    home.refresh_from_db()
    assert (home.visited_on, home.confirmed["income"]) == (today(), today().isoformat())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": date(2020, 1, 1)}, "on"),
        ({"on": date(2099, 1, 1)}, "on"),
        ({"points": {}}, "points"),
        ({"points": {"roof": "same"}}, "points"),
        ({"points": {"water": "problem"}}, "note"),
        ({"note": "打 19900001234 找他"}, "note"),
    ],
)
def test_what_cannot_be_is_refused(
    home: GridHousehold, people: factories.Staff, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        visits.record(actor=people.village, home=home, content=looked(**changes))
    assert field in refused.value.fields
    assert not Visit.objects.exists()


def test_a_household_at_risk_is_called_only_while_it_is_away(
    home: GridHousehold, people: factories.Staff
) -> None:
    home = at_risk(home)
    with pytest.raises(InvalidInput) as refused:
        visits.record(actor=people.village, home=home, content=looked(channel="phone"))
    assert "away" in refused.value.fields
    visits.record(actor=people.village, home=home, content=looked(channel="phone", away=True))
    home.refresh_from_db()
    assert home.due_on == period_end(period_end(today(), monthly=True) + timedelta(days=1), monthly=True)


def test_a_photo_is_taken_where_it_was_asked_for_and_nowhere_else(
    home: GridHousehold, people: factories.Staff, as_user: As, other_county: factories.Staff
) -> None:
    client = as_user(people.village)
    page = client.get(f"/office/visits/{home.pk}/")
    assert (page.status_code, 'name="photo"' in text_of(page)) == (200, False)
    refused = client.post(f"/office/visits/{home.pk}/photo/", {"of": "长" * 61})
    assert (refused.status_code, "长" * 61 in text_of(refused)) == (400, True)
    client.post(f"/office/visits/{home.pk}/photo/", {"of": "屋顶漏雨处"})
    home.refresh_from_db()
    assert home.photo_wanted == "屋顶漏雨处"
    leader = as_user(leader_of(people, home))
    assert leader.post(f"/office/visits/{home.pk}/", {"unchanged": "home"}).status_code == 400
    sent = {"on": today(), "channel": "home", "income": "same", "note": ""}
    photo = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    assert leader.post(f"/office/visits/{home.pk}/", {**sent, "photo": photo}).status_code == 302
    home.refresh_from_db()
    visit = Visit.objects.get()
    assert (home.photo_wanted, bool(visit.photo)) == ("", True)
    assert leader.get(f"/office/visits/photos/{visit.pk}/").status_code == 200
    assert as_user(other_county.village).get(f"/office/visits/photos/{visit.pk}/").status_code == 404


def test_only_who_looks_after_the_household_records(
    home: GridHousehold, people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    stranger = leader_of(people, place(people, name="李别组"))
    for actor in (stranger, other_county.village, people.charity, factories.user()):
        with pytest.raises(NotAllowed):
            visits.record(actor=actor, home=home, content=looked())
    for actor, status in ((stranger, 404), (other_county.village, 404), (people.charity, 403)):
        assert as_user(actor).get(f"/office/visits/{home.pk}/").status_code == status
    assert not Visit.objects.exists()
    for actor in (people.village, people.township, people.county):
        visits.record(actor=actor, home=home, content=looked())


def test_a_closed_household_is_visited_no_more(home: GridHousehold, people: factories.Staff) -> None:
    Household.objects.filter(pk=home.pk).update(closed_at=home.household.created_at)
    with pytest.raises(Conflict):
        visits.record(actor=people.village, home=home, content=looked())


def test_what_nobody_did_goes_up_to_the_village_then_the_township_then_the_county(
    home: GridHousehold, people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    leader = leader_of(people, home)
    seen = {0: [], 1: ["village"], 8: ["village", "township"], 22: ["village", "township", "county"]}
    for days, levels in seen.items():
        GridHousehold.objects.filter(pk=home.pk).update(due_on=today() - timedelta(days=days))
        for level in ("village", "township", "county"):
            person = factories.fresh(getattr(people, level))
            assert (home in queries.escalated_to(person)) == (level in levels), (days, level)
            foreign = factories.fresh(getattr(other_county, level))
            assert home not in queries.escalated_to(foreign)
        assert home in queries.due_for(factories.fresh(leader))
    for person in (leader, people.village, people.township, people.county):
        assert home.household.name in text_of(as_user(person).get("/office/"))
    GridHousehold.objects.filter(pk=home.pk).update(due_on=today() - timedelta(days=3))
    for person, waits in ((people.village, True), (people.township, False), (people.county, False)):
        assert ("超期没有走访" in text_of(as_user(factories.fresh(person)).get("/office/"))) == waits


def test_a_problem_waits_in_the_ledger_until_the_village_says_what_became_of_it(
    home: GridHousehold, people: factories.Staff, as_user: As
) -> None:
    leader = leader_of(people, home)
    content = looked(points={"water": "problem"}, note="水井干了，要到邻村挑水")
    visit = visits.record(actor=leader, home=home, content=content)
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM grid_visit")
        assert "水井" not in cursor.fetchone()[0]
    client = as_user(people.village)
    page = text_of(client.get("/office/visits/problems/"))
    assert "水井干了" in page
    assert leader.name in page
    url = f"/office/visits/problems/{visit.pk}/"
    assert client.post(url, {"words": "好"}).status_code == 400
    with pytest.raises(NotAllowed):
        visits.settle(actor=leader, visit=visit, words="已经解决")
    assert client.post(url, {"words": "村里接通了自来水"}).status_code == 302
    assert "水井干了" not in text_of(client.get("/office/visits/problems/"))
    assert "村里接通了自来水" in text_of(client.get("/office/visits/problems/?show=all"))
    with pytest.raises(StaleState):
        visits.settle(actor=people.village, visit=visit, words="再登记一次")
    assert AuditEntry.objects.filter(action="visit.settle").count() == 1


def test_the_list_asks_the_same_number_of_questions_for_any_length(
    people: factories.Staff, as_user: As
) -> None:
    counts = []
    for _ in range(2):
        place(people)
        for person in (people.village, people.township, people.county):
            client = as_user(person)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get("/office/visits/?show=all")
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 10


def test_a_list_shows_nothing_of_another_county_or_grid(
    home: GridHousehold, people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    Household.objects.filter(pk=home.pk).update(name="金丝雀")
    elsewhere = factories.household(other_county.village, code=factories.VILLAGE_OTHER)
    there = factories.grid(other_county.village, [elsewhere], code=factories.VILLAGE_OTHER)
    stranger = factories.grid_person(other_county.village, there).post.user
    for person in (other_county.village, other_county.county, stranger):
        for query in ("?show=all", f"?show=all&region={factories.VILLAGE}"):
            answer = as_user(factories.fresh(person)).get(f"/office/visits/{query}")
            assert "金丝雀" not in text_of(answer)
    assert as_user(stranger).get("/office/households/").status_code == 403
    member: GridMember = factories.grid_person(people.village, home.grid, Role.GRID_MEMBER)
    assert "金丝雀" in text_of(as_user(member.post.user).get("/office/visits/?show=all"))


def test_moving_to_another_grid_moves_the_right_to_see(home: GridHousehold, people: factories.Staff) -> None:
    leader, other = leader_of(people, home), factories.grid(people.village)
    visits.record(actor=leader, home=home, content=looked())
    grids.place(actor=people.village, grid=Grid.objects.get(pk=other.pk), households=[home.pk])
    assert home not in queries.schedule_of(factories.fresh(leader))
    photo = ContentFile(jpeg(), name="a.jpg")
    with pytest.raises(NotAllowed):
        visits.record(actor=factories.fresh(leader), home=home, content=looked(photo=photo))


def test_the_audit_sees_a_date_without_a_visit_and_a_mark_without_a_problem(
    home: GridHousehold, people: factories.Staff
) -> None:
    visit = visits.record(actor=people.village, home=home, content=looked())
    assert not list(REGISTRY["grid-visits"].violations())
    GridHousehold.objects.filter(pk=home.pk).update(visited_on=today() - timedelta(days=3))
    Visit.objects.filter(pk=visit.pk).update(has_problem=True)
    assert len(list(REGISTRY["grid-visits"].violations())) == 2
