"""A department's list as rows: who, which ID number, why. The sheet is read as safely as a register and not kept."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError

from fupin.lib import sheet_reading as reading
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
HEADINGS = ("姓名", "身份证号", "预警原因")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `problem` says in plain words why it cannot be used."""

    number: int
    name: str = ""
    id_number: str = ""
    reason: str = ""
    problem: str = ""


def read(source: reading.Readable) -> list[Line]:
    """The lines below the header. Raises InvalidInput (`fields["file"]`) for a bad file or missing columns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        reading.to_rows(source, path)
        first, header = columns.find_header(reading.first_rows(path, columns.HEADER_WITHIN))
        mapping = columns.guess(columns.headings(header))
        missing = [
            label for key, label in (("name", "姓名"), ("id_number", "身份证号")) if key not in mapping
        ]
        if missing:
            raise reading.refused(f"没有找到“{'”和“'.join(missing)}”列。表头请写：{'、'.join(HEADINGS)}。")
        found = list(_lines(path, first, mapping, _reason(header)))
    if not found:
        raise reading.refused("表头下面没有内容。")
    return found


def _lines(path: Path, header: int, mapping: dict[str, int], reason: int | None) -> Iterator[Line]:
    seen: set[str] = set()
    count = 0
    for number, cells in enumerate(reading.read_rows(path), start=1):
        if number - 1 <= header or not columns.is_data(cells, mapping):
            continue
        count += 1
        if count > MAX_ROWS:
            raise reading.refused(f"一次最多 {MAX_ROWS} 行，请按类别或乡镇分成几份。")
        line = _checked(number, cells, mapping, reason)
        if line.id_number and line.id_number in seen:
            line = Line(number, name=line.name, problem="这个人在名单里重复。")
        seen.add(line.id_number)
        yield line


def _checked(number: int, cells: Sequence[str], mapping: dict[str, int], reason: int | None) -> Line:
    name, id_number = (_cell(cells, mapping[key]) for key in ("name", "id_number"))
    why = _cell(cells, reason) if reason is not None else ""
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


def _reason(header: Sequence[str]) -> int | None:
    """The column that says why: by the best known name, else none."""
    plain = [columns.plain(cell) for cell in header]
    return next((plain.index(name) for name in REASONS if name in plain), None)
