"""Where every text of a certificate stands, in page units, the same for screen and paper."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from donors.certificates.faces import ASCENT, DESCENT, Family, advance, clean, width
from donors.certificates.payload import CertificatePayload

PAGE = (1600, 1130)
"""The page in units: pixels of the PNG; 1600 units are the 297 mm of an A4 page."""

TITLE = "社会扶贫荣誉证书"
NOTICE = "本证书为荣誉证书，不是公益事业捐赠票据。"
QR_CAPTION = "扫码查验真伪，请核对网址域名"
THANKS = "您的爱心善举已经核实登记，记录如下。感谢您心系困难群众，扶危济困，守望相助。特发此证，以资鼓励。"
QR_BOX = (166, 760, 412, 1006)

Ink = Literal["ink", "red", "gold", "grey"]
Align = Literal["left", "center", "right"]
Box = tuple[int, int, int, int]

_CLOSING = "，。；：、！？）】》」』”’〉％·,.;:!?)]}%"
_OPENING = "（【《「『“‘〈([{"
_ATOM = re.compile(rf"[{re.escape(_OPENING)}]*(?:[0-9A-Za-z.,/:+@_-]+|.)[{re.escape(_CLOSING)}]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text may be set: the largest and smallest size, leading in parts of the size, ink, weight, alignment."""

    largest: int
    smallest: int
    ink: Ink = "ink"
    family: Family = "serif"
    align: Align = "left"
    weight: int = 0
    leading: float = 1.4
    indent: int = 0
    """Characters by which the first line is indented."""
    middle: bool = True
    """Whether the lines stand in the middle of the box's height, or at its top."""


_LABEL = Style(28, 28, "red")
_VALUE = Style(28, 17, leading=1.25)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text from the left end of its baseline."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TextBox:
    """A text set into its box; `fixed` texts are the same on every certificate of a title."""

    name: str
    box: Box
    style: Style
    size: int
    lines: tuple[Line, ...]
    fixed: bool

    @property
    def text(self) -> str:
        """The words as they stand on the page."""
        return "".join(line.text for line in self.lines)


def layout(payload: CertificatePayload, *, url: str, title: str = TITLE) -> tuple[TextBox, ...]:
    """Set all texts of a certificate. Texts wrap, then shrink; what no size can hold ends in “……”."""
    return fixed_boxes(title) + tuple(set_text(*entry) for entry in _entries(payload, url))


def fixed_boxes(title: str) -> tuple[TextBox, ...]:
    """Set the texts that every certificate of this title carries."""
    return (
        set_text("title", (330, 106, 1270, 206), title, Style(84, 30, "red", align="center", weight=1), True),
        set_text("thanks", (170, 304, 1430, 392), THANKS, Style(29, 20, indent=2, leading=1.5), True),
        set_text("label_donor", (180, 404, 330, 454), "帮扶人", _LABEL, True),
        set_text("label_recipient", (180, 454, 330, 504), "帮扶对象", _LABEL, True),
        set_text("label_content", (180, 510, 330, 549), "帮扶内容", _LABEL, True),
        set_text("qr_caption", (430, 764, 860, 800), QR_CAPTION, Style(24, 20), True),
        set_text("notice", (430, 968, 1430, 1002), NOTICE, Style(22, 20, "grey"), True),
    )


def _entries(payload: CertificatePayload, url: str) -> Iterator[tuple[str, Box, str, Style]]:
    number = f"编号：{payload.number}" + (f"（第 {payload.version} 版）" if payload.version > 1 else "")
    yield "number", (330, 206, 1270, 240), number, Style(24, 16, "grey", align="center")
    yield "salutation", (170, 244, 1430, 304), f"{payload.donor}：", Style(40, 18, weight=1, leading=1.25)
    yield "donor", (340, 404, 1420, 454), payload.donor, _VALUE
    yield "recipient", (340, 454, 1420, 504), payload.recipient, _VALUE
    content_end = 692 if payload.charity else 742
    yield "content", (340, 510, 1420, content_end), payload.content, Style(30, 15, middle=False, leading=1.35)
    if payload.charity:
        yield "label_charity", (180, 694, 330, 744), "接收机构", _LABEL
        yield "charity", (340, 694, 1420, 744), payload.charity, _VALUE
    yield from _issuer(payload, url)


def _issuer(payload: CertificatePayload, url: str) -> Iterator[tuple[str, Box, str, Style]]:
    issued = payload.issued_on
    day = f"{issued.year} 年 {issued.month} 月 {issued.day} 日"
    yield "host", (430, 802, 860, 836), f"网址域名：{urlsplit(url).netloc}", Style(21, 12, "grey", "sans")
    yield "key", (430, 838, 860, 868), f"电子签名密钥：{payload.key_id}", Style(17, 12, "grey", "sans")
    yield "county", (880, 764, 1430, 824), payload.county_name, Style(36, 18, align="right", leading=1.25)
    yield "site", (880, 824, 1430, 872), payload.site, Style(28, 16, align="right", leading=1.25)
    yield "date", (880, 872, 1430, 920), day, Style(28, 28, align="right")


def set_text(name: str, box: Box, text: str, style: Style, fixed: bool = False) -> TextBox:
    """Set a text into a box at the largest size that holds it."""
    text = clean(text)
    for size in range(style.largest, style.smallest - 1, -1):
        lines = _wrap(text, size, style, box[2] - box[0] - 2 * style.weight)
        if len(lines) <= _capacity(box, size, style):
            break
    else:
        lines = _cut(lines, _capacity(box, size, style), size, style, box[2] - box[0] - 2 * style.weight)
    return TextBox(name, box, style, size, tuple(_placed(lines, box, size, style)), fixed)


def _capacity(box: Box, size: int, style: Style) -> int:
    """Return how many lines fit the box's height."""
    return int((box[3] - box[1] - (ASCENT + DESCENT) * size) // (style.leading * size)) + 1


def _wrap(text: str, size: int, style: Style, room: float) -> list[str]:
    """Break a text into lines: no closing mark begins one, no opening mark ends one, numbers stay whole."""
    lines = ["　" * style.indent]
    used = width(lines[0], size, style.family)
    for atom in _ATOM.findall(text):
        if used + (room_of_atom := width(atom, size, style.family)) <= room:
            lines[-1] += atom
            used += room_of_atom
            continue
        lines.append("")
        used = 0.0
        for char in atom.lstrip():
            if used + (step := advance(char, size, style.family)) > room:
                lines.append("")
                used = 0.0
            lines[-1] += char
            used += step
    return [line.rstrip() for line in lines if line.strip()]


def _cut(lines: list[str], count: int, size: int, style: Style, room: float) -> list[str]:
    last = lines[count - 1]
    while width(last + "……", size, style.family) > room:
        last = last[:-1]
    return [*lines[: count - 1], last + "……"]


def _placed(lines: list[str], box: Box, size: int, style: Style) -> Iterator[Line]:
    left, top, right, bottom = box
    step = style.leading * size
    free = bottom - top - (ASCENT + DESCENT) * size - step * (len(lines) - 1)
    y = top + (free / 2 if style.middle else 0) + ASCENT * size
    for number, text in enumerate(lines):
        slack = right - left - 2 * style.weight - width(text, size, style.family)
        x = left + style.weight + slack * {"left": 0, "center": 0.5, "right": 1}[style.align]
        yield Line(text, round(x), round(y + number * step))
