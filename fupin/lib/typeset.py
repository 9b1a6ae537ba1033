"""Documents of several pages as PDF, set by Typst from templates of this project, with fonts of this project."""

import base64
import io
import json
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
import segno
import typst
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
_FONTS = [Path(package.serif_path()).parent for package in (pylopdf_fonts_zh_cn, pylopdf_fonts_jp)]
# A compiler keeps its fonts and parsed templates, and may serve one thread at a time.
_ONE_AT_A_TIME = threading.Lock()


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The document that `template` (a `.typ` file, as a path from the project's root) makes of `data`.

    The template reads `data` as JSON, so nothing that somebody typed is ever markup. A line
    `#import "/fupin/lib/print/base.typ": *` gives it the page, the fonts and the tables that all printouts share.
    """
    return cast(bytes, _compile(template, data, format="pdf"))


def png_pages(template: str, data: Mapping[str, Any], *, ppi: int = 144) -> list[bytes]:
    """The same document as one picture a page."""
    pages = _compile(template, data, format="png", ppi=float(ppi))
    return pages if isinstance(pages, list) else [cast(bytes, pages)]


def qr_svg(address: str) -> str:
    """A QR code of `address` for a template: `#image(bytes(data.qr), width: 2.5cm)`."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4, xmldecl=False)
    return drawn.getvalue().decode()


def photo_svg(jpeg: bytes) -> str:
    """A JPEG for a template, as an SVG around it: templates read text alone. "" without one."""
    if not jpeg:
        return ""
    width, height = Image.open(io.BytesIO(jpeg)).size
    data = base64.b64encode(jpeg).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}"><image width="{width}" height="{height}" '
        f'xlink:href="data:image/jpeg;base64,{data}"/></svg>'
    )


def _compile(template: str, data: Mapping[str, Any], **options: Any) -> bytes | list[bytes] | None:
    with _ONE_AT_A_TIME:
        return _compiler().compile(
            ROOT / template, sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, **options
        )


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=ROOT, font_paths=_FONTS, ignore_system_fonts=True)
