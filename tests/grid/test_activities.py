"""Meetings and trainings: planned, signed into by the code on the wall, written up; what is owed is in the inbox."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import autodiscover_modules

from accounts.enums import Role
from accounts.invariants import REGISTRY
from accounts.models import Appointment, AuditEntry, Region, User
from fupin.demo.pictures import picture
from fupin.lib import sheet_reading
from fupin.lib.clock import ZONE, now, shifted, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, NotVisible
from grid.models import Activity, ActivityKind, ActivityState, Attendance
from grid.queries import activities as queries
from grid.services import activities as service
from grid.services.activities import ActivityInput
from tests import factories

pytestmark = pytest.mark.django_db
autodiscover_modules("invariants")
As = Callable[[User], Client]
MINUTES = "核对了三户监测对象的情况，决定由网格员每周联系一次，村里月底前解决饮水管道。"


def text_of(answer: Any) -> str:
    return answer.content.decode()


def place(code: int) -> Region:
    return Region.objects.get(code=code)


def planned(actor: User, code: int = factories.VILLAGE, **changes: Any) -> Activity:
    values: dict[str, Any] = {"kind": "meeting", "held_on": today(), "topic": "十一月会商研判"}
    return service.plan(actor=actor, region=place(code), content=ActivityInput(**{**values, **changes}))


def held(actor: User, code: int = factories.VILLAGE, **changes: Any) -> Activity:
    made = planned(actor, code, **changes)
    people = list(queries.expected(made.region).values_list("user", flat=True))
    service.tick(actor=actor, activity=made, present=people, offered=people)
    return service.close(actor=actor, activity=made, minutes=MINUTES)


def on(day: date) -> Any:
    """Run the block at noon of that day."""
    return shifted(datetime.combine(day, datetime.min.time(), ZONE).replace(hour=12) - now())


def in_post_since(day: date, *users: User) -> None:
    Appointment.objects.filter(user__in=users).update(starts_on=day)


def test_a_meeting_is_planned_signed_into_and_written_up(people: factories.Staff) -> None:
    leader = factories.officer(Role.GRID_LEADER, factories.VILLAGE)
    made = planned(people.village)
    service.sign_in(actor=leader, token=service.code(actor=people.village, activity=made))
    service.tick(
        actor=people.village, activity=made, present=[people.village.pk], offered=[people.village.pk]
    )
    done = service.close(actor=people.village, activity=made, minutes=MINUTES, guests="村民代表王某")
    assert done.state == ActivityState.HELD
    assert done.expected == 2
    assert dict(done.attendances.values_list("user", "how")) == {leader.pk: "code", people.village.pk: "list"}
    actions = AuditEntry.objects.filter(action__startswith="activity.").order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "activity.plan", "activity.sign", "activity.tick", "activity.close",
    ]  # fmt: skip
    assert not list(REGISTRY["activity-held"].violations())
    Attendance.objects.all().delete()
    assert [row.pk for row in REGISTRY["activity-held"].violations()] == [str(done.pk)]


def test_a_second_scan_changes_nothing_and_the_list_never_unticks_a_scan(people: factories.Staff) -> None:
    made = planned(people.village)
    token = service.code(actor=people.village, activity=made)
    first = service.sign_in(actor=people.village, token=token)
    assert service.sign_in(actor=people.village, token=token).pk == first.pk
    service.tick(actor=people.village, activity=made, present=[], offered=[people.village.pk])
    assert Attendance.objects.get().how == "code"


def test_an_old_a_forged_and_a_foreign_code_sign_nobody_in(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    made = planned(people.village)
    token = service.code(actor=people.village, activity=made)
    with pytest.raises(NotVisible):
        service.sign_in(actor=other_county.village, token=token)
    with pytest.raises(NotVisible):
        service.sign_in(actor=people.village, token=token[:-1] + ("a" if token[-1] != "a" else "b"))
    with shifted(timedelta(seconds=service.CODE_SECONDS + 2)), pytest.raises(Conflict, match="过期"):
        service.sign_in(actor=people.village, token=token)
    assert not Attendance.objects.exists()


def test_the_code_is_there_on_the_day_only(people: factories.Staff) -> None:
    with pytest.raises(Conflict):
        service.code(actor=people.village, activity=planned(people.village, held_on=today() + timedelta(1)))
    with pytest.raises(Conflict):
        service.code(actor=people.village, activity=planned(people.village, held_on=today() - timedelta(1)))


def test_what_is_closed_stays_as_it_is(people: factories.Staff) -> None:
    done = held(people.village)
    calls: list[Callable[[], object]] = [
        lambda: service.close(actor=people.village, activity=done, minutes=MINUTES),
        lambda: service.cancel(actor=people.village, activity=done),
        lambda: service.tick(actor=people.village, activity=done, present=[], offered=[]),
    ]
    for call in calls:
        with pytest.raises(Conflict):
            call()
    other = service.cancel(actor=people.village, activity=planned(people.village))
    with pytest.raises(Conflict):
        service.add_photo(actor=people.village, activity=other, jpeg=picture("quilt", 1))


def test_minutes_need_people_words_and_no_numbers_and_not_before_the_day(people: factories.Staff) -> None:
    made = planned(people.village)
    with pytest.raises(Conflict, match="签到"):
        service.close(actor=people.village, activity=made, minutes=MINUTES)
    for words in ("开了会", MINUTES + "电话 19900001234"):
        with pytest.raises(InvalidInput):
            service.close(actor=people.village, activity=made, minutes=words)
    ahead = planned(people.village, held_on=today() + timedelta(days=3))
    with pytest.raises(Conflict, match="还没有到"):
        service.tick(actor=people.village, activity=ahead, present=[], offered=[])
    with pytest.raises(InvalidInput):
        planned(people.village, held_on=today() + timedelta(days=400))


def test_each_level_holds_its_own_and_nobody_anothers(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    planned(people.township, factories.TOWN, kind="training")
    planned(people.county, factories.QIDONG, kind="training")
    planned(people.township, factories.VILLAGE)
    for actor, code in (
        (people.village, factories.TOWN),
        (people.county, factories.VILLAGE),
        (other_county.township, factories.TOWN),
        (people.charity, factories.QIDONG),
    ):
        with pytest.raises(NotAllowed):
            planned(actor, code)


def test_only_people_in_post_there_are_ticked(people: factories.Staff, other_county: factories.Staff) -> None:
    made = planned(people.village)
    foreign = other_county.village.pk
    with pytest.raises(InvalidInput):
        service.tick(actor=people.village, activity=made, present=[foreign], offered=[foreign])
    with pytest.raises(InvalidInput):
        service.tick(actor=people.village, activity=made, present=[foreign], offered=[people.village.pk])


def test_the_village_owes_its_monthly_meeting_from_the_twentieth_and_is_late_afterwards(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    in_post_since(date(2026, 1, 1), *vars(people).values(), *vars(other_county).values())
    with on(date(2026, 9, 10)):
        for code in (factories.VILLAGE, factories.VILLAGE_OTHER):
            actor = people.village if code == factories.VILLAGE else other_county.village
            held(actor, code, held_on=date(2026, 9, 1))
            held(actor, code, held_on=date(2026, 8, 3))
        assert not queries.owing(people.village)
    with on(date(2026, 10, 19)):
        assert not queries.owing(people.village)
    with on(date(2026, 10, 20)):
        assert [(row.code, row.is_late) for row in queries.owing(people.village)] == [
            (factories.VILLAGE, False)
        ]  # type: ignore[attr-defined]
        assert factories.VILLAGE not in [row.code for row in queries.owing(people.township)]
    with on(date(2026, 11, 2)):
        assert [(row.code, row.is_late) for row in queries.owing(people.village)] == [
            (factories.VILLAGE, True)
        ]  # type: ignore[attr-defined]
        below = {row.code: row.is_own for row in queries.owing(people.township)}  # type: ignore[attr-defined]
        assert below == {factories.VILLAGE: False, factories.TOWN: True}
        held(people.village, held_on=date(2026, 10, 30))
        assert not queries.owing(people.village)


def test_a_training_is_owed_every_year_and_asked_for_until_march(people: factories.Staff) -> None:
    in_post_since(date(2025, 1, 1), *vars(people).values())
    with on(date(2026, 9, 30)):
        assert not [row for row in queries.owing(people.county) if row.level < 5]
    with on(date(2026, 10, 1)):
        assert [row.code for row in queries.owing(people.county)] == [factories.QIDONG]
        held(people.county, factories.QIDONG, kind="training", held_on=date(2026, 9, 1))
        assert not queries.owing(people.county)
    with on(date(2027, 2, 1)):
        assert [row.code for row in queries.owing(people.county) if row.is_late] == [factories.TOWN]  # type: ignore[attr-defined]
    with on(date(2027, 4, 1)):
        assert not [row for row in queries.owing(people.county) if row.level < 5]


def test_nothing_is_owed_for_the_time_before_the_first_officer(people: factories.Staff) -> None:
    with on(today() + timedelta(days=1)):
        assert not queries.owing(people.village)
        assert not queries.owing(people.township)


def test_the_inbox_leads_to_the_form_of_the_own_place(people: factories.Staff, as_user: As) -> None:
    in_post_since(today() - timedelta(days=70), *vars(people).values())
    page = text_of(as_user(people.village).get("/office/"))
    assert "上个月还没有登记会商研判会议" in page
    assert f"/office/activities/new/?region={factories.VILLAGE}" in page
    assert "去督促" in text_of(as_user(people.township).get("/office/"))


def test_the_pages_take_a_meeting_from_plan_to_photo(people: factories.Staff, as_user: As) -> None:
    browser = as_user(people.village)
    typed = {
        "region": factories.VILLAGE,
        "kind": "meeting",
        "held_on": str(today()),
        "topic": "会商",
        "submission_key": str(uuid4()),
    }
    assert "请填写主题" in text_of(browser.post("/office/activities/new/", {**typed, "topic": ""}))
    url = browser.post("/office/activities/new/", typed)["Location"]
    assert browser.post("/office/activities/new/", typed)["Location"] == url
    made = Activity.objects.get()
    code = browser.get(f"{url}code/")
    assert "data:image/svg+xml" in text_of(code)
    assert code["Cache-Control"] == "no-store"
    token = service.code(actor=people.village, activity=made)
    assert "签到人" in text_of(browser.get(f"/office/sign-in/{token}/"))
    assert browser.post(f"/office/sign-in/{token}/")["Location"] == url
    assert "您已经签到" in text_of(browser.get(f"/office/sign-in/{token}/"))
    assert browser.post(f"{url}attend/", {"present": [people.village.pk]})["Location"] == url
    upload = SimpleUploadedFile("a.jpg", picture("quilt", 1), "image/jpeg")
    assert browser.post(f"{url}photos/add/", {"photo": upload})["Location"] == url
    shown = browser.get(f"{url}photos/{made.photos.get().pk}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert browser.post(f"{url}close/", {"minutes": "短"}).status_code == 400
    assert browser.post(f"{url}close/", {"minutes": MINUTES})["Location"] == url
    page = text_of(browser.get(url))
    assert "月底前解决饮水管道" in page
    assert "登记纪要" not in page
    assert browser.post(f"{url}close/", {"minutes": MINUTES}).status_code == 409


def test_who_was_there_reads_it_and_other_places_and_departments_do_not(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    made = planned(people.township, factories.TOWN, kind="training")
    url = made.get_absolute_url()
    assert as_user(people.village).get(url).status_code == 404
    token = service.code(actor=people.township, activity=made)
    assert as_user(people.village).post(f"/office/sign-in/{token}/").status_code == 302
    page = text_of(as_user(people.village).get(url))
    assert made.topic in page
    assert "到会的人" not in page
    assert as_user(people.county).get(url).status_code == 200
    department = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG)
    for stranger in (other_county.county, department):
        assert as_user(stranger).get(url).status_code == 404
        assert made.topic not in text_of(as_user(stranger).get("/office/activities/"))


def test_a_county_ticks_township_by_township(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    made = planned(people.county, factories.QIDONG, kind="training")
    browser, url = as_user(people.county), f"{made.get_absolute_url()}attend/"
    assert "请选择" in text_of(browser.get(url))
    assert people.village.get_full_name() in text_of(browser.get(f"{url}?region={factories.TOWN}"))
    assert browser.get(f"{url}?region={factories.TOWN_OTHER}").status_code == 404
    assert browser.post(f"{url}?region={factories.TOWN}", {"present": [people.village.pk]}).status_code == 302
    assert made.attendances.count() == 1


def test_the_sheet_holds_my_places_and_no_formula(
    people: factories.Staff, other_county: factories.Staff, as_user: As, tmp_path: Path
) -> None:
    held(people.village, topic="=1+1 会商")
    held(other_county.village, factories.VILLAGE_OTHER, topic="别县的会")
    answer = as_user(people.county).get("/office/activities/export/")
    sheet_reading.to_rows(BytesIO(answer.content), tmp_path / "rows.csv")
    cells = [row for row in sheet_reading.read_rows(tmp_path / "rows.csv") if row[4]]
    assert [row[4] for row in cells] == ["主题", "'=1+1 会商"]
    assert AuditEntry.objects.get(action="activity.export").changes == {"rows": 1}
    assert as_user(people.county).get("/office/activities/?kind=nonsense").status_code == 404


@pytest.mark.parametrize("address", ["/office/activities/", "/office/activities/export/"])
def test_the_list_costs_the_same_for_one_meeting_and_for_three(
    people: factories.Staff, as_user: As, address: str
) -> None:
    browser, counts = as_user(people.county), []
    for number in (1, 2):
        for _ in range(number):
            held(people.village)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 14


def test_the_duties_name_every_level_that_the_standard_names() -> None:
    assert {level.label: kind for level, kind in queries.DUTY.items()} == {
        "村级": ActivityKind.MEETING,
        "乡级": ActivityKind.TRAINING,
        "县级": ActivityKind.TRAINING,
    }
