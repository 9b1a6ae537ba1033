"""XLSX files that only hold text: no cell is ever read as a formula by a spreadsheet program."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import xlsxwriter

from fupin.lib.official_sheets import harmless

_WIDTH = 18
_CELL_MAX = 32_000  # a cell of XLSX holds 32 767 characters
Marked = tuple[Sequence[str], Collection[int]]


def write_sheet(
    target: Path, header: Sequence[str], rows: Iterable[Marked], *, sentences: Collection[int] = ()
) -> int:
    """Write the rows below a bold header, marked cells in red; returns how many. Memory does not grow with them.

    Columns of `sentences` are wider and break their text into lines.
    """
    book = xlsxwriter.Workbook(
        str(target), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"num_format": "@", "bold": True})
    red = book.add_format({"num_format": "@", "font_color": "#B00020", "bg_color": "#FDECEA"})
    words = book.add_format({"num_format": "@", "text_wrap": True, "font_color": "#B00020", "valign": "top"})
    sheet = book.add_worksheet("名单")
    sheet.set_column(0, max(len(header) - 1, 0), _WIDTH, text)
    for column in sentences:
        sheet.set_column(column, column, 2 * _WIDTH, words)
    sheet.freeze_panes(1, 0)
    count = 0
    for column, heading in enumerate(header):
        sheet.write_string(0, column, harmless(heading), bold)
    for count, (cells, marked) in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if cell or column in marked:
                style = red if column in marked else words if column in sentences else text
                sheet.write_string(count, column, harmless(cell)[:_CELL_MAX], style)
    book.close()
    return count
