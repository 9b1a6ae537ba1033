"""A monthly report as files: DOCX in the official layout, PDF and XLSX; the same bytes whenever they are made."""

from io import BytesIO
from typing import Any

import xlsxwriter

from fupin.lib import typeset
from fupin.lib.official_sheets import A4, harmless
from grid.official_docx import EPOCH, OfficialDocument
from grid.report_blocks import Document, Section, Table

TEMPLATE = "grid/print/report.typ"


def docx(report: Document) -> bytes:
    written = OfficialDocument(issuer=report.issuer, title=report.title)
    written.head(report.number)
    written.title("\n".join(report.title_lines))
    written.text(report.addressee, indented=False)
    written.text(report.lead)
    for section in report.sections:
        written.heading(section.heading)
        for sentence in section.sentences:
            written.text(sentence)
        for picture in section.pictures:
            written.picture(picture.paper.png, picture.caption)
        for table in section.tables:
            written.table(table.caption, table.heads, table.rows)
    written.signed(report.dated, report.note)
    return written.bytes()


def pdf(report: Document) -> bytes:
    return typeset.pdf(TEMPLATE, data(report))


def data(report: Document) -> dict[str, Any]:
    """What the Typst template reads."""
    return {
        "issuer": report.issuer,
        "number": report.number,
        "title": report.title,
        "title_lines": list(report.title_lines),
        "addressee": report.addressee,
        "lead": report.lead,
        "dated": report.dated,
        "note": report.note,
        "sections": [_section(section) for section in report.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "sentences": list(section.sentences),
        "pictures": [{"svg": one.paper.file, "caption": one.caption} for one in section.pictures],
        "tables": [
            {"caption": one.caption, "heads": list(one.heads), "rows": [list(row) for row in one.rows]}
            for one in section.tables
        ],
    }


def xlsx(report: Document) -> bytes:
    """The sentences on the first sheet, every table on a sheet of its own; figures are numbers that can be summed."""
    file = BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties(
        {"title": report.title, "author": report.issuer, "created": EPOCH.replace(tzinfo=None)}
    )
    heading = book.add_format({"bold": True, "font_size": 16, "align": "center", "text_wrap": True})
    bold = book.add_format({"bold": True, "text_wrap": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("报告")
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 88)
    lines = [(report.number, None), (report.title, heading), (report.addressee, None), (report.lead, wrapped)]
    for section in report.sections:
        lines.append((section.heading, bold))
        lines += [(sentence, wrapped) for sentence in section.sentences]
    lines += [(report.issuer, None), (report.dated, None), (report.note, None)]
    for number, (text, style) in enumerate(lines):
        sheet.write_string(number, 0, harmless(text), style)
    for section in report.sections:
        for table in section.tables:
            _sheet(book, table)
    book.close()
    return file.getvalue()


def _sheet(book: Any, table: Table) -> None:
    caption = book.add_format({"bold": True, "font_size": 14, "align": "center"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
    text = book.add_format({"border": 1, "num_format": "@"})
    whole = book.add_format({"border": 1, "num_format": "#,##0.##"})
    sheet = book.add_worksheet(table.caption.partition("　")[2][:31])
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(table.heads) - 1, 13)
    sheet.merge_range(0, 0, 0, len(table.heads) - 1, table.caption, caption)
    for number, words in enumerate(table.heads):
        sheet.write_string(1, number, words, head)
    for line, row in enumerate(table.rows, start=2):
        for number, cell in enumerate(row):
            figure = cell.replace(",", "")
            if number and figure.removeprefix("-").replace(".", "", 1).isdigit():
                sheet.write_number(line, number, float(figure), whole)
            else:
                sheet.write_string(line, number, harmless(cell), text)
