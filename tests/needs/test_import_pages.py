"""The register's import from the page and the command line, and the export."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from python_calamine import CalamineWorkbook

from accounts.enums import Role
from accounts.models import AuditEntry, Region, User
from needs.imports import columns
from needs.models import HouseholdImport
from needs.services import household_export, household_import, household_import_run
from tests import factories
from tests.needs.register_sheets import brought_in, person, row, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(people: factories.Staff) -> User:
    return people.county


def test_chosen_columns_are_remembered_for_the_county(county):
    odd = [
        "乡镇",
        "行政村",
        "当家人",
        "证件号码",
        "手机号",
        "家庭人口数",
        "主要致贫原因",
        "脱贫属性",
        "家庭住址",
    ]
    region = Region.objects.get(code=factories.QIDONG)

    def upload() -> HouseholdImport:
        return household_import.upload(
            actor=county, county=region, file_name="a.xlsx", source=io.BytesIO(xlsx(row(1), header=odd))
        )

    job = upload()
    assert "name" not in job.mapping
    household_import.set_mapping(actor=county, job=job, mapping={**job.mapping, "name": 2})
    household_import.start(actor=county, job=job)
    household_import_run.run(job.pk)
    assert upload().mapping["name"] == 2


def test_command_brings_in_and_writes_the_error_file(county, tmp_path, capsys):
    file = tmp_path / "register.xlsx"
    file.write_bytes(xlsx(row(1), row(2, 户主姓名="")))
    call_command("import_households", str(file), county=factories.QIDONG)
    assert "新登记 1 户" in capsys.readouterr().out
    assert (tmp_path / "register-errors.xlsx").exists()
    with pytest.raises(CommandError):
        call_command("import_households", str(file), county=430499000000)


def test_pages_lead_from_the_file_to_the_result(people, as_user):
    browser = as_user(people.county)
    assert browser.get("/office/households/import/").status_code == 200
    file = SimpleUploadedFile("名单.xlsx", xlsx(row(1), row(2, 手机号="1"), titles=1))
    form = {"county": factories.QIDONG, "consent": "on", "file": file}
    answer = browser.post("/office/households/import/", form)
    assert answer.status_code == 302
    page = browser.get(answer.url).content.decode()
    assert "请填写 11 位手机号码" in page
    job = HouseholdImport.objects.get()
    chosen = {key: str(number) for key, number in job.mapping.items()}
    assert browser.post(answer.url, {**chosen, "name": "", "then": "start"}).status_code == 400
    assert browser.post(answer.url, {**chosen, "then": "start"}).status_code == 302
    assert "正在" in browser.get(answer.url).content.decode()
    household_import_run.run_waiting()
    page = browser.get(answer.url).content.decode()
    assert "导入完成" in page
    sheet = browser.get(f"{answer.url}errors.xlsx")
    assert sheet.content.startswith(b"PK")
    assert browser.post(f"{answer.url}cancel/").status_code == 409
    assert browser.get("/office/households/import/").status_code == 200


def test_upload_page_refuses_without_consent_or_with_a_foreign_county(people, other_county, as_user):
    browser = as_user(people.county)
    for form in ({"county": factories.QIDONG}, {"county": factories.HENGNAN, "consent": "on"}):
        file = SimpleUploadedFile("a.xlsx", xlsx(row(1)))
        assert browser.post("/office/households/import/", {**form, "file": file}).status_code == 400
    assert not HouseholdImport.objects.exists()


def test_import_of_another_county_is_not_found(people, other_county, as_user):
    job = brought_in(people.county, xlsx(row(1, 手机号="1")))
    url = f"/office/households/import/{job.pk}/"
    for person_ in (
        other_county.county,
        people.village,
        factories.officer(Role.TOWNSHIP_MANAGER, factories.TOWN),
    ):
        browser = as_user(person_)
        assert browser.get(url).status_code == 404
        assert browser.post(url).status_code == 404
        assert browser.get(f"{url}errors.xlsx").status_code == 404
        assert browser.post(f"{url}cancel/").status_code == 404
        assert browser.post(f"{url}again/").status_code == 404
    assert Client().get(url).status_code == 302


def test_export_has_the_same_columns_masked_and_in_scope(people, other_county, as_user, tmp_path):
    brought_in(people.county, xlsx(row(1)))
    brought_in(other_county.county, xlsx(row(2, 乡镇="云集镇", 行政村="河口村")), county=factories.HENGNAN)
    leader = factories.officer(Role.LEADER, factories.QIDONG)
    for actor, name in ((people.county, "钱测试"), (people.village, "钱测试"), (leader, "钱**")):
        answer = as_user(actor).get("/office/households/export.xlsx")
        path = tmp_path / "export.xlsx"
        path.write_bytes(answer.content)
        header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        assert header == [*(column.label for column in columns.COLUMNS), *household_export.EXTRA]
        assert [cells[:5] for cells in rows] == [
            ["洪桥镇", "沙井村", name, f"****{person(1)[-4:]}", "199****0001"]
        ]
    assert AuditEntry.objects.filter(action="household.export").count() == 3
