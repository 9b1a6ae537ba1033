"""What charts are put together from: layers of a Vega-Lite specification, words that fit, links over whole rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from fupin.lib import vega

ACCENT, INFO, GOLD, SUCCESS, EDGE = "#a5231c", "#23527c", "#b58a3c", "#1c6141", "#8a7b6b"
INK, SOFT, SUNKEN, SURFACE, ON_ACCENT = "#2b211b", "#5c5047", "#f2ebdf", "#fffdfa", "#fffaf5"
"""The colours of static/css/tokens.css (tests compare them)."""
TYPE, SMALL = 14, 12
LINE = 20
NO_DATA = "暂无数据"
Layer = dict[str, Any]
OWN_LETTERS: Layer = {"field": "letters", "type": "nominal", "scale": None}
Row = dict[str, Any]
Spot = tuple[str, str, float, float, float, float]
"""A link: address, name, x1, y1, x2, y2."""


def wide(text: str, size: int = TYPE) -> float:
    """About how wide a text is, in units: measuring each with the font would be most of the work of a chart."""
    return sum(1 if ord(char) > 0x2E7F else 0.58 for char in text) * size


def fit(text: str, room: float, size: int = TYPE) -> str:
    """The text, cut with an ellipsis where it is wider than `room`."""
    if wide(text, size) <= room:
        return text
    while text and wide(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def percent(part: int, whole: int) -> int:
    """Whole percent, half up; a part that is not all never reads 100, one that is not nothing never reads 0."""
    rounded = (200 * part + whole) // (2 * whole)
    return min(max(rounded, 1 if part else 0), 100 if part == whole else 99)


def at(field: str) -> Layer:
    """A place in units, as the rows hold it."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def fixed(value: float) -> Layer:
    return {"value": value}


def measured(top: float, low: float, high: float, *, field: str = "value") -> Layer:
    """A value on a scale from 0 to `top`, drawn between the units `low` and `high`."""
    scale = {"domain": [0, top], "range": [low, high], "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale}


def mark(kind: str, rows: Sequence[Row], encoding: Layer, **options: Any) -> Layer:
    return {"data": {"values": list(rows)}, "mark": {"type": kind, **options}, "encoding": encoding}


def boxes(rows: Sequence[Row], *, x: Layer, x2: Layer, colour: str = "", edge: str = "") -> Layer:
    """Rectangles from `y1` to `y2`, in one colour or each in its row's `colour`."""
    encoding: Layer = {"x": x, "x2": x2, "y": at("y1"), "y2": {"field": "y2"}}
    if not colour:
        encoding["color"] = {"field": "colour", "type": "nominal", "scale": None}
    options = {"stroke": edge, "strokeWidth": 1} if edge else {}
    return mark("rect", rows, encoding, **({"color": colour} if colour else {}), **options)


def texts(rows: Sequence[Row], field: str, *, x: Layer, y: Layer | None = None, **options: Any) -> Layer:
    """Texts with their middle at `y`; `options` are those of the mark (align, dx, fontSize, color)."""
    style = {"align": "left", "baseline": "middle", "fontSize": TYPE, "color": INK} | options
    return mark("text", rows, {"x": x, "y": y or at("y"), "text": {"field": field}}, **style)


def names(rows: Sequence[Row]) -> Layer:
    """The rows' names at the left, each in its own colour."""
    layer = texts(rows, "label", x=fixed(0))
    layer["encoding"]["color"] = OWN_LETTERS
    return layer


def legend(
    names: Sequence[tuple[str, str]], top: float, width: float, *, swatch: tuple[int, int] = (12, 12)
) -> tuple[list[Layer], float]:
    """Names with their colours, wrapped to the width, and the units they take below `top`."""
    rows: list[Row] = []
    x, line = 0.0, 0
    for name, colour in names:
        room = swatch[0] + 6 + wide(name, SMALL)
        if x and x + room > width:
            x, line = 0.0, line + 1
        y, half = top + LINE * (line + 0.5), swatch[1] / 2
        box = {"x": x, "x2": x + swatch[0], "y1": y - half, "y2": y + half, "colour": colour}
        rows.append(box | {"tx": x + swatch[0] + 5, "y": y, "text": name})
        x += room + 12
    layers = [
        boxes(rows, x=at("x"), x2={"field": "x2"}, edge="" if min(swatch) < 12 else EDGE),
        texts(rows, "text", x=at("tx"), fontSize=SMALL),
    ]
    return layers, LINE * (line + 1)


def spots(found: Sequence[Spot]) -> list[Layer]:
    """Links that cover a row or a month, so that a bar of 0 can be opened, too."""
    linked = [spot for spot in found if spot[0]]
    rows = [
        {"href": vega.LINK.format(number), "x": x1, "x2": x2, "y1": y1, "y2": y2}
        for number, (_, _, x1, y1, x2, y2) in enumerate(linked)
    ]
    if not rows:
        return []
    layer = boxes(rows, x=at("x"), x2={"field": "x2"}, colour=INK)
    layer["mark"]["opacity"] = 0
    layer["encoding"]["href"] = {"field": "href"}
    return [layer]


def spec(layers: Sequence[Layer], width: float, height: float) -> str:
    """The whole specification; nothing is measured or moved, so it is as large as said."""
    return vega.key(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "width": width,
            "height": height,
            "autosize": "none",
            "padding": 0,
            "background": None,
            "layer": layers,
            "resolve": {"scale": {"x": "independent", "y": "independent", "color": "independent"}},
            "config": {"font": vega.FONT, "aria": False, "view": {"stroke": None}},
        }
    )


@dataclass(frozen=True, slots=True)
class Chart:
    """A specification with its words; `links` are address and name."""

    title: str
    summary: str
    spec: str
    links: tuple[tuple[str, str], ...]

    @property
    def svg(self) -> SafeString:
        """For a page: `{% include "components/chart.html" with chart=chart only %}`."""
        return vega.inline(self.spec, self.title, self.summary, self.links)

    @property
    def file(self) -> str:
        """For Typst: `image(bytes(data.chart), format: "svg")`."""
        return vega.svg(self.spec)

    @property
    def png(self) -> bytes:
        """For Word."""
        return vega.png(self.spec)


def finish(
    title: str,
    read: Sequence[str],
    layers: Sequence[Layer],
    over: Sequence[Spot],
    width: float,
    height: float,
) -> Chart:
    """The chart of these layers; without rows one that says so."""
    if not read:
        empty = [{"text": NO_DATA, "y": 22}]
        layers, height = [texts(empty, "text", x=fixed(0), color=SOFT)], 44
    links = tuple((spot[0], spot[1]) for spot in over if spot[0])
    summary = "；".join(read) + "。" if read else NO_DATA + "。"
    return Chart(title, summary, spec([*layers, *spots(over)], width, height), links)
