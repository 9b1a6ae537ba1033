"""Official documents as DOCX in the layout of GB/T 9704-2012, the same bytes for the same words.

A4, margins 37/35/28/26 mm (a field of 156 x 225 mm), 22 lines of 28 characters in 仿宋 三号, 小标宋 二号 for the title,
黑体 for headings, page numbers outside. Fonts are named; the font table names what stands in for them.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

TITLE, BODY, HEAD, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
STAND_INS = {
    TITLE: "小标宋;华文中宋;宋体",
    BODY: "仿宋;华文仿宋;FangSong",
    HEAD: "SimHei;微软雅黑",
    PLAIN: "SimSun;新宋体",
}
TWO, THREE, FOUR, SMALL, HEADLINE = Pt(22), Pt(16), Pt(14), Pt(12), Pt(36)
"""二号, 三号, 四号, 小四, and the red head."""
LINE, TIGHTER = 579, -5
"""22 lines in 225 mm, and what a 三号 character gives up so that 28 stand in 156 mm; twentieths of a point.

A grid of characters says the second, too, but programs read it differently.
"""
PITCH = Pt(28.95)
INDENT = Pt(32)
RED = RGBColor(0xD0, 0x00, 0x00)
FIELD = Mm(156)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_AFTER_GRID = ("w:spacing", "w:ind", "w:jc", "w:rPr")
"""What stands behind in a paragraph's properties: Word wants them in its order."""
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class OfficialDocument:
    """An official document being written from top to bottom."""

    def __init__(self, *, issuer: str, title: str) -> None:
        self.document = Document()
        self.issuer = issuer
        about = self.document.core_properties
        about.title, about.author, about.last_modified_by = title, issuer, issuer
        about.created = about.modified = EPOCH
        self._page()
        self._normal()
        self._numbers()

    def head(self, number: str) -> None:
        """Red head, number, red rule."""
        words = f"{self.issuer}文件"
        size = min(HEADLINE, Pt(int(FIELD.pt / len(words))))
        self.line(words, TITLE, size, center=True, colour=RED)
        ruled = self.line(number, BODY, THREE, center=True)
        borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
        for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "D00000")):
            bottom.set(qn(f"w:{name}"), value)
        borders.append(bottom)
        ruled._p.get_or_add_pPr().insert_element_before(
            borders, "w:shd", "w:tabs", "w:snapToGrid", *_AFTER_GRID
        )
        self.blank()

    def title(self, words: str) -> None:
        self.line(words, TITLE, TWO, center=True)
        self.blank()

    def text(self, words: str, *, indented: bool = True) -> None:
        """A paragraph of the body."""
        paragraph = self.line(words, BODY, THREE)
        paragraph.paragraph_format.first_line_indent = INDENT if indented else None

    def heading(self, words: str) -> None:
        """A heading 一、"""
        paragraph = self.line(words, HEAD, THREE)
        paragraph.paragraph_format.first_line_indent = INDENT
        paragraph.paragraph_format.keep_with_next = True

    def table(self, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A ruled table as wide as the field; its header repeats on every page. The first column is words."""
        words = self.line(caption, HEAD, SMALL, center=True)
        words.paragraph_format.keep_with_next = True
        table = self.document.add_table(rows=1 + len(rows), cols=len(heads), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        first = FIELD * 26 // 100
        widths = [first, *[(FIELD - first) // max(1, len(heads) - 1)] * (len(heads) - 1)]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for row, cells in zip(table.rows, [heads, *rows], strict=True):
            header = cells is heads
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if header:
                properties.append(OxmlElement("w:tblHeader"))
            for number, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
                cell.width = widths[number]
                paragraph = cell.paragraphs[0]
                _write(paragraph, text, HEAD if header else BODY, SMALL)
                paragraph.paragraph_format.line_spacing = Pt(18)
                _off_grid(paragraph)
                centred = header or number > 0
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
        self.blank()

    def picture(self, png: bytes, caption: str) -> None:
        """A picture a little narrower than the field with its caption below; a reader of the page hears the caption."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(png), width=FIELD - Mm(2))
        shape._inline.docPr.set("descr", caption)
        self.line(caption, HEAD, SMALL, center=True)

    def signed(self, day: str, note: str = "") -> None:
        """落款: issuer and day, and a small note below; never alone on a page, so the last words come along."""
        self.blank()
        for above in self.document.paragraphs[-2:]:
            above.paragraph_format.keep_with_next = True
        for words in (self.issuer, day):
            paragraph = self.line(words, BODY, THREE)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.right_indent = INDENT
            paragraph.paragraph_format.keep_together = True
            paragraph.paragraph_format.keep_with_next = words != day
        if note:
            self.blank()
            self.line(note, BODY, SMALL)

    def blank(self) -> None:
        self.line("", BODY, THREE)

    def line(
        self, words: str, font: str, size: Pt, *, center: bool = False, colour: RGBColor | None = None
    ) -> Paragraph:
        paragraph = self.document.add_paragraph()
        _write(paragraph, words, font, size, colour=colour)
        if center:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return paragraph

    def bytes(self) -> bytes:
        """The file, with every entry dated alike."""
        self._stand_ins()
        written, same = io.BytesIO(), io.BytesIO()
        self.document.save(written)
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, source.read(name))
        return same.getvalue()

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(25)
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        grid = f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{LINE}"/>'
        section._sectPr.append(parse_xml(grid))

    def _normal(self) -> None:
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = BODY, THREE
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)

    def _numbers(self) -> None:
        """— 1 — in 四号, on odd pages at the right and on even pages at the left, one character in."""
        self.document.settings.odd_and_even_pages_header_footer = True
        section = self.document.sections[0]
        sides = (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right_indent"),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left_indent"),
        )
        for footer, side, indent in sides:
            paragraph = footer.paragraphs[0]
            paragraph.alignment = side
            setattr(paragraph.paragraph_format, indent, FOUR)
            _write(paragraph, "— ", PLAIN, FOUR)
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), "PAGE")
            paragraph._p.append(field)
            _write(paragraph, " —", PLAIN, FOUR)

    def _stand_ins(self) -> None:
        """Name in the font table what a machine without these fonts takes instead."""
        part = next(p for p in self.document.part.package.iter_parts() if p.partname == "/word/fontTable.xml")
        fonts = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
            for name, others in STAND_INS.items()
        )
        part._blob = part.blob.replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")


def _write(paragraph: Paragraph, text: str, font: str, size: Pt, *, colour: RGBColor | None = None) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, size
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
    if size == THREE:
        tighter = OxmlElement("w:spacing")
        tighter.set(qn("w:val"), str(TIGHTER))
        run._element.get_or_add_rPr().insert_element_before(tighter, "w:w", "w:kern", "w:position", "w:sz")
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY if size <= THREE else WD_LINE_SPACING.SINGLE
    if size <= THREE:
        shape.line_spacing = PITCH


def _off_grid(paragraph: Paragraph) -> None:
    """Lines of a table stand closer than those of the body."""
    off = OxmlElement("w:snapToGrid")
    off.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(off, *_AFTER_GRID)
