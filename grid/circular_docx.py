"""A circular as DOCX in the layout of official documents."""

from datetime import date

from grid.official_docx import OfficialDocument
from grid.report_blocks import NUMERALS


def circular(*, issuer: str, number: str, title: str, text: str, day: date) -> bytes:
    """The document: red head, number, red rule, title, body (headings 一、 in 黑体), issuer and date at the end."""
    written = OfficialDocument(issuer=issuer, title=title)
    written.head(number)
    written.title(title)
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line[0] in NUMERALS and "、" in line[:4]:
            written.heading(line)
        else:
            addressed = line.endswith(("：", ":")) and len(line) <= 40
            written.text(line, indented=not addressed)
    written.signed(f"{day.year}年{day.month}月{day.day}日")
    return written.bytes()
