"""账账相符: the provincial register beside ours, field by field; decisions; sheets; nothing kept, nothing leaked."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Region, User
from fupin.lib import sheet_reading
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid import register_compare
from grid.models import CheckState, DifferenceKind, RegisterCheck, RegisterDifference
from grid.services import reconcile as service
from needs.household_enums import ReportKind
from needs.models import Household, HouseholdReport
from needs.services import household_reports, households
from needs.services.households import HouseholdInput
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
HEAD = "序号,乡(镇),行政村,户主姓名,户主证件号码,联系电话,家庭人口,主要致贫原因"


def text_of(answer: Any) -> str:
    return answer.content.decode()


def home(people: factories.Staff, name: str, **changes: Any) -> tuple[Household, str]:
    number = factories.id_number()
    values: dict[str, Any] = {"cause": "illness", "members": 3, "id_number": number, "phone": "19900008001"}
    made = households.register(
        actor=people.village,
        region=Region.objects.get(code=factories.VILLAGE),
        content=HouseholdInput(name=name, **{**values, **changes}),
        evidence="signed_paper",
    )
    return made, number


def checked(people: factories.Staff, *lines: str) -> RegisterCheck:
    """The file laid beside the register by the worker."""
    made = service.upload(
        actor=people.county,
        county=Region.objects.get(code=factories.QIDONG),
        file_name="省平台.csv",
        source=BytesIO("\n".join([HEAD, *lines]).encode()),
    )
    service.start(actor=people.county, check=made, mapping=made.mapping)
    assert service.run_waiting() == 1
    made.refresh_from_db()
    return made


def line(
    name: str,
    number: str,
    phone: str = "19900008001",
    members: str = "3",
    cause: str = "因病",
    village: str = "沙井村",
) -> str:
    return f"1,洪桥镇,{village},{name},{number},{phone},{members},{cause}"


def kinds(check: RegisterCheck) -> dict[str, int]:
    found = list(check.differences.values_list("kind", flat=True))
    return {kind: found.count(kind) for kind in set(found)}


def test_equal_registers_have_no_difference(people: factories.Staff) -> None:
    _, first = home(people, "张甲")
    _, second = home(people, "李乙", phone="19900008002")
    check = checked(people, line("张甲", first), line("李乙", second, "19900008002"))
    assert (check.state, check.lines, check.equal) == (CheckState.DONE, 2, 2)
    assert not check.differences.exists()


def test_every_kind_of_difference_is_found_field_by_field(people: factories.Staff) -> None:
    _, number = home(people, "张甲")
    there, _ = home(people, "李只有本地")
    check = checked(
        people,
        line("张甲", number, "19900008009", "5", "因残", "石岭村"),
        line("王只有省里", factories.id_number()),
        line("赵错号", "430426199001011234"),
        line("张甲", number),
    )
    assert kinds(check) == {"differs": 1, "here": 1, "there": 1, "broken": 2}
    assert check.differences.get(kind="there").household == there
    row = check.differences.get(kind="differs")
    assert row.fields is not None
    fields = json.loads(row.fields.open())
    assert set(fields) == {"region", "phone", "members", "cause"}
    assert fields["members"] == [3, 5]
    assert fields["phone"][0].endswith("8001")
    assert "*" in fields["phone"][0]


def test_an_empty_cell_says_nothing_and_a_missing_number_is_found_by_village_and_name(
    people: factories.Staff,
) -> None:
    made, _ = home(people, "张甲", id_number="", phone="")
    number = factories.id_number()
    check = checked(people, f"1,洪桥镇,沙井村,张甲,{number},,,")
    row = check.differences.get()
    assert (row.kind, row.household) == ("differs", made)
    assert row.fields is not None
    assert set(json.loads(row.fields.open())) == {"id_number"}
    home(people, "张甲", id_number="", phone="19900008007")
    again = checked(people, f"1,洪桥镇,沙井村,张甲,{factories.id_number()},,,")
    assert kinds(again) == {"here": 1, "there": 2}


def test_another_countys_households_take_no_part(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    number = factories.id_number()
    households.register(
        actor=other_county.village,
        region=Region.objects.get(code=factories.VILLAGE_OTHER),
        content=HouseholdInput(name="外县户", cause="illness", id_number=number),
        evidence="signed_paper",
    )
    check = checked(people, line("外县户", number))
    assert kinds(check) == {"here": 1}
    assert check.differences.get().household is None


def test_the_file_is_gone_and_numbers_are_unreadable_in_the_database(
    people: factories.Staff, django_capture_on_commit_callbacks: Any
) -> None:
    _, number = home(people, "张甲")
    with django_capture_on_commit_callbacks(execute=True):
        checked(people, line("张甲", number, "19900008009"))
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*.csv")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text FROM grid_registerdifference d")
        stored = " ".join(row for (row,) in cursor.fetchall())
    assert not [word for word in (number, "19900008009", "张甲") if word in stored]
    waiting = service.upload(
        actor=people.county,
        county=Region.objects.get(code=factories.QIDONG),
        file_name="a.csv",
        source=BytesIO(f"{HEAD}\n{line('张甲', number)}".encode()),
    )
    assert number.encode() not in waiting.rows_file.open("rb").read()


def test_a_file_that_cannot_be_compared_fails_in_words_and_is_gone(
    people: factories.Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(register_compare, "compare", broken)
    check = checked(people, line("张甲", factories.id_number()))
    assert check.state == CheckState.FAILED
    assert "重新上传" in check.problem
    assert not check.rows_file
    assert service.run_waiting() == 0


def test_what_is_too_much_is_counted_and_said(
    people: factories.Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_compare, "MOST", 2)
    for number in range(5):
        home(people, f"张{'甲乙丙丁戊'[number]}", phone="")
    check = checked(people, line("外人", factories.id_number()))
    assert check.differences.count() == 2
    assert check.unlisted == 4


def test_theirs_becomes_a_change_report_for_the_township(people: factories.Staff) -> None:
    made, number = home(people, "张甲")
    gone, _ = home(people, "李只有本地")
    check = checked(people, line("张甲", number, members="5"), line("王新", factories.id_number()))
    row = service.rule(
        actor=people.county,
        difference=check.differences.get(kind="differs"),
        ruling="theirs",
        note="户口本为准",
    )
    assert row.report is not None
    household_reports.accept(actor=people.township, report=row.report)
    made.refresh_from_db()
    assert made.members == 5
    ending = service.rule(
        actor=people.county, difference=check.differences.get(kind="there"), ruling="theirs", note="已经迁走"
    )
    assert ending.report is not None
    assert (ending.report.kind, ending.report.household) == (ReportKind.CLOSE, gone)
    here = check.differences.get(kind="here")
    with pytest.raises(InvalidInput) as refused:
        service.rule(actor=people.county, difference=here, ruling="theirs")
    assert "evidence" in refused.value.fields
    here = service.rule(actor=people.county, difference=here, ruling="theirs", evidence="signed_paper")
    assert here.report is not None
    assert here.report.kind == ReportKind.ADD
    household_reports.accept(actor=people.township, report=here.report)
    new = Household.objects.get(name="王新")
    assert (new.cause, new.members, new.region_id) == ("illness", 3, factories.VILLAGE)
    assert new.consents.filter(evidence="signed_paper", withdrawn_at=None).exists()
    assert AuditEntry.objects.filter(action="register.rule").count() == 3
    with pytest.raises(StaleState):
        service.rule(actor=people.county, difference=row, ruling="ours")


def test_what_cannot_be_ruled_is_refused(people: factories.Staff, other_county: factories.Staff) -> None:
    _, number = home(people, "张甲")
    check = checked(people, line("张甲", number, members="5"), line("赵错号", "430426199001011234"))
    row = check.differences.get(kind="differs")
    for actor in (people.township, people.village, other_county.county):
        with pytest.raises(NotAllowed):
            service.rule(actor=actor, difference=row, ruling="ours")
    for ruling, note in (("both", ""), ("ours", "打 19900001234 问过")):
        with pytest.raises(InvalidInput):
            service.rule(actor=people.county, difference=row, ruling=ruling, note=note)
    with pytest.raises(StaleState):
        service.rule(actor=people.county, difference=check.differences.get(kind="broken"), ruling="ours")
    assert not HouseholdReport.objects.exists()


def test_uploads_are_for_the_county_one_at_a_time_and_need_their_columns(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    county = Region.objects.get(code=factories.QIDONG)

    def upload(actor: User, text: str) -> RegisterCheck:
        return service.upload(actor=actor, county=county, file_name="a.csv", source=BytesIO(text.encode()))

    for actor in (people.township, other_county.county):
        with pytest.raises(NotAllowed):
            upload(actor, HEAD)
    bare = upload(people.county, "姓名,金额\n张甲,3\n")
    for mapping in (bare.mapping, {"name": 0, "village": 0}, {"name": 0, "village": 7}):
        with pytest.raises(InvalidInput) as refused:
            service.start(actor=people.county, check=bare, mapping=mapping)
        assert "village" in refused.value.fields
    made = upload(people.county, f"{HEAD}\n{line('张甲', factories.id_number())}")
    with pytest.raises(NotAllowed):
        service.start(actor=other_county.county, check=made, mapping=made.mapping)
    service.start(actor=people.county, check=made, mapping=made.mapping)
    with pytest.raises(StaleState):
        service.start(actor=people.county, check=made, mapping=made.mapping)
    with pytest.raises(Conflict, match="正在核对"):
        upload(people.county, f"{HEAD}\n{line('张甲', factories.id_number())}")


def test_the_pages_take_a_file_to_its_decisions_and_sheets(
    people: factories.Staff, other_county: factories.Staff, as_user: As, tmp_path: Path
) -> None:
    _, number = home(people, "张甲")
    browser = as_user(people.county)
    file = f"{HEAD}\n{line('张甲', number, '19900008009')}\n{line('王丙', factories.id_number())}".encode()
    sent = {"county": factories.QIDONG, "submission_key": str(uuid4())}

    def upload() -> Any:
        sheet = SimpleUploadedFile("省平台.csv", file, "text/csv")
        return browser.post("/office/register-checks/", {**sent, "file": sheet})

    url = upload()["Location"]
    assert upload()["Location"] == url
    columns = text_of(browser.get(url))
    assert "核对列名" in columns
    assert number in columns  # of the uploaded file itself, before its rows are gone
    chosen = {"village": "2", "name": "3", "id_number": "4", "phone": "5", "members": "6", "cause": ""}
    assert "看得懂" in columns
    assert "看得懂" not in text_of(browser.post(url, {**chosen, "phone": "1", "then": "preview"}))
    assert browser.post(url, {**chosen, "name": "2"}).status_code == 400
    assert browser.post(url, {**chosen, "then": "start"})["Location"] == url
    assert browser.post(url, {**chosen, "then": "start"}).status_code == 409
    assert "正在核对" in text_of(browser.get(url))
    assert browser.get(f"{url}differences/").status_code == 404
    service.run_waiting()
    page = text_of(browser.get(url))
    assert "内容不同" in page
    assert "19900008009" not in page
    assert number not in page
    row = RegisterDifference.objects.get(kind=DifferenceKind.DIFFERS)
    rule = f"/office/register-checks/rows/{row.pk}/rule/"
    assert browser.post(rule, {"note": "没有选"}).status_code == 400
    assert browser.post(rule, {"ruling": "ours"})["Location"] == url
    assert browser.post(rule, {"ruling": "ours"}).status_code == 409
    for what in ("differences", "layout"):
        sheet_reading.to_rows(BytesIO(browser.get(f"{url}{what}/").content), tmp_path / "rows.csv")
        rows = list(sheet_reading.read_rows(tmp_path / "rows.csv"))
        cells = "".join(cell for row in rows for cell in row)
        assert "张甲" in cells
        assert number not in cells
        assert "19900008009" not in cells
        if what == "layout":
            assert rows[0] == HEAD.split(",")
    assert set(AuditEntry.objects.filter(action__startswith="register.export").values_list("action", flat=True)) == {
        "register.export_differences", "register.export_layout",
    }  # fmt: skip
    assert as_user(other_county.county).get(url).status_code == 404
    assert as_user(people.township).get(url).status_code == 403


def test_the_page_costs_the_same_for_one_difference_and_for_three(
    people: factories.Staff, as_user: As
) -> None:
    browser, counts = as_user(people.county), []
    for number in (1, 3):
        check = checked(people, *(line("外人", factories.id_number()) for _ in range(number)))
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(check.get_absolute_url()).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_comparing_costs_the_same_queries_for_ten_lines_and_for_forty(people: factories.Staff) -> None:
    counts = []
    checked(people, line("外人", factories.id_number()))
    for number in (10, 40):
        lines = [line("外人", factories.id_number()) for _ in range(number)]
        with CaptureQueriesContext(connection) as seen:
            checked(people, *lines)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_next_file_is_read_as_the_county_chose_last_time(people: factories.Staff) -> None:
    county, number = Region.objects.get(code=factories.QIDONG), factories.id_number()
    home(people, "张甲", id_number=number)
    text = f"村,户主,证号甲,证号乙\n沙井村,张甲,无,{number}\n"

    def upload() -> RegisterCheck:
        source = BytesIO(text.encode())
        return service.upload(actor=people.county, county=county, file_name="a.csv", source=source)

    made = upload()
    assert made.mapping == {"village": 0, "name": 1}
    service.start(actor=people.county, check=made, mapping={**made.mapping, "id_number": 3})
    assert service.run_waiting() == 1
    assert upload().mapping == {"village": 0, "name": 1, "id_number": 3}


def test_an_upload_that_nobody_starts_goes_with_its_file(
    people: factories.Staff, django_capture_on_commit_callbacks: Any
) -> None:
    county = Region.objects.get(code=factories.QIDONG)

    def upload() -> RegisterCheck:
        source = BytesIO(f"{HEAD}\n{line('张甲', factories.id_number())}".encode())
        return service.upload(actor=people.county, county=county, file_name="a.csv", source=source)

    first = upload()
    with django_capture_on_commit_callbacks(execute=True):
        second = upload()
        first.refresh_from_db()
        assert first.state == CheckState.CANCELLED
        service.cancel(actor=people.county, check=second)
        third = upload()
        RegisterCheck.objects.filter(pk=third.pk).update(created_at=now() - service.KEPT - timedelta(hours=1))
        assert (service.forget_old(), service.forget_old()) == (1, 0)
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*.csv")]
    with pytest.raises(StaleState):
        service.start(actor=people.county, check=third, mapping=third.mapping)
