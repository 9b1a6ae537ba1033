"""A department's list as rows: who, which ID number, why. The sheet is read as safely as a register and not kept."""

import csv
import io
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError

from fupin.lib import sheet_reading as reading
from fupin.lib.masks import mask_id
from fupin.lib.text import clean_line, clean_name, contains_personal_data
from needs.imports import columns
from needs.imports.checks import resident_id
from needs.imports.problems import Problem

MAX_ROWS = 5_000
REASON_MAX = 200
REASONS = (
    "预警原因",
    "预警信息",
    "风险原因",
    "预警情况",
    "预警内容",
    "情况说明",
    "原因",
    "情况",
    "备注",
)
LEFT_OUT = "（写有号码，已略去）"
COLUMNS = (
    columns.Column("name", "姓名", ("姓名",), required=True),
    columns.Column("id_number", "身份证号", ("身份证号",), required=True),
    columns.Column("reason", "预警原因", REASONS),
)
_LONG = re.compile(r"\d{11,}[Xx]?")
KEYS = {column.key for column in COLUMNS}
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `problem` says in plain words why it cannot be used."""

    number: int
    name: str = ""
    id_number: str = ""
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list as unpacked: its cells as CSV, where its header ends, the heading of every column."""

    rows: bytes
    header_line: int
    headings: list[str]


def unpack(source: reading.Readable) -> Sheet:
    """The cells of an uploaded list. Raises InvalidInput (`fields["file"]`) for a bad file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        reading.to_rows(source, path)
        line, header = columns.find_header(reading.first_rows(path, columns.HEADER_WITHIN))
        return Sheet(path.read_bytes(), line, columns.headings(header))


def guess(headings: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[str, int]:
    """Column numbers by key: as the department last chose by heading, else by the known names."""
    found = {
        key: list(headings).index(heading)
        for key, heading in (remembered or {}).items()
        if key in KEYS and heading in headings
    }
    known = columns.guess(headings)
    plain = [columns.plain(cell) for cell in headings]
    reason = next((plain.index(name) for name in REASONS if name in plain), None)
    for key, number in (*known.items(), ("reason", reason)):
        if key in KEYS and number is not None and number not in found.values():
            found.setdefault(key, number)
    return found


def lines(sheet: Sheet, mapping: Mapping[str, int]) -> list[Line]:
    """The lines below the header. Raises InvalidInput (`fields["file"]`) for none or too many."""
    found = list(_lines(sheet, mapping))
    if not found:
        raise reading.refused("表头下面没有内容。")
    return found


def read(source: reading.Readable) -> list[Line]:
    """The lines of a list whose columns have the known names. Raises InvalidInput (`fields["file"]`), too."""
    sheet = unpack(source)
    mapping = guess(sheet.headings)
    missing = [column.label for column in COLUMNS if column.required and column.key not in mapping]
    if missing:
        raise reading.refused(
            f"没有找到“{'”和“'.join(missing)}”列。表头请写：{'、'.join(column.label for column in COLUMNS)}。"
        )
    return lines(sheet, mapping)


def first_lines(sheet: Sheet, mapping: Mapping[str, int]) -> list[tuple[list[str], str]]:
    """The first lines, long numbers masked, each with what cannot be read in it by the columns chosen so far."""
    shown = []
    for number, cells in enumerate(_cells(sheet), start=1):
        if number - 1 > sheet.header_line and any(cells):
            whole = {"name", "id_number"} <= mapping.keys()
            problem = _checked(number, cells, mapping).problem if whole else "还没有选全列"
            shown.append(([_LONG.sub(lambda found: mask_id(found[0]), cell) for cell in cells], problem))
        if len(shown) == SHOWN:
            break
    return shown


def _cells(sheet: Sheet) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(sheet.rows.decode(), newline=""))


def _lines(sheet: Sheet, mapping: Mapping[str, int]) -> Iterator[Line]:
    seen: set[str] = set()
    count = 0
    for number, cells in enumerate(_cells(sheet), start=1):
        if number - 1 <= sheet.header_line or not columns.is_data(cells, mapping):
            continue
        count += 1
        if count > MAX_ROWS:
            raise reading.refused(f"一次最多 {MAX_ROWS} 行，请按类别或乡镇分成几份。")
        line = _checked(number, cells, mapping)
        if line.id_number and line.id_number in seen:
            line = Line(number, name=line.name, problem="这个人在名单里重复。")
        seen.add(line.id_number)
        yield line


def _checked(number: int, cells: Sequence[str], mapping: Mapping[str, int]) -> Line:
    name, id_number = (_cell(cells, mapping[key]) for key in ("name", "id_number"))
    why = _cell(cells, mapping["reason"]) if "reason" in mapping else ""
    try:
        person = clean_name(name)
        try:
            known = resident_id(id_number)
        except Problem as problem:
            return Line(number, name=person, problem=problem.message)
        words = clean_line(why[: REASON_MAX * 2], max_length=REASON_MAX * 2)[:REASON_MAX]
    except ValidationError as error:
        return Line(number, problem=error.messages[0])
    if not known:
        return Line(number, name=person, problem="没有身份证号码。")
    return Line(number, person, known, LEFT_OUT if contains_personal_data(words) else words)


def _cell(cells: Sequence[str], number: int) -> str:
    return cells[number].strip().lstrip("'’") if number < len(cells) else ""
