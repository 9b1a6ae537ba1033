"""Charts of figures: rows become a Vega-Lite specification, that becomes SVG for pages and SVG or PNG for paper.

A chart is `NARROW` units wide for a phone or a card, `PAPER` for a page of text; its letters keep their size in units.
Every value stands beside its mark as text, so nothing is told by colour alone and a bar of 0 is seen and opened.
A value None is "no data": it gets its text and no mark.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grid import chart_parts as parts
from grid.chart_parts import (
    ACCENT,
    EDGE,
    GOLD,
    INFO,
    INK,
    NO_DATA,
    ON_ACCENT,
    SMALL,
    SOFT,
    SUCCESS,
    SUNKEN,
    SURFACE,
    Chart,
    Layer,
    Spot,
    finish,
)

NARROW, PAPER = 320, 560
COLOURS = (ACCENT, INFO, GOLD, SUCCESS, EDGE)
MOST_ROWS, MOST_MONTHS = 60, 36


@dataclass(frozen=True, slots=True)
class Bar:
    """A value, the value as people read it, and where it leads (an address on this site)."""

    label: str
    value: float | None
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Several:
    """Several numbers of one place or person, in the order of the chart's names."""

    label: str
    values: tuple[int, ...]
    url: str = ""


def ranked(
    title: str,
    rows: Sequence[Bar],
    *,
    target: float | None = None,
    target_text: str = "",
    full: float | None = None,
    width: int = NARROW,
) -> Chart:
    """Horizontal bars in the order given, at most `MOST_ROWS`; `full` is the value of a whole bar.

    `target` is marked across all bars and named below them.
    """
    rows, step = rows[:MOST_ROWS], 44
    data: list[parts.Row] = [
        {
            "label": parts.fit(row.label, width - 12 - parts.wide(row.text)),
            "letters": _letters(row),
            "text": row.text,
            "value": row.value,
            "y": step * number + 12,
            "y1": step * number + 23,
            "y2": step * number + 36,
        }
        for number, row in enumerate(rows)
    ]
    x = parts.measured(full or _top(target, *(row.value for row in rows)), 0, width)
    known = [row for row in data if row["value"] is not None]
    layers = [
        parts.boxes(data, x=parts.fixed(0), x2=parts.fixed(width), colour=SUNKEN),
        parts.boxes(known, x=x, x2={"datum": 0}, colour=ACCENT),
        parts.names(data),
        parts.texts(data, "text", x=parts.fixed(width), align="right", color=SOFT),
    ]
    height: float = step * len(rows)
    if rows and target is not None:
        marks = [{"value": target, "y1": row["y1"] - 4, "y2": row["y2"] + 4} for row in data]
        rule = {"x": x, "y": parts.at("y1"), "y2": {"field": "y2"}}
        layers.append(parts.mark("rule", marks, rule, color=INK, strokeWidth=3))
        named, taken = parts.legend([(target_text, INK)], height, width, swatch=(3, 14))
        layers, height = layers + named, height + taken
    read = [f"{row.label}：{row.text}" for row in rows]
    over = [(row.url, read[n], 0.0, step * n, width, step * (n + 1) - 4) for n, row in enumerate(rows)]
    return finish(title, read, layers, over, width, height)


def groups(title: str, rows: Sequence[Several], names: Sequence[str], *, width: int = NARROW) -> Chart:
    """Bars below one another on the pale bar of the first name: expected | submitted, on time, confirmed."""
    rows, bar = rows[:MOST_ROWS], 17
    pairs = list(zip(names[1:], COLOURS, strict=False))
    key, start = parts.legend([(names[0], SUNKEN), *pairs], 0, width)
    start, step = start + 6, 40 + bar * len(pairs)
    x = parts.measured(_top(*(value for row in rows for value in row.values)), 0, width - 40)
    heads: list[parts.Row] = []
    bars: list[parts.Row] = []
    for number, row in enumerate(rows):
        y = start + step * number
        words = f"{names[0]} {row.values[0]}"
        label = parts.fit(row.label, width - 12 - parts.wide(words))
        heads.append(
            {
                "label": label,
                "letters": _letters(row),
                "text": words,
                "value": row.values[0],
                "y": y + 12,
                "y1": y + 23,
                "y2": y + 27 + bar * len(pairs),
            }
        )
        for place, value in enumerate(row.values[1:]):
            top = y + 27 + bar * place
            bars.append(
                {
                    "value": value,
                    "text": str(value),
                    "y": top + 7,
                    "y1": top,
                    "y2": top + 13,
                    "colour": COLOURS[place],
                }
            )
    layers = [
        *key,
        parts.boxes(heads, x=x, x2={"datum": 0}, colour=SUNKEN, edge=EDGE),
        parts.boxes(bars, x=x, x2={"datum": 0}),
        parts.texts(bars, "text", x=x, dx=5, fontSize=SMALL),
        parts.names(heads),
        parts.texts(heads, "text", x=parts.fixed(width), align="right", color=SOFT),
    ]
    read = [_read(row, names) for row in rows]
    over = [
        (row.url, read[n], 0.0, start + step * n, width, start + step * (n + 1) - 6)
        for n, row in enumerate(rows)
    ]
    return finish(title, read, layers, over, width, start + step * len(rows))


def series(
    title: str,
    rows: Sequence[Bar],
    *,
    columns: bool = False,
    target: float | None = None,
    target_text: str = "",
    width: int = NARROW,
) -> Chart:
    """Months from left to right, the last `MOST_MONTHS`, as a line or as columns, with a line at `target`.

    Where columns stand close, only the highest and the last tell their number.
    """
    rows, foot = rows[-MOST_MONTHS:], 170
    data, over = _along(rows, foot, width)
    known = [row for row in data if row["value"] is not None]
    if columns and not all(row["label"] for row in data):
        highest = max(known, key=lambda row: row["value"], default=None)
        known = [row | {"text": row["full"] if row in (highest, known[-1]) else ""} for row in known]
    unknown = [row | {"y": foot - 10} for row in data if row["value"] is None]
    y = parts.measured(_top(target, *(row.value for row in rows)), foot, 24)
    whole = {"x": parts.fixed(0), "x2": parts.fixed(width)}
    small: Layer = {"align": "center", "fontSize": SMALL}
    layers = [
        parts.mark("rule", [{}], whole | {"y": parts.fixed(foot)}, color=EDGE),
        *_drawn(known, y, columns),
        *_told(known, y, target, **small),
        parts.texts(unknown, "text", x=parts.at("x"), color=SOFT, **small),
        parts.texts(data, "label", x=parts.at("x"), color=SOFT, **small),
    ]
    height: float = foot + 28
    if rows and target is not None:
        goal = parts.mark(
            "rule", [{"value": target}], whole | {"y": y}, color=INK, strokeWidth=2, strokeDash=[5, 4]
        )
        named, taken = parts.legend([(target_text, INK)], height, width, swatch=(14, 3))
        layers, height = [*layers, goal, *named], height + taken
    return finish(title, [name for _, name, *_ in over], layers, over, width, height)


def _told(known: list[parts.Row], y: Layer, target: float | None, **small: Any) -> list[Layer]:
    """The values above their points, and below where the line of the target would cross them."""
    (low, high), top = y["scale"]["range"], y["scale"]["domain"][1]
    unit = (low - high) / top
    crossed = [row for row in known if target is not None and 3 < (target - row["value"]) * unit < 20]
    free = [row for row in known if row not in crossed]
    halo = {"color": SURFACE, "stroke": SURFACE, "strokeWidth": 4}  # a line that passes is interrupted
    return [
        parts.texts(rows, "text", x=parts.at("x"), y=y, dy=dy, **small | edge)
        for rows, dy in ((free, -11), (crossed, 12))
        for edge in (halo, {})
        if rows
    ]


def _along(rows: Sequence[Bar], foot: float, width: float) -> tuple[list[parts.Row], list[Spot]]:
    """The months with their places; where words would touch, every second or third month keeps its own."""
    widest = max((parts.wide(words, SMALL) + 6 for row in rows for words in (row.label, row.text)), default=0)
    count = max(1, len(rows))
    edge = max(0.0, (widest * count - width) / 2 / max(1, count - 1)) if count > 1 else 0
    slot = (width - 2 * edge) / count
    every = max(1, math.ceil(widest / slot))
    data: list[parts.Row] = []
    over: list[Spot] = []
    run = 0
    for number, row in enumerate(rows):
        run += row.value is None
        told = (count - 1 - number) % every == 0
        x, half = edge + slot * (number + 0.5), min(slot * 0.35, 18)
        words = {"label": row.label if told else "", "text": row.text if told else "", "full": row.text}
        data.append(
            words | {"value": row.value, "x": x, "x1": x - half, "x2": x + half, "run": run, "y": foot + 14}
        )
        over.append((row.url, f"{row.label}：{row.text}", x - slot / 2, 0.0, x + slot / 2, foot + 26.0))
    return data, over


def _drawn(known: list[parts.Row], y: Layer, columns: bool) -> list[Layer]:
    if columns:
        encoding = {"x": parts.at("x1"), "x2": {"field": "x2"}, "y": y, "y2": {"datum": 0}}
        return [parts.mark("rect", known, encoding, color=ACCENT)]
    point = {"x": parts.at("x"), "y": y}
    line = point | {"detail": {"field": "run"}}
    return [
        parts.mark("line", known, line, color=ACCENT, strokeWidth=2.5),
        parts.mark("circle", known, point, color=ACCENT, size=44, opacity=1),
    ]


def shares(title: str, rows: Sequence[Several], names: Sequence[str], *, width: int = NARROW) -> Chart:
    """Bars of equal length divided by percent; the numbers stand beside the label where nothing is there to divide."""
    rows, step = rows[:MOST_ROWS], 52
    key, start = parts.legend(list(zip(names, COLOURS, strict=False)), 0, width)
    start += 6
    heads: list[parts.Row] = []
    bars: list[parts.Row] = []
    for number, row in enumerate(rows):
        y, total, before = start + step * number, sum(row.values), 0
        words = f"共 {total}" if total else NO_DATA
        spot = {"y1": y + 23, "y2": y + 44}
        label = parts.fit(row.label, width - 12 - parts.wide(words))
        heads.append(spot | {"label": label, "letters": _letters(row), "text": words, "y": y + 12})
        for place, value in enumerate(row.values if total else ()):
            x1, x2 = width * before / total, width * (before + value) / total
            percent = f"{parts.percent(value, total)}%"
            text = percent if x2 - x1 > parts.wide(percent, SMALL) + 4 else ""
            letters = INK if COLOURS[place] == GOLD else ON_ACCENT
            colours = {"colour": COLOURS[place], "letters": letters}
            bars.append(
                spot | colours | {"x": x1, "x2": x2, "middle": (x1 + x2) / 2, "y": y + 34, "text": text}
            )
            before += value
    inside = parts.texts(bars, "text", x=parts.at("middle"), align="center", fontSize=SMALL)
    inside["encoding"]["color"] = parts.OWN_LETTERS
    layers = [
        *key,
        parts.boxes(heads, x=parts.fixed(0), x2=parts.fixed(width), colour=SUNKEN),
        parts.boxes(bars, x=parts.at("x"), x2={"field": "x2"}, edge=ON_ACCENT),
        inside,
        parts.names(heads),
        parts.texts(heads, "text", x=parts.fixed(width), align="right", color=SOFT),
    ]
    read = [_read(row, names) for row in rows]
    over = [
        (row.url, read[n], 0.0, start + step * n, width, start + step * (n + 1) - 4)
        for n, row in enumerate(rows)
    ]
    return finish(title, read, layers, over, width, start + step * len(rows))


def _letters(row: Bar | Several) -> str:
    """The colour of a row's name: that of links where it is one."""
    return ACCENT if row.url else INK


def _top(*values: float | None) -> float:
    return max((value for value in values if value is not None), default=0) or 1


def _read(row: Several, names: Sequence[str]) -> str:
    numbers = "，".join(f"{name} {value}" for name, value in zip(names, row.values, strict=True))
    return f"{row.label}：{numbers}"
