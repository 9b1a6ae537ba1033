"""The register's import: every kind of bad row, twice the same, cancelled, foreign, headings of real registers."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from accounts.models import AuditEntry, Region, User
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from needs.imports import checks, columns
from needs.models import Consent, Household, HouseholdImport
from needs.models.household_import import ImportState
from needs.services import household_import, household_import_run
from tests import factories
from tests.needs.register_sheets import (
    HEADER,
    as_csv,
    brought_in,
    counts,
    errors,
    own_cells,
    person,
    reasons,
    row,
    xlsx,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(people: factories.Staff) -> User:
    return people.county


def test_good_rows_become_households_with_consents_and_one_audit_row(county):
    job = brought_in(county, xlsx(row(1), row(2, 户主姓名="孙测试"), titles=2))
    assert counts(job) == (2, 0, 0, 0)
    home = Household.objects.get(name="钱测试")
    assert (home.region_id, home.members, home.cause, home.focus) == (
        factories.VILLAGE,
        3,
        "illness",
        ["registered"],
    )
    assert (home.id_number.open(), home.phone.open(), home.address.open()) == (
        person(1),
        "+8619900010001",
        "1 组",
    )
    assert set(home.consents.values_list("kind", "evidence")) == {
        ("register", "signed_paper"),
        ("publish", "signed_paper"),
    }
    entry = AuditEntry.objects.get(action="household.import")
    assert entry.changes == {"created": 2, "updated": 0, "unchanged": 0, "refused": 0}
    assert not job.rows_file
    assert not job.error_file


def test_running_again_changes_nothing(county):
    data = xlsx(row(1), row(2, 证件号码=""), row(3, 证件号码="", 手机号=""), row(4, 证件号码="bad"))
    brought_in(county, data)
    before = list(Household.objects.order_by("id").values())
    assert counts(brought_in(county, data)) == (0, 0, 3, 1)
    assert list(Household.objects.order_by("id").values()) == before
    assert Consent.objects.count() == 6


def test_changed_rows_update_and_empty_cells_keep(county):
    brought_in(county, xlsx(row(1), row(2)))
    changed = row(1, 行政村="石岭村", 家庭住址="9 组", 手机号="", 主要致贫原因="")
    assert counts(brought_in(county, xlsx(changed, row(2)))) == (0, 1, 1, 0)
    home = Household.objects.get(region=factories.VILLAGE_2)
    assert (home.address.open(), home.phone.open(), home.cause) == ("9 组", "+8619900010001", "illness")


def test_household_without_id_gets_the_one_of_its_row(county):
    brought_in(county, xlsx(row(1, 证件号码="")))
    assert counts(brought_in(county, xlsx(row(1)))) == (0, 1, 0, 0)
    assert Household.objects.get().id_number.open() == person(1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"乡镇": "不存在镇"}, "乡镇：在本县没有找到这个乡镇"),
        ({"行政村": "河口村"}, "村：在本县没有找到这个村"),
        ({"行政村": ""}, "村：请填写村"),
        ({"行政村": str(factories.VILLAGE_OTHER)}, "村：在本县没有找到这个村"),
        ({"户主姓名": ""}, "户主姓名：请填写姓名"),
        ({"户主姓名": "张3"}, "户主姓名：姓名里只能有文字"),
        ({"证件号码": "430426195001010010"}, "身份证号：身份证号码不对"),
        ({"证件号码": "430426501301001"}, "身份证号：身份证号码不对"),
        ({"证件号码": "430426500101998"}, "身份证号：身份证号码不对"),
        ({"证件号码": 430426195001010019.0}, "身份证号：这一格被表格软件存成了数字，后几位已经丢失"),
        ({"证件号码": "4.30426E+17"}, "身份证号：这一格被表格软件存成了数字，后几位已经丢失"),
        ({"手机号": "12345"}, "联系电话：请填写 11 位手机号码"),
        ({"手机号": "1.38E+10"}, "联系电话：这一格被表格软件存成了数字"),
        ({"家庭人口数": "很多"}, "家庭人口：家庭人口请填 1 到 30 的整数"),
        ({"主要致贫原因": "缺运气"}, "主要致贫原因：看不懂“缺运气”"),
        ({"脱贫属性": "甲类"}, "户类型：看不懂“甲类”"),
    ],
)
def test_bad_row_comes_back_with_its_reason_and_the_rest_goes_in(county, change, words):
    job = brought_in(county, xlsx(row(1), row(2, **change)))
    assert counts(job) == (1, 0, 0, 1)
    (reason,) = reasons(job)
    assert reason.startswith(words)
    assert own_cells(job)[0] == HEADER


def test_every_problem_of_a_row_is_named_at_once(county):
    (reason,) = reasons(brought_in(county, xlsx(row(1, 户主姓名="", 手机号="1"))))
    assert "户主姓名：" in reason
    assert "联系电话：" in reason


def test_officers_own_phone_is_refused(county):
    job = brought_in(county, xlsx(row(1, 手机号=county.phone.open())))
    assert reasons(job) == [f"联系电话：{checks.OWN_PHONE}"]


def test_person_registered_elsewhere_is_no_oracle_and_one_twice_in_the_file_says_where(county, other_county):
    brought_in(
        other_county.county,
        xlsx(row(7, 乡镇="云集镇", 行政村="河口村")),
        county=factories.HENGNAN,
    )
    job = brought_in(
        county,
        xlsx(row(1), row(1, 户主姓名="重复"), row(7), row(8, 证件号码=""), row(8, 证件号码="")),
    )
    assert counts(job) == (2, 0, 0, 3)
    assert reasons(job) == [
        "身份证号：和原表第 2 行是同一个身份证号，只办了那一行。不是同一户请改正，是同一户请删掉这一行。",
        checks.REVIEW,
        "户主姓名：和原表第 5 行的村、姓名和电话都一样，只办了那一行。不是同一户请改正，是同一户请删掉这一行。",
    ]
    assert Household.objects.get(region=factories.VILLAGE_OTHER).name == "钱测试"


def test_recoverable_spellings_are_cleaned(county):
    spelled = row(
        1,
        行政村=" 洪桥镇沙井村民委员会 ",
        乡镇="",
        户主姓名="钱 测试 ",
        证件号码=f"'{person(1)}　",
        手机号=19900010001,
        家庭人口数="３人",
        脱贫属性="边缘户",
    )
    assert counts(brought_in(county, xlsx(spelled))) == (1, 0, 0, 0)
    home = Household.objects.get()
    assert (home.name, home.phone.open(), home.members, home.focus) == (
        "钱测试",
        "+8619900010001",
        3,
        ["marginal"],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_of_the_field(county, encoding):
    assert counts(brought_in(county, as_csv(row(1), encoding=encoding))) == (1, 0, 0, 0)


def test_cells_merged_downwards_count_for_every_row(county):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for line, cells in enumerate([HEADER, row(1), row(2, 乡镇="", 行政村="石岭村")]):
        for column, cell in enumerate(cells):
            sheet.write(line, column, cell)
    sheet.merge_range(1, 0, 2, 0, "洪桥镇")
    book.close()
    assert counts(brought_in(county, out.getvalue())) == (2, 0, 0, 0)


def test_headings_of_real_registers_are_found():
    header = ["序号", "村", "* 姓 名（必填）", "证件号", "人口", "致贫原因", "电话"]
    rows = [["某县名单"], ["2026年"], header]
    assert columns.find_header(rows) == (2, header)
    assert columns.guess(header) == {
        "village": 1, "name": 2, "id_number": 3, "members": 4, "cause": 5, "phone": 6,
    }  # fmt: skip


def test_mapping_needs_name_and_village_and_each_column_once(county):
    region = Region.objects.get(code=factories.QIDONG)
    job = household_import.upload(actor=county, county=region, file_name="a", source=io.BytesIO(xlsx(row(1))))
    with pytest.raises(InvalidInput) as refusal:
        household_import.set_mapping(actor=county, job=job, mapping={"name": 2, "phone": 2})
    assert set(refusal.value.fields) == {"village", "name", "phone"}


def test_cancelled_import_writes_nothing(county, monkeypatch):
    region = Region.objects.get(code=factories.QIDONG)
    job = household_import.upload(
        actor=county, county=region, file_name="a", source=io.BytesIO(xlsx(row(1), row(2)))
    )
    household_import.set_mapping(actor=county, job=job, mapping=job.mapping)
    household_import.start(actor=county, job=job)
    monkeypatch.setattr(household_import_run, "STEP", 1)
    check = checks.Checker.check

    def cancel_meanwhile(self: checks.Checker, line: int, cells: Sequence[str]) -> object:
        HouseholdImport.objects.filter(pk=job.pk).update(state=ImportState.CANCELLED)
        return check(self, line, cells)

    monkeypatch.setattr(checks.Checker, "check", cancel_meanwhile)
    assert household_import_run.run(job.pk) is False
    assert not Household.objects.exists()
    assert not AuditEntry.objects.filter(action="household.import").exists()


def test_cancel_forgets_the_file_and_is_final(county):
    region = Region.objects.get(code=factories.QIDONG)
    job = household_import.upload(actor=county, county=region, file_name="a", source=io.BytesIO(xlsx(row(1))))
    path = Path(job.rows_file.path)
    household_import.cancel(actor=county, job=job)
    assert not path.exists()
    with pytest.raises(Conflict):
        household_import.cancel(actor=county, job=job)
    with pytest.raises(Conflict):
        household_import.start(actor=county, job=job)


def test_township_brings_in_its_own_villages_only(people, county):
    Region.objects.create(code=430426101000, name="白鹤镇", level=4, parent_id=factories.QIDONG)
    Region.objects.create(code=430426101001, name="新塘村", level=5, parent_id=430426101000)
    brought_in(county, xlsx(row(5, 乡镇="白鹤镇", 行政村="新塘村")))
    job = brought_in(people.township, xlsx(row(1), row(2, 乡镇="白鹤镇", 行政村="新塘村"), row(5)))
    assert counts(job) == (1, 0, 0, 2)
    assert reasons(job) == ["村：这个村不在您的办理范围里。", checks.REVIEW]


def test_village_officers_and_other_counties_import_nothing(people, other_county):
    for actor in (people.village, other_county.county, people.charity):
        with pytest.raises(NotAllowed):
            brought_in(actor, xlsx(row(1)))


def test_file_of_refused_rows_is_corrected_in_its_cells_and_sent_again_as_it_is(county):
    job = brought_in(
        county, xlsx(row(1, 家庭人口数=0), row(2, 手机号="1", 户主姓名="=1+1"), row(3, 手机号="2"))
    )
    header, one, two, three = errors(job)
    assert header == [
        *HEADER[:3], "要改：户主姓名", *HEADER[3:5], "要改：手机号", HEADER[5], "要改：家庭人口数", *HEADER[6:]
    ]  # fmt: skip
    assert (one[3], one[6], one[8]) == ("", "", "家庭人口请填 1 到 30 的整数。")
    one[7], two[2] = "2", "孙测试"
    again = brought_in(county, xlsx(one, two, three, header=header))
    assert counts(again) == (1, 0, 0, 2)
    assert again.headings == HEADER
    header, two, three = errors(again)
    assert header == [*HEADER[:5], "要改：手机号", *HEADER[5:]]
    two[4], three[4] = "19900010002", "19900010003"
    assert counts(brought_in(county, xlsx(two, three, header=header))) == (2, 0, 0, 0)
    assert Household.objects.count() == 3


def test_old_id_number_is_completed_to_eighteen_digits(county):
    full = person(1)
    old = full[:6] + full[8:17]
    assert counts(
        brought_in(county, xlsx(row(1, 证件号码=old), row(2, 证件号码=int(full[:6] + full[8:17]))))
    ) == (1, 0, 0, 1)
    assert Household.objects.get().id_number.open() == full
    assert counts(brought_in(county, xlsx(row(1)))) == (0, 0, 1, 0)


@pytest.mark.parametrize("ending", [b"xlsx", b"csv"])
def test_two_header_lines_are_read_as_one(county, ending):
    upper = ["乡镇", "行政村", "户主", "", "", "家庭情况", "", "", "配偶", ""]
    lower = ["", "", "姓名", "证件号码", "手机号", "家庭人口数", "致贫原因", "家庭住址", "姓名", "证件号码"]
    cells = [*row(1)[:7], "3 组", "李配偶", "不是号码"]
    if ending == b"csv":
        out = io.StringIO()
        csv.writer(out).writerows([["祁东县困难家庭登记表"], upper, lower, cells])
        data = out.getvalue().encode("gb18030")
    else:
        data = xlsx(lower, cells, header=upper, titles=1)
    job = brought_in(county, data)
    assert job.headings[2:4] == ["户主 / 姓名", "户主 / 证件号码"]
    assert counts(job) == (1, 0, 0, 0)
    home = Household.objects.get()
    assert (home.name, home.id_number.open(), home.address.open()) == ("钱测试", person(1), "3 组")


def test_title_with_several_cells_is_no_header():
    header = ["乡镇", "村", "姓名", "电话"]
    assert columns.find_header([["填报单位：洪桥镇", "", "2026年11月"], header]) == (1, header)


def test_totals_notes_and_repeated_headers_are_no_households(county):
    foot = [["合计", "", "共 1 户"], ["填表人：赵测试", "", "", "", "", 3], HEADER, [], ["　", " "]]
    job = brought_in(county, xlsx(row(1), *foot))
    assert (job.total_rows, counts(job)) == (1, (1, 0, 0, 0))
