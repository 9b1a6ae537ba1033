"""Reads the first sheet of one untrusted XLSX in a process of its own and writes it as UTF-8 CSV.

Started by `fupin.lib.sheet_reading` as a plain script: `xlsx_worker.py IN OUT MAX_ROWS`. It imports the reader
only, holds no secret, and limits itself first: one far-away cell makes the reader reserve the whole sheet.
The exit code says what was wrong.
"""

import csv
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

BROKEN, TOO_LONG, EMPTY, TOO_WIDE = 20, 21, 22, 23
MEMORY = 768 * 1024 * 1024
FILE = 512 * 1024 * 1024
CPU_SECONDS = 60
MAX_COLUMNS = 100
EXACT = 10**15
"""Spreadsheets keep 15 digits of a number; a longer one is written so that the loss can be seen (1.2e+17)."""

Cell = int | float | str | bool | time | date | datetime | timedelta
_CONTROLS = {code: " " for code in (*range(32), 127)}


def limit() -> None:
    """No more memory, time or disk than the largest honest register needs (macOS has no limit of memory)."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def as_text(cell: Cell) -> str:
    """A cell as somebody reading the sheet would type it."""
    if isinstance(cell, str):
        return cell.translate(_CONTROLS)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return str(int(cell)) if cell == int(cell) and abs(cell) < EXACT else repr(float(cell))
    return cell.isoformat() if isinstance(cell, date | datetime | time) else str(cell)


def filled_down(sheet: CalamineSheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells below the top of a merge in one column (a township written once), and where their value stands."""
    return {
        (row, left): (top, left)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
        if left == right
        for row in range(top + 1, min(bottom, sheet.total_height - 1) + 1)
    }


def rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    merged = filled_down(sheet)
    tops = set(merged.values())
    values: dict[tuple[int, int], str] = {}
    for number, row in enumerate(sheet.iter_rows()):
        texts = [as_text(cell) for cell in row]
        if merged:
            for column, text in enumerate(texts):
                if (number, column) in tops:
                    values[number, column] = text
                elif not text and (number, column) in merged:
                    texts[column] = values.get(merged[number, column], "")
        yield texts


def main(source: str, target: str, max_rows: int) -> int:
    limit()
    try:
        sheet = CalamineWorkbook.from_path(source).get_sheet_by_index(0)
        if sheet.total_height == 0:
            return EMPTY
        if sheet.total_height > max_rows:
            return TOO_LONG
        if sheet.total_width > MAX_COLUMNS:
            return TOO_WIDE
        with open(target, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows(sheet))
    except (CalamineError, MemoryError, ValueError, OverflowError, IndexError):
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
