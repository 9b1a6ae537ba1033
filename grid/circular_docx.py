"""A circular as DOCX in the layout of official documents (GB/T 9704-2012): A4, its margins, type and line pitch."""

import io
from datetime import date

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
TWO, THREE, HEADLINE = Pt(22), Pt(16), Pt(36)
"""二号, 三号, and the red head."""
PITCH = Pt(28)
RED = RGBColor(0xD0, 0x00, 0x00)
_HEADINGS = "一二三四五六七八九十"


def circular(*, issuer: str, number: str, title: str, text: str, day: date) -> bytes:
    """The document: red head, number, red rule, title, body (headings 一、 in 黑体), issuer and date at the end."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    document.core_properties.title, document.core_properties.author = title, issuer
    _write(document.add_paragraph(), f"{issuer}文件", TITLE, HEADLINE, center=True, colour=RED)
    ruled = document.add_paragraph()
    _write(ruled, number, BODY, THREE, center=True)
    _rule(ruled)
    document.add_paragraph()
    _write(document.add_paragraph(), title, TITLE, TWO, center=True)
    document.add_paragraph()
    for line in filter(None, (line.strip() for line in text.splitlines())):
        heading = line[0] in _HEADINGS and "、" in line[:4]
        paragraph = document.add_paragraph()
        addressed = line.endswith(("：", ":")) and len(line) <= 40
        paragraph.paragraph_format.first_line_indent = None if addressed else Pt(32)
        _write(paragraph, line, HEAD if heading else BODY, THREE)
    document.add_paragraph()
    for words in (issuer, f"{day.year}年{day.month}月{day.day}日"):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(32)
        _write(paragraph, words, BODY, THREE)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _write(
    paragraph: Paragraph,
    text: str,
    font: str,
    size: Pt,
    *,
    center: bool = False,
    colour: RGBColor | None = None,
) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, size
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    if size == THREE:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, PITCH
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _rule(paragraph: Paragraph) -> None:
    """The red line below the number."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "D00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)
