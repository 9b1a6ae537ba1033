"""The certificate as a PDF page: vector ornament, vector QR code, and real text in fonts made for this page.

Each character is a one-bit stencil of 600 dpi and more in a Type 3 font, made once per process and put into a file
once, however often it occurs. So the text is sharp in print, selectable, the same in every reader, and the file small.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO

from PIL import Image
from PIL.TiffImagePlugin import STRIPBYTECOUNTS, STRIPOFFSETS, TiffImageFile

from donors.certificates.faces import Family, draw_glyph, exact_advance, width
from donors.certificates.layout import PAGE, QR_BOX, TextBox
from donors.certificates.ornament import Stroke, strokes
from donors.certificates.qr import qr_matrix
from donors.certificates.signing import STATEMENT_KEY, encode

PAPER = (255, 251, 241)
INKS = {"ink": (43, 33, 28), "red": (168, 24, 28), "gold": (184, 138, 58), "grey": (104, 92, 80)}

_POINTS = 841.89 / PAGE[0]
_HEIGHT = PAGE[1] * _POINTS
_CODES = 255
"""Characters in one font; Type 3 fonts have single-byte codes."""
_EMS = ((24, 108), (42, 184), (84, 384))
"""Up to which page size how many stencil pixels to the em: 600 dpi at the largest size of each step."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """How the characters of a font are cut: family, pixels to the em, extra stroke in pixels."""

    family: Family
    em: int
    weight: int


@dataclass(slots=True)
class _Fonts:
    """The characters used on one page, numbered for each cut in the order of their first use."""

    codes: dict[_Cut, dict[str, int]] = field(default_factory=dict)

    def runs(self, text: str, cut: _Cut) -> Iterator[tuple[str, bytes]]:
        """Return the text as pieces of one font each: the font's name and the codes in it."""
        known = self.codes.setdefault(cut, {})
        prefix = f"F{list(self.codes).index(cut)}x"
        for char in text:
            known.setdefault(char, len(known))
        run, current = bytearray(), known[text[0]] // _CODES
        for char in text:
            font, code = divmod(known[char], _CODES)
            if font != current:
                yield f"{prefix}{current}", bytes(run)
                run, current = bytearray(), font
            run.append(code + 1)
        yield f"{prefix}{current}", bytes(run)

    def parts(self) -> Iterator[tuple[str, _Cut, str]]:
        """Return each font: its name, its cut, its characters in the order of their codes."""
        for number, (cut, known) in enumerate(self.codes.items()):
            chars = "".join(known)
            for part, start in enumerate(range(0, len(chars), _CODES)):
                yield f"F{number}x{part}", cut, chars[start : start + _CODES]


def document(boxes: tuple[TextBox, ...], *, url: str, title: str, statement: str | None) -> bytes:
    """Return the PDF file. `statement` is the signed statement to carry along, or None."""
    fonts = _Fonts()
    drawing = ["/Back Do", *_qr_operators(url), *_text_operators(boxes, fonts)]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"",
        _stream("", "\n".join(drawing).encode(), level=1),
        _information(title, statement),
        _background(),
    ]
    names = []
    for name, cut, chars in fonts.parts():
        names.append(f"/{name} {_add_font(objects, cut, chars)} 0 R")
    objects[2] = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 841.89 {_HEIGHT:.2f}] /Contents 4 0 R "
        f"/Resources << /XObject << /Back 6 0 R >> /Font << {' '.join(names)} >> >> >>"
    ).encode()
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)


def _stream(entries: str, data: bytes, level: int = 6) -> bytes:
    packed = zlib.compress(data, level)
    head = f"<< {entries} /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def _information(title: str, statement: str | None) -> bytes:
    entry = f" /{STATEMENT_KEY} ({encode(statement.encode())})" if statement else ""
    return f"<< /Title <feff{title.encode('utf-16-be').hex()}>{entry} >>".encode()


@lru_cache(maxsize=1)
def _background() -> bytes:
    paper = f"{_colour(PAPER)} rg 0 0 842 {_HEIGHT:.2f} re f"
    move = f"0 J 1 j {_POINTS:.6f} 0 0 {-_POINTS:.6f} 0 {_HEIGHT:.2f} cm"
    drawing = "\n".join([paper, move, *(_stroke_operators(stroke) for stroke in strokes())])
    entries = f"/Type /XObject /Subtype /Form /BBox [0 0 842 {_HEIGHT:.2f}] /Resources << >>"
    return _stream(entries, drawing.encode(), level=9)


def _stroke_operators(stroke: Stroke) -> str:
    shade = [p + (i - p) * stroke.tint for p, i in zip(PAPER, INKS[stroke.ink], strict=True)]
    start, *rest = (f"{x:.1f} {y:.1f}" for x, y in stroke.points)
    path = f"{start} m " + " ".join(f"{point} l" for point in rest)
    if stroke.filled:
        return f"{_colour(shade)} rg {path} h f"
    return f"{_colour(shade)} RG {stroke.width} w {path} {'s' if stroke.closed else 'S'}"


def _colour(colour: Iterable[float]) -> str:
    return " ".join(f"{value / 255:.3f}" for value in colour)


def _qr_operators(url: str) -> Iterator[str]:
    """Draw each run of dark modules as one rectangle."""
    matrix = qr_matrix(url)
    left, top, right, _ = QR_BOX
    module = _POINTS * (right - left) / len(matrix)
    corner = f"{left * _POINTS:.2f} {_HEIGHT - top * _POINTS:.2f}"
    yield f"q {_colour(INKS['ink'])} rg {module:.5f} 0 0 {-module:.5f} {corner} cm"
    for y, row in enumerate(matrix):
        x = 0
        for run in row.replace(b"\x00\x01", b"\x00 \x01").replace(b"\x01\x00", b"\x01 \x00").split(b" "):
            if run[0]:
                yield f"{x} {y} {len(run)} 1 re"
            x += len(run)
    yield "f Q"


def _text_operators(boxes: tuple[TextBox, ...], fonts: _Fonts) -> Iterator[str]:
    yield "BT"
    for box in boxes:
        size, style = box.size, box.style
        em = next(em for largest, em in _EMS if size <= largest)
        cut = _Cut(style.family, em, round(0.8 * style.weight * em / size))
        yield f"{_colour(INKS[style.ink])} rg"
        for line in box.lines:
            exact = sum(exact_advance(char, style.family) for char in line.text) * size
            stretch = 100 * width(line.text, size, style.family) / exact
            yield f"{stretch:.3f} Tz 1 0 0 1 {line.x * _POINTS:.2f} {_HEIGHT - line.y * _POINTS:.2f} Tm"
            for font, run in fonts.runs(line.text, cut):
                yield f"/{font} {size * _POINTS:.3f} Tf <{run.hex()}> Tj"
    yield "ET"


def _add_font(objects: list[bytes], cut: _Cut, chars: str) -> int:
    """Append a font with its glyphs and its map to Unicode; return the font's object number."""
    first = len(objects) + 1
    objects += [_glyph_stream(char, cut) for char in chars]
    objects.append(_stream("", _unicode_map(chars).encode(), level=1))
    names = " ".join(f"/g{code}" for code in range(1, len(chars) + 1))
    glyphs = " ".join(f"/g{code} {first + code - 1} 0 R" for code in range(1, len(chars) + 1))
    widths = " ".join(f"{_glyph_width(char, cut)}" for char in chars)
    objects.append(
        (
            "<< /Type /Font /Subtype /Type3 /FontBBox [-300 -400 2300 1300] /FontMatrix [0.001 0 0 0.001 0 0] "
            f"/CharProcs << {glyphs} >> /Encoding << /Type /Encoding /Differences [1 {names}] >> /Resources << >> "
            f"/FirstChar 1 /LastChar {len(chars)} /Widths [{widths}] /ToUnicode {len(objects)} 0 R >>"
        ).encode()
    )
    return len(objects)


def _glyph_width(char: str, cut: _Cut) -> int:
    return round(1000 * exact_advance(char, cut.family))


@lru_cache(maxsize=16384)
def _glyph_stream(char: str, cut: _Cut) -> bytes:
    """Return the drawing of one character, about half a kilobyte: a stencil that takes the colour of the text."""
    drawn = draw_glyph(char, cut.em, cut.family, cut.weight)
    mask = drawn.mask.point([0] * 128 + [255] * 128).convert("1")
    unit = 1000 / cut.em
    left, low = drawn.left * unit, -(drawn.top + mask.height) * unit
    across, up = mask.width * unit, mask.height * unit
    # Hexadecimal inside, deflated outside: nothing within the image can be mistaken for its end mark.
    drawing = (
        f"{_glyph_width(char, cut)} 0 {left:.0f} {low:.0f} {left + across:.0f} {low + up:.0f} d1\n"
        f"{across:.2f} 0 0 {up:.2f} {left:.2f} {low:.2f} cm\n"
        f"BI /W {mask.width} /H {mask.height} /IM true /F [/AHx /CCF] "
        f"/DP [null << /K -1 /Columns {mask.width} >>] ID\n{_fax(mask).hex()}>\nEI"
    )
    return _stream("", drawing.encode(), level=9)


def _fax(mask: Image.Image) -> bytes:
    """Return a one-bit image in CCITT group 4 coding, a third of what deflate makes of it."""
    file = BytesIO()
    mask.save(file, "TIFF", compression="group4", strip_size=mask.width * mask.height)
    file.seek(0)
    with TiffImageFile(file) as tiff:
        start, length = tiff.tag_v2[STRIPOFFSETS][0], tiff.tag_v2[STRIPBYTECOUNTS][0]
    return file.getvalue()[start : start + length]


def _unicode_map(chars: str) -> str:
    pairs = [f"<{code:02x}> <{char.encode('utf-16-be').hex()}>" for code, char in enumerate(chars, 1)]
    blocks = (pairs[start : start + 100] for start in range(0, len(pairs), 100))
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Words def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{body}\nendcmap end end"
    )
