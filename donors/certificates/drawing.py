"""The certificate as PNG for phones, and the door to its PDF for paper (`paper.py`).

The page costs little because everything that repeats is made once per process: the ornament and the fixed texts are a
ready palette image, the faces stay loaded, and only the texts of this donor are drawn. The PNG is palette-native: each
ink is a ramp of palette entries, so antialiased text needs no colour reduction.
"""

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from donors.certificates.faces import Family, draw_glyph
from donors.certificates.layout import PAGE, QR_BOX, TITLE, TextBox, fixed_boxes, layout
from donors.certificates.ornament import Stroke, strokes
from donors.certificates.palette import encode_png
from donors.certificates.paper import INKS, PAPER, document
from donors.certificates.payload import CertificatePayload
from donors.certificates.qr import qr_image
from donors.certificates.signing import statement_text

_STEPS = 8
"""Shades of each ink between bare paper and full strength; palette entry 0 is the paper."""
_FINE = 3
_LARGEST_PNG = 190_000
_FULL = {ink: (position + 1) * _STEPS for position, ink in enumerate(INKS)}
_RAMPS = {
    ink: [0 if not (step := round(value * _STEPS / 255)) else full - _STEPS + step for value in range(256)]
    for ink, full in _FULL.items()
}
_COVERED = [0] + [255] * 255


def png(payload: CertificatePayload, *, url: str, title: str = TITLE, signature: str | None = None) -> bytes:
    """Return the certificate as a PNG of 1600 x 1130 pixels whose QR code opens `url`.

    With a `signature` the signed statement travels in a text chunk (`signing.read_statement`).
    """
    page = _background(title).copy()
    for box in layout(payload, url=url, title=title):
        if not box.fixed:
            _write(page, box)
    _place_qr(page, url)
    statement = statement_text(payload, signature) if signature else None
    return encode_png(page, statement=statement, largest=_LARGEST_PNG)


def pdf(payload: CertificatePayload, *, url: str, title: str = TITLE, signature: str | None = None) -> bytes:
    """Return the certificate as one A4 landscape page whose QR code opens `url`, with selectable text.

    With a `signature` the signed statement travels in the document information (`signing.read_statement`).
    """
    statement = statement_text(payload, signature) if signature else None
    return document(layout(payload, url=url, title=title), url=url, title=title, statement=statement)


@lru_cache(maxsize=8)
def _background(title: str) -> Image.Image:
    page = Image.new("P", PAGE)
    page.putpalette(_palette())
    for ink in ("gold", "red"):
        inked = _ornament_mask(ink).point(_RAMPS[ink])
        page.paste(inked, (0, 0), inked.point(_COVERED))
    for box in fixed_boxes(title):
        _write(page, box)
    return page


def _palette() -> list[int]:
    colours = list(PAPER)
    for ink in INKS.values():
        for step in range(1, _STEPS + 1):
            colours += [round(p + (i - p) * step / _STEPS) for p, i in zip(PAPER, ink, strict=True)]
    return colours


def _ornament_mask(ink: str) -> Image.Image:
    """Draw the strokes of one ink larger and shrink them: Pillow's lines have no soft edges of their own."""
    fine = Image.new("L", (PAGE[0] * _FINE, PAGE[1] * _FINE))
    draw = ImageDraw.Draw(fine)
    for stroke in strokes():
        if stroke.ink == ink:
            _draw_stroke(draw, stroke)
    return fine.reduce(_FINE)


def _draw_stroke(draw: ImageDraw.ImageDraw, stroke: Stroke) -> None:
    points = [(x * _FINE, y * _FINE) for x, y in stroke.points]
    value = round(255 * stroke.tint)
    if stroke.filled:
        draw.polygon(points, fill=value)
        return
    # Two points more than the closing one, so that the last corner is joined too.
    points += points[:2] if stroke.closed else []
    draw.line(points, fill=value, width=round(stroke.width * _FINE), joint="curve")


def _write(page: Image.Image, box: TextBox) -> None:
    style = box.style
    for line in box.lines:
        x, y = int(line.x), int(line.y)
        for char in line.text:
            glyph = _glyph(char, box.size, style.family, style.weight, style.ink)
            page.paste(glyph.inked, (x + glyph.left, y + glyph.top), glyph.where)
            x += glyph.step


@dataclass(frozen=True, slots=True)
class _Inked:
    """A character in palette entries, where it covers the page, its place beside the pen and the pen's step."""

    inked: Image.Image
    where: Image.Image
    left: int
    top: int
    step: int


@lru_cache(maxsize=8192)
def _glyph(char: str, size: int, family: Family, weight: int, ink: str) -> _Inked:
    """Draw a character once per process; 8192 of them are about 20 MB."""
    drawn = draw_glyph(char, size, family, weight)
    inked = drawn.mask.point(_RAMPS[ink])
    return _Inked(inked, inked.point(_COVERED), drawn.left, drawn.top, drawn.step)


def _place_qr(page: Image.Image, url: str) -> None:
    left, top, right, bottom = QR_BOX
    code = qr_image(url, right - left).point([_FULL["ink"]] + [0] * 255)
    page.paste(code, (left + (right - left - code.width) // 2, top + (bottom - top - code.height) // 2))
