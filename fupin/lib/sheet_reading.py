"""An uploaded sheet (XLSX, or CSV in UTF-8 or GB18030) becomes one plain UTF-8 CSV that all else reads."""

import codecs
import csv
import io
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

from fupin.lib import xlsx_worker
from fupin.lib.errors import InvalidInput

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
TITLE_ROWS = 50
"""Rows that may stand above the header besides MAX_ROWS rows of data."""
MAX_UNPACKED = 400 * 1024 * 1024
MAX_PARTS = 2_000
DELIMITERS = ",\t;|，"
_WALL_SECONDS = 120
_CHUNK = 1 << 20
_CONTROLS = {code: " " for code in (*range(32), 127)}

_BROKEN = "这个文件打不开，可能已经损坏。请用表格软件重新另存为 XLSX 后再上传。"
_REFUSALS = {
    xlsx_worker.TOO_LONG: f"一次最多导入 {MAX_ROWS // 10_000} 万行，请分成几个文件。",
    xlsx_worker.TOO_WIDE: f"表格超过 {xlsx_worker.MAX_COLUMNS} 列，请删掉右边空着的列再上传。",
    xlsx_worker.EMPTY: "第一张工作表是空的，请把内容放在第一张工作表。",
    xlsx_worker.BROKEN: _BROKEN,
}


class Readable(Protocol):
    """An uploaded or opened file."""

    def read(self, size: int = ..., /) -> bytes: ...


def to_rows(source: Readable, target: Path) -> int:
    """Write the sheet's cells to `target` as CSV, line for line; returns the number of lines.

    Raises InvalidInput (`fields["file"]`) for what is too large, damaged, packed like a bomb or no sheet.
    """
    data = source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refused("文件超过 20 MB，请分成几个文件。")
    if data.startswith(b"PK"):
        _from_xlsx(data, target)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused("这是旧版 XLS（或加了密码）的表格，请另存为没有密码的 XLSX 后再上传。")
    else:
        _from_csv(data, target)
    with target.open(encoding="utf-8", newline="") as file:
        lines = sum(1 for row in csv.reader(file) if any(row))
    if not lines:
        raise refused("文件里没有内容。")
    return lines


def read_rows(path: Path) -> Iterator[list[str]]:
    """The lines of a file made by `to_rows`."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def first_rows(path: Path, count: int) -> list[list[str]]:
    return list(islice(read_rows(path), count))


def refused(message: str) -> InvalidInput:
    return InvalidInput(message, fields={"file": [message]})


def _from_xlsx(data: bytes, target: Path) -> None:
    _refuse_bombs(data)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as packed:
        packed.write(data)
        packed.flush()
        command = [sys.executable, "-I", xlsx_worker.__file__, packed.name, str(target)]
        try:
            done = subprocess.run(  # noqa: S603
                [*command, str(MAX_ROWS + TITLE_ROWS)],
                capture_output=True,
                timeout=_WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise refused(_BROKEN) from error
    if done.returncode:
        raise refused(_REFUSALS.get(done.returncode, _BROKEN))


def _refuse_bombs(data: bytes) -> None:
    """Unpack everything once, piece by piece, counting: what a ZIP says about its sizes may be a lie."""
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise refused(_BROKEN)
            for part in parts:
                part.file_size = left + 2 * _CHUNK
                with archive.open(part) as stream:
                    while piece := stream.read(_CHUNK):
                        left -= len(piece)
                        if left < 0:
                            raise refused(
                                "这个文件解开后大得不正常，没有读取。请只保留要用的那张表，另存后再上传。"
                            )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise refused(_BROKEN) from error


def _from_csv(data: bytes, target: Path) -> None:
    text = _decoded(data)
    if text.lstrip()[:1] == "<":
        raise refused("这是网页格式的表格（扩展名常是 xls），请用表格软件打开，另存为 XLSX 后再上传。")
    delimiter = _delimiter(text)
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
                if number >= MAX_ROWS + TITLE_ROWS:
                    raise refused(_REFUSALS[xlsx_worker.TOO_LONG])
                if len(row) > xlsx_worker.MAX_COLUMNS:
                    raise refused(_REFUSALS[xlsx_worker.TOO_WIDE])
                writer.writerow([cell.translate(_CONTROLS) for cell in row])
    except csv.Error as error:
        raise refused(_BROKEN) from error


def _delimiter(text: str) -> str:
    """What parts the cells: the mark that most of the first lines hold, titles above the header may hold none."""
    head = text[:4096].splitlines()[:TITLE_ROWS]
    return max(DELIMITERS, key=lambda mark: (sum(mark in line for line in head), text[:4096].count(mark)))


def _decoded(data: bytes) -> str:
    utf16 = ("utf-16",) if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ()
    for encoding in (*utf16, "utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused("认不出文件的文字编码，请用表格软件另存为 XLSX 或 UTF-8 的 CSV 后再上传。")
