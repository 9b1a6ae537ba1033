"""Departments' lists: matched by the ID number, verified by the township in 3 working days, results fed back."""

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
from accounts.models import Appointment, AuditEntry, Message, User
from fupin.lib.clock import ZONE, now, shifted
from fupin.lib.errors import InvalidInput, NotAllowed, StaleState
from grid.models import (
    Clock,
    DepartmentPost,
    RiskWarning,
    WarningBatch,
    WarningList,
    WarningState,
    WarningUpload,
)
from grid.queries import warnings as queries
from grid.services import warning_uploads
from grid.services import warnings as service
from needs.models import Household
from needs.services import households, members
from needs.services.households import HouseholdInput
from needs.services.members import MemberInput
from tests import factories

pytestmark = pytest.mark.django_db
autodiscover_modules("invariants")
As = Callable[[User], Client]
FOUND = "入户看过，医疗报销后仍有困难"
WHY = "自付医药费二万三千元"


def text_of(answer: Any) -> str:
    return answer.content.decode()


def home(
    people: factories.Staff, name: str = "张预警", code: int = factories.VILLAGE
) -> tuple[Household, str]:
    number = factories.id_number()
    made = households.register(
        actor=people.village,
        region=factories.regions()[code],
        content=HouseholdInput(name=name, cause="illness", members=3, id_number=number),
        evidence="signed_paper",
    )
    return made, number


def desk(
    people: factories.Staff, department: str = "insurance", code: int = factories.QIDONG
) -> DepartmentPost:
    officer = factories.officer(Role.DEPARTMENT_OFFICER, code)
    return service.set_department(actor=people.county, post=officer.appointments.get(), department=department)


def user_of(own: DepartmentPost) -> User:
    return User.objects.get(pk=own.post.user_id)


def sheet(*rows: tuple[str, str, str]) -> BytesIO:
    lines = ["姓名,身份证号,预警原因", *(",".join(row) for row in rows)]
    return BytesIO("\n".join(lines).encode())


def uploaded(own: DepartmentPost, *rows: tuple[str, str, str]) -> WarningList:
    return service.upload(
        actor=user_of(own), desk=own, topic="大额医疗支出", file_name="名单.csv", source=sheet(*rows)
    )


def on(day: date) -> Any:
    return shifted(datetime.combine(day, datetime.min.time(), ZONE).replace(hour=12) - now())


def test_a_list_is_matched_sent_verified_and_fed_back(people: factories.Staff) -> None:
    house, number = home(people)
    Appointment.objects.update(starts_on=date(2026, 1, 1))
    with on(date(2026, 9, 28)):  # a Monday before the holidays: 29, 30 September, then 8 October
        own = desk(people)
        made = uploaded(own, ("张预警", number, WHY), ("李外人", factories.id_number(), "贫困"))
        batch = WarningBatch.objects.get()
        assert batch.township_id == factories.TOWN
        assert Clock.objects.get(kind="warning.verify", object_id=batch.pk).due_on == date(2026, 10, 8)
        assert list(queries.batches_waiting(people.township)) == [batch]
        assert not queries.batches_waiting(people.county)
        row = batch.rows.get()
        assert row.household == house
        done = service.verify(actor=people.township, warning=row, verdict="confirmed", note=FOUND)
    assert done.state == WarningState.CONFIRMED
    assert done.clue is not None
    assert (done.clue.household, done.clue.source, done.clue.problem) == (house, "department", "medical")
    assert Clock.objects.get(kind="warning.verify", object_id=batch.pk).done_on == date(2026, 9, 28)
    assert not queries.batches_waiting(people.township).exists()
    assert set(made.rows.values_list("line", "state")) == {(2, "confirmed"), (3, "unmatched")}
    assert Message.objects.filter(user=user_of(own), link=made.get_absolute_url()).exists()
    assert Message.objects.filter(user=people.township, link=batch.get_absolute_url()).exists()
    audited = AuditEntry.objects.filter(action__startswith="warning.").values_list("action", flat=True)
    assert list(audited) == ["warning.upload", "warning.verify"]
    with pytest.raises(StaleState):
        service.verify(actor=people.township, warning=row, verdict="cleared", note=FOUND)


def test_a_member_leads_to_the_household_and_a_bad_line_says_why(people: factories.Staff) -> None:
    house, _ = home(people)
    child = factories.id_number("20150301")
    members.add(
        actor=people.village,
        household=house,
        content=MemberInput(
            "张小预", "child", "none", sex="male", birth_year=2015, guardian="张预警", id_number=child
        ),
    )
    made = uploaded(
        desk(people, "education"),
        ("张小预", child, "辍学"),
        ("张小预", child, "又写了一遍"),
        ("王错号", "430426199001011234", "x"),
        ("赵没号", "", "x"),
    )
    states = list(made.rows.order_by("line").values_list("state", "household_id"))
    assert states == [("sent", house.pk), ("unreadable", None), ("unreadable", None), ("unreadable", None)]
    assert "重复" in made.rows.get(line=3).note
    assert "不对" in made.rows.get(line=4).note


def test_another_countys_households_are_not_matched(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    _, number = home(other_county, code=factories.VILLAGE_OTHER)
    made = uploaded(desk(people), ("张预警", number, WHY))
    assert made.rows.get().state == WarningState.UNMATCHED
    assert not WarningBatch.objects.exists()


def test_nothing_of_the_file_is_kept_readable(people: factories.Staff, tmp_path: Path) -> None:
    _, number = home(people)
    uploaded(desk(people), ("张预警", number, WHY), ("李外人", factories.id_number(), "绝密"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT w::text FROM grid_riskwarning w")
        stored = " ".join(row for (row,) in cursor.fetchall())
    assert not [word for word in (WHY, number, "李外人", "绝密") if word in stored]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert "李外人" not in "".join(str(entry.changes) for entry in AuditEntry.objects.all())


def test_a_number_in_the_reason_is_left_out(people: factories.Staff) -> None:
    _, number = home(people)
    made = uploaded(desk(people), ("张预警", number, "联系 19900001234"))
    reason = made.rows.get().reason
    assert reason is not None
    assert "19900001234" not in reason.open()


def test_names_without_a_household_are_forgotten_after_a_month(people: factories.Staff) -> None:
    _, number = home(people)
    made = uploaded(desk(people), ("张预警", number, WHY), ("李外人", factories.id_number(), WHY))
    assert service.forget_old() == 0
    with shifted(timedelta(days=31)):
        assert service.forget_old() == 1
        assert service.forget_old() == 0
    assert made.rows.get(line=3).name is None
    assert made.rows.get(line=2).name is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xe5\xa7\x93\xe5\x90\x8d\n\xe5\xbc\xa0\xe4\xb8\x89\n", "身份证号"),
        (b"PK\x03\x04broken", "打不开"),
        ("姓名,身份证号\n".encode(), "没有内容"),
        (("姓名,身份证号\n" + "张三,430426199001011234\n" * 5_001).encode(), "最多 5000 行"),
    ],
)
def test_a_bad_file_is_refused_in_plain_words(people: factories.Staff, content: bytes, words: str) -> None:
    own = desk(people)
    with pytest.raises(InvalidInput, match=words):
        service.upload(actor=user_of(own), desk=own, topic="名单", file_name="a.csv", source=BytesIO(content))
    assert not WarningList.objects.exists()


def test_only_the_own_department_uploads_and_only_the_township_verifies(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    _, number = home(people)
    own, other = desk(people), desk(people, "civil")
    with pytest.raises(NotAllowed):
        service.upload(
            actor=user_of(other), desk=own, topic="名单", file_name="a.csv", source=sheet(("张", number, ""))
        )
    row = uploaded(own, ("张预警", number, WHY)).rows.get()
    for actor in (people.village, user_of(own), other_county.township):
        with pytest.raises(NotAllowed):
            service.verify(actor=actor, warning=row, verdict="cleared", note=FOUND)
    for verdict, note in (("sent", FOUND), ("cleared", ""), ("cleared", "打 19900001234 问的")):
        with pytest.raises(InvalidInput):
            service.verify(actor=people.township, warning=row, verdict=verdict, note=note)
    with pytest.raises(NotAllowed):
        service.set_department(actor=other_county.county, post=own.post, department="water")
    with pytest.raises(InvalidInput):
        service.set_department(
            actor=people.county, post=people.village.appointments.get(), department="water"
        )


def test_a_department_sees_its_own_lists_and_no_household(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    _, number = home(people, "金丝雀预警")
    own, other = desk(people), desk(people, "civil")
    made = uploaded(own, ("金丝雀预警", number, WHY))
    browser = as_user(user_of(own))
    page = text_of(browser.get(made.get_absolute_url()))
    assert "乡镇核实中" in page
    assert not [word for word in ("金丝雀预警", "沙井村", number, WHY) if word in page]
    assert made.topic in text_of(browser.get("/office/warnings/"))
    for stranger in (user_of(other), other_county.county, people.village):
        assert as_user(stranger).get(made.get_absolute_url()).status_code == 404
        assert made.topic not in text_of(as_user(stranger).get("/office/warnings/"))
    assert "金丝雀" not in text_of(browser.get("/office/households/"))
    batch = WarningBatch.objects.get()
    assert browser.get(batch.get_absolute_url()).status_code == 403
    assert as_user(people.county).get(made.get_absolute_url()).status_code == 200


def test_the_pages_take_a_list_from_upload_to_result(people: factories.Staff, as_user: As) -> None:
    _, number = home(people)
    county = as_user(people.county)
    officer = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG)
    post, browser = officer.appointments.get(), as_user(officer)
    assert browser.get("/office/warnings/upload/").status_code == 404
    assert county.post("/office/warnings/departments/", {"post": post.pk}).status_code == 400
    assert (
        county.post("/office/warnings/departments/", {"post": post.pk, "department": "civil"}).status_code
        == 302
    )
    key, file = str(uuid4()), sheet(("张预警", number, WHY)).getvalue()

    def form() -> dict[str, Any]:
        own = DepartmentPost.objects.get()
        return {
            "desk": own.pk,
            "topic": "临时救助名单",
            "submission_key": key,
            "file": SimpleUploadedFile("名单.csv", file, "text/csv"),
        }

    assert "请填写预警内容" in text_of(browser.post("/office/warnings/upload/", {**form(), "topic": ""}))
    columns = browser.post("/office/warnings/upload/", form())["Location"]
    assert browser.post("/office/warnings/upload/", form())["Location"] == columns
    chosen = {"name": "0", "id_number": "1", "reason": "2", "then": "start"}
    url = browser.post(columns, chosen)["Location"]
    town, batch = as_user(people.township), WarningBatch.objects.get()
    assert "民政预警，还有 1 条要核实" in text_of(town.get("/office/"))
    assert WHY not in text_of(town.get(batch.get_absolute_url()))
    assert WHY in text_of(town.post(f"{batch.get_absolute_url()}reasons/"))
    assert AuditEntry.objects.filter(action="warning.read", actor=people.township).count() == 1
    row = RiskWarning.objects.get()
    verify = f"/office/warnings/rows/{row.pk}/verify/"
    assert town.post(verify, {"verdict": "cleared", "note": "短"}).status_code == 400
    assert town.post(verify, {"verdict": "cleared", "note": FOUND}).status_code == 302
    assert town.post(verify, {"verdict": "cleared", "note": FOUND}).status_code == 409
    assert FOUND in text_of(browser.get(url))
    assert "民政预警" not in text_of(town.get("/office/"))


@pytest.mark.parametrize(
    "page", ["list", "batch", "/office/warnings/", "/office/warnings/batches/", "/office/"]
)
def test_pages_cost_the_same_for_one_line_and_for_three(
    people: factories.Staff, as_user: As, page: str
) -> None:
    own, counts = desk(people), []
    for lines in (1, 3):
        made = uploaded(own, *(("张预警", home(people)[1], WHY) for _ in range(lines)))
        batch = made.batches.get()
        url = {"list": made.get_absolute_url(), "batch": batch.get_absolute_url()}.get(page, page)
        browser = as_user(people.township if page != "list" else user_of(own))
        if page == "/office/warnings/":
            browser = as_user(people.county)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_invariant_notices_a_batch_that_is_done_too_early(people: factories.Staff) -> None:
    _, number = home(people)
    uploaded(desk(people), ("张预警", number, WHY))
    assert not list(REGISTRY["warning-batches"].violations())
    WarningBatch.objects.update(done_at=now())
    assert list(REGISTRY["warning-batches"].violations())


ODD = "户编号,当事人,公民身份号码,何事,户主情况"


def taken_in(own: DepartmentPost, *rows: str) -> WarningUpload:
    source = BytesIO("\n".join([ODD, *rows]).encode())
    return warning_uploads.take_in(
        actor=user_of(own), desk=own, topic="住院名单", file_name="名单.csv", source=source
    )


def test_columns_of_other_names_are_chosen_seen_and_remembered(
    people: factories.Staff, other_county: factories.Staff, as_user: As, tmp_path: Path
) -> None:
    house, number = home(people)
    own, other = desk(people), desk(people, "civil")
    browser, file = as_user(user_of(own)), f"{ODD}\n1,张预警,{number},{WHY},正常\n".encode()
    form = {"desk": own.pk, "topic": "住院名单", "file": SimpleUploadedFile("名单.csv", file, "text/csv")}
    page = browser.post("/office/warnings/upload/", form)["Location"]
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert number.encode() not in kept[0]
    assert page in text_of(browser.get("/office/warnings/"))
    for stranger in (user_of(other), people.county, other_county.county):
        assert as_user(stranger).get(page).status_code in (403, 404)
    without_name = {"id_number": "2", "reason": "3", "then": "start"}
    assert browser.post(page, without_name).status_code == 400
    twice = browser.post(page, {"name": "2", "id_number": "2", "then": "start"})
    assert (twice.status_code, "同一列" in text_of(twice)) == (400, True)
    chosen = {"name": "1", "id_number": "2", "reason": "3"}
    seen = browser.post(page, {**chosen, "then": "preview"})
    assert (seen.status_code, "看得懂" in text_of(seen), number in text_of(seen)) == (200, True, False)
    assert not WarningList.objects.exists()
    sent = browser.post(page, {**chosen, "then": "start"})
    row = RiskWarning.objects.get()
    assert sent["Location"] == row.list.get_absolute_url()
    assert (row.household, row.reason and row.reason.open()) == (house, WHY)
    assert browser.post(page, {**chosen, "then": "start"}).status_code == 404
    assert taken_in(own, "1,李外人,,贫困,").mapping == {"name": 1, "id_number": 2, "reason": 3}
    assert "name" not in taken_in(other, "1,李外人,,贫困,").mapping


def test_a_list_that_nobody_sends_is_given_up_with_its_file(
    people: factories.Staff, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    own = desk(people)
    with django_capture_on_commit_callbacks(execute=True):
        first, second = (taken_in(own, "1,李外人,,贫困,") for _ in range(2))
    first.refresh_from_db()
    assert (first.closed_at is not None, first.rows_file.name) == (True, "")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert warning_uploads.forget_old() == 0
    with shifted(timedelta(days=8)), django_capture_on_commit_callbacks(execute=True):
        assert warning_uploads.forget_old() == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    with pytest.raises(StaleState):
        warning_uploads.send(actor=user_of(own), upload=second, mapping={"name": 1, "id_number": 2})
    with pytest.raises(StaleState):
        warning_uploads.cancel(actor=user_of(own), upload=second)
    third = taken_in(own, "1,李外人,,贫困,")
    with pytest.raises(NotAllowed):
        warning_uploads.cancel(actor=people.county, upload=third)
    warning_uploads.cancel(actor=user_of(own), upload=third)
    assert not WarningList.objects.exists()
    done = AuditEntry.objects.filter(action__startswith="warning.").values_list("action", flat=True)
    assert list(done) == ["warning.take_in"] * 3 + ["warning.give_up"]
