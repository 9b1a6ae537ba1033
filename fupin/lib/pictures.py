"""Drawing Chinese text and QR codes into pictures that are shared: the bundled faces, wrapped lines, bare PNG."""

import io
from functools import lru_cache
from typing import Literal

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
import segno
from PIL import Image, ImageDraw, ImageFont

Family = Literal["serif", "sans"]
Font = ImageFont.FreeTypeFont
_FACES = {"serif": pylopdf_fonts_zh_cn.serif_path(), "sans": pylopdf_fonts_zh_cn.sans_path()}
_RARE = {"serif": pylopdf_fonts_jp.serif_path(), "sans": pylopdf_fonts_jp.sans_path()}


@lru_cache(maxsize=32)
def font(family: Family, size: int, *, rare: bool = False) -> Font:
    """A bundled face; `rare` is the one with characters beyond the basic plane (𠮷)."""
    path = (_RARE if rare else _FACES)[family]
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, family: Family, size: int) -> float:
    """How wide a line is, in pixels."""
    return sum(font(family, size, rare=ord(char) > 0xFFFF).getlength(char) for char in text)


def lines(text: str, family: Family, size: int, *, room: int, most: int) -> list[str]:
    """The text in lines of at most `room` pixels; what does not fit into `most` lines ends in an ellipsis."""
    found = [""]
    for char in " ".join(text.split()):
        if width(found[-1] + char, family, size) > room:
            found.append("")
        found[-1] += char
    if len(found) <= most:
        return found
    last = found[most - 1]
    while last and width(last + "…", family, size) > room:
        last = last[:-1]
    return [*found[: most - 1], last + "…"]


def write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, *, family: Family, size: int, fill: str
) -> int:
    """Write one line whose baseline is at `at`; returns where the pen stands afterwards."""
    x, y = at
    pen = float(x)
    for char in text:
        face = font(family, size, rare=ord(char) > 0xFFFF)
        draw.text((pen, y), char, font=face, fill=fill, anchor="ls")
        pen += face.getlength(char)
    return round(pen)


def qr(url: str, side: int) -> Image.Image:
    """A QR code (level M) with its quiet zone, at most `side` pixels wide."""
    code = segno.make_qr(url, error="m", boost_error=False)
    scale = max(1, side // code.symbol_size(scale=1, border=4)[0])
    out = io.BytesIO()
    code.save(out, kind="png", scale=scale, border=4)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def png(image: Image.Image, *, colours: int = 64) -> bytes:
    """The picture as a palette PNG with nothing but pixels in it."""
    out = io.BytesIO()
    image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
