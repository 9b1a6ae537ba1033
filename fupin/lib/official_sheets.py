"""XLSX sheets in the layout of official forms. They only hold text: no cell is ever read as a formula."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CELL_MAX = 32_000  # a cell of XLSX holds 32 767 characters
A4 = 9


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the width of its cells in characters."""

    label: str
    width: float
    whole: bool = False
    """Never broken into two lines on a page: names, numbers, dates."""


def harmless(text: str) -> str:
    """The text, quoted where a program that guesses (a later CSV, say) would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_form(
    target: Path,
    *,
    title: str,
    note: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    foot: str = "",
) -> int:
    """Write a titled, ruled form for A4 across; returns how many rows. The header repeats on every page.

    Each line of `foot` stands in a row of its own below the table.
    """
    book = xlsxwriter.Workbook(
        str(target), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    heading = book.add_format({"bold": True, "font_size": 18, "align": "center", "valign": "vcenter"})
    plain = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
    cell = book.add_format({"num_format": "@", "border": 1, "text_wrap": True, "valign": "vcenter"})
    sheet = book.add_worksheet("登记表")
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    sheet.set_row(0, 34)
    sheet.merge_range(0, 0, 0, len(columns) - 1, title, heading)
    sheet.write_string(1, 0, note, plain)
    for number, column in enumerate(columns):
        sheet.write_string(2, number, column.label, bold)
    count = 0
    for count, cells in enumerate(rows, start=1):
        for number, text in enumerate(cells):
            sheet.write_string(count + 2, number, harmless(text)[:_CELL_MAX], cell)
    for number, line in enumerate(foot.splitlines()):
        sheet.write_string(count + 4 + number, 0, line, plain)
    book.close()
    return count
