"""Registers as counties send them, made up for the tests, and the whole way of one through the import."""

import csv
import io
from collections.abc import Sequence

import xlsxwriter
from python_calamine import CalamineWorkbook
from stdnum.cn import ric

from accounts.models import Region, User
from needs.imports import columns, files, refusals
from needs.models import HouseholdImport
from needs.models.household_import import ImportState
from needs.services import household_import, household_import_run
from tests import factories

Cells = Sequence[object]
HEADER = [
    "乡镇",
    "行政村",
    "户主姓名",
    "证件号码",
    "手机号",
    "家庭人口数",
    "主要致贫原因",
    "脱贫属性",
    "家庭住址",
]


def person(number: int) -> str:
    """A synthetic resident ID with a right check digit."""
    stem = f"430426{1950 + number % 50}0101{number % 1000:03d}"
    return stem + ric.calc_check_digit(stem + "0")


def row(number: int = 1, **changes: object) -> list[object]:
    """A good row; changes by heading."""
    values: dict[str, object] = dict(
        zip(
            HEADER,
            [
                "洪桥镇",
                "沙井村",
                "钱测试",
                person(number),
                f"1990001{number:04d}",
                3,
                "因病",
                "未脱贫",
                f"{number} 组",
            ],
            strict=True,
        )
    )
    return list({**values, **changes}.values())


def xlsx(*rows: Cells, titles: int = 0, header: Sequence[str] = HEADER) -> bytes:
    """A sheet as counties send it: merged title lines, the header, the rows with their own types."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for line in range(titles):
        sheet.merge_range(line, 0, line, len(header) - 1, f"祁东县困难家庭登记表（{line + 1}）")
    for number, cells in enumerate([list(header), *rows], start=titles):
        for column, cell in enumerate(cells):
            sheet.write(number, column, cell)
    book.close()
    return out.getvalue()


def as_csv(*rows: Cells, encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue().encode(encoding)


def brought_in(actor: User, data: bytes, *, county: int = factories.QIDONG) -> HouseholdImport:
    """The whole way of one file."""
    job = household_import.upload(
        actor=actor, county=Region.objects.get(code=county), file_name="名单.xlsx", source=io.BytesIO(data)
    )
    household_import.set_mapping(actor=actor, job=job, mapping=job.mapping)
    household_import.start(actor=actor, job=job)
    household_import_run.run(job.pk)
    job.refresh_from_db()
    return job


def counts(job: HouseholdImport) -> tuple[int, int, int, int]:
    assert job.state == ImportState.DONE, job.problem
    return job.created_rows, job.updated_rows, job.unchanged_rows, job.refused_rows


def errors(job: HouseholdImport) -> list[list[str]]:
    sheet = io.BytesIO(files.read(job.error_file))
    return CalamineWorkbook.from_filelike(sheet).get_sheet_by_index(0).to_python()


def reasons(job: HouseholdImport) -> list[str]:
    """What stands beside the cells of each row that came back: "column：reason", in the order of the columns."""
    header, *rows = errors(job)
    labels = {job.headings[number]: columns.BY_KEY[key].label for key, number in job.mapping.items()}
    found = []
    for row in rows:
        said = []
        for number, heading in enumerate(header):
            if heading.startswith(refusals.MARK) and row[number]:
                column = heading.removeprefix(refusals.MARK)
                assert heading == refusals.WHOLE or header[number - 1] == column
                said.append(f"{labels[column]}：{row[number]}" if column in labels else row[number])
        found.append("；".join(said))
    return found


def own_cells(job: HouseholdImport) -> list[list[str]]:
    """The header and the rows that came back without what was written beside them."""
    sheet = errors(job)
    own = refusals.without_reasons(sheet[0])
    return [[row[number] for number in own] for row in sheet]
