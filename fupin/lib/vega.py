"""Vega-Lite specifications drawn on the server: SVG that may stand in a page, SVG and PNG for paper.

The pages' content security policy allows no inline style and no script, so a chart for a page is built anew from
whitelisted elements and presentation attributes. Letters come from the fonts of this project.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pylopdf_fonts_zh_cn
import vl_convert
from django.utils.safestring import SafeString, mark_safe

FONT = "Noto Sans SC"
LINK = "https://link.invalid/{}"
"""What a specification writes as `href` for its n-th link; the drawing library would bend a relative one."""
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_PREFIX = LINK.format("")
_ELEMENTS = frozenset({"g", "path", "line", "rect", "circle", "text", "tspan", "a"})
_ATTRIBUTES = frozenset(
    {
        *("x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "cx", "cy", "r", "d", "width", "height", "transform"),
        *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity"),
        *("text-anchor", "font-size", "font-weight"),
    }
)


def key(spec: Any) -> str:
    """The specification as text, the same for equal ones: what the functions below take."""
    return json.dumps(spec, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=256)
def svg(spec: str) -> str:
    """The chart for paper: a whole SVG file that names its font. Nothing is fetched from anywhere."""
    _fonts()
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def png(spec: str, *, scale: float = 2.5) -> bytes:
    """The chart as a picture of `scale` pixels for each of its units."""
    return vl_convert.svg_to_png(svg(spec), scale=scale)


@lru_cache(maxsize=256)
def inline(spec: str, title: str, summary: str, links: Sequence[tuple[str, str]] = ()) -> SafeString:
    """The chart for a page: no ids, classes or styles, as wide as its box, in the page's own font.

    `title` and `summary` are what a screen reader hears; `links` are address and name of the chart's links in the
    order of their `LINK` numbers. Raises ValueError for an address that leaves this site.
    """
    for url, _ in links:
        if not url.startswith(("/", "?", "#")) or url.startswith(("//", "/\\")):
            raise ValueError(f"a chart links inside this site only, not to {url!r}")
    drawn = ElementTree.fromstring(svg(spec))  # noqa: S314 - what the drawing library wrote a moment ago
    size = {name: drawn.get(name, "") for name in ("width", "height", "viewBox")}
    role = {"role": "group" if links else "img", "aria-label": title}
    page = ElementTree.Element("svg", {"xmlns": _SVG[1:-1], "class": "chart__svg", **size, **role})
    ElementTree.SubElement(page, "desc").text = summary
    page.extend(_children(drawn, links))
    return mark_safe(ElementTree.tostring(page, encoding="unicode"))  # noqa: S308 - every text in it is escaped


def _children(parent: ElementTree.Element, links: Sequence[tuple[str, str]]) -> Iterator[ElementTree.Element]:
    for child in parent:
        clean = _clean(child, links)
        if clean is not None:
            yield clean


def _clean(drawn: ElementTree.Element, links: Sequence[tuple[str, str]]) -> ElementTree.Element | None:
    """The element with what a page may hold; None for what draws nothing."""
    tag = drawn.tag.removeprefix(_SVG)
    if tag not in _ELEMENTS or drawn.get("display") == "none":
        return None
    kept = {name: value for name, value in drawn.attrib.items() if name in _ATTRIBUTES}
    clean = ElementTree.Element(tag, kept)
    if tag == "text" and links:
        clean.set("aria-hidden", "true")
    if tag == "a":
        _link(clean, drawn, links)
    clean.text = drawn.text
    clean.extend(_children(drawn, links))
    empty = tag == "g" and len(clean) == 0
    return None if empty or (tag == "path" and not kept.keys() & {"fill", "stroke"}) else clean


def _link(clean: ElementTree.Element, drawn: ElementTree.Element, links: Sequence[tuple[str, str]]) -> None:
    url, name = links[int(drawn.get(_HREF, "").removeprefix(_PREFIX))]
    clean.set("href", url)
    clean.set("aria-label", name)
    ElementTree.SubElement(clean, "title").text = name


@cache
def _fonts() -> None:
    vl_convert.register_font_directory(str(Path(pylopdf_fonts_zh_cn.sans_path()).parent))
