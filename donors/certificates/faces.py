"""The bundled Chinese faces: which one has a character, how wide it is, and the drawn line."""

import struct
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont

Family = Literal["serif", "sans"]

# The Japanese face has the rare characters of personal names (𠮷) that the simplified Chinese one lacks.
_CHAINS: dict[Family, tuple[Path, ...]] = {
    "serif": (
        pylopdf_fonts_zh_cn.serif_path(),
        pylopdf_fonts_jp.serif_path(),
        pylopdf_fonts_zh_cn.sans_path(),
    ),
    "sans": (pylopdf_fonts_zh_cn.sans_path(), pylopdf_fonts_jp.sans_path(), pylopdf_fonts_zh_cn.serif_path()),
}
_REFERENCE = 1000
ASCENT, DESCENT = 0.92, 0.3
"""Room above and below the baseline that holds the ink of every glyph, in parts of the size."""


def clean(text: str) -> str:
    """Return text fit for one paper line: composed, blanks single, no control, direction or variation characters."""
    kept = (
        char if char.isprintable() else " "
        for char in unicodedata.normalize("NFC", text)
        if unicodedata.category(char) not in {"Cf", "Cs", "Cn"} and not _is_variation_selector(char)
    )
    return " ".join("".join(kept).split())


@lru_cache(maxsize=65536)
def advance(char: str, size: int, family: Family) -> float:
    """Return the room a character takes at a size, at every resolution: the wider of hinted and exact."""
    face = _face_of(char, family)
    if face is None:
        return float(size)
    return max(exact_advance(char, family) * size, _font(face, size).getlength(char))


@lru_cache(maxsize=65536)
def exact_advance(char: str, family: Family) -> float:
    """Return the room a character takes at no particular resolution, in parts of the size."""
    face = _face_of(char, family)
    return 1.0 if face is None else _font(face, _REFERENCE).getlength(char) / _REFERENCE


def width(text: str, size: int, family: Family) -> float:
    """Return the room a line takes."""
    return sum([advance(char, size, family) for char in text])


@dataclass(frozen=True, slots=True)
class Glyph:
    """The grey mask of one character, how far it lies right of and below the pen, and how far the pen moves."""

    mask: Image.Image
    left: int
    top: int
    step: int


def draw_glyph(char: str, size: int, family: Family, weight: int) -> Glyph:
    """Draw one character; `weight` is an extra stroke in pixels around it.

    A character that no face has becomes a frame around its code point, so that it stays identifiable.
    """
    face = _face_of(char, family)
    if face is None:
        return Glyph(_code_point(char, size), 0, -round(0.82 * size), size)
    font = _font(face, size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(char, anchor="ls", stroke_width=weight))
    mask = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    draw = ImageDraw.Draw(mask)
    draw.text((-left, -top), char, font=font, fill=255, anchor="ls", stroke_width=weight)
    return Glyph(mask, left, top, round(font.getlength(char)))


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


@lru_cache(maxsize=65536)
def _face_of(char: str, family: Family) -> Path | None:
    return next((face for face in _CHAINS[family] if ord(char) in _coverage(face)), None)


@lru_cache(maxsize=256)
def _font(face: Path, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is faster than Raqm, and nothing here needs shaping.
    return ImageFont.truetype(face, size, layout_engine=ImageFont.Layout.BASIC)


def _code_point(char: str, size: int) -> Image.Image:
    mask = Image.new("L", (size, round(0.92 * size)))
    draw = ImageDraw.Draw(mask)
    edge = max(1, size // 24)
    draw.rectangle((edge, 0, size - 1 - edge, mask.height - 1), outline=255, width=edge)
    digits = f"{ord(char):06X}"
    font = _font(_CHAINS["sans"][0], max(6, int(size * 0.36)))
    for row, part in enumerate((digits[:3], digits[3:])):
        draw.text((size / 2, (0.4 + 0.4 * row) * size), part, font=font, fill=255, anchor="ms")
    return mask


@lru_cache(maxsize=8)
def _coverage(face: Path) -> frozenset[int]:
    """Return the code points of a face, from format 12 of its `cmap` table; Pillow does not tell them."""
    with face.open("rb") as file:
        head = file.read(4096)
        count = struct.unpack_from(">H", head, 4)[0]
        tables = {
            head[12 + 16 * i : 16 + 16 * i]: struct.unpack_from(">II", head, 20 + 16 * i)
            for i in range(count)
        }
        offset, length = tables[b"cmap"]
        file.seek(offset)
        cmap = file.read(length)
    starts = (
        struct.unpack_from(">I", cmap, 8 + 8 * i)[0] for i in range(struct.unpack_from(">H", cmap, 2)[0])
    )
    start = next(start for start in starts if struct.unpack_from(">H", cmap, start)[0] == 12)
    groups = struct.iter_unpack(
        ">III", cmap[start + 16 : start + 16 + 12 * struct.unpack_from(">I", cmap, start + 12)[0]]
    )
    return frozenset(code for first, last, _ in groups for code in range(first, last + 1))
