"""Certificates per CPU second: ours as PNG and PDF beside WeasyPrint and ReportLab in the same run.

WeasyPrint and ReportLab come from `requirements-bench.lock`; WeasyPrint also wants the system's Pango.
"""

import base64
import gc
import html
import logging
import time
from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial
from io import BytesIO
from typing import Any

import pylopdf_fonts_zh_cn
import segno

from donors.certificates import (
    CertificatePayload,
    derive_signing_key,
    key_id,
    pdf,
    png,
    public_key_text,
    sign,
)
from donors.certificates.layout import PAGE, QR_BOX, TextBox, layout
from donors.certificates.ornament import Stroke, strokes
from donors.certificates.paper import INKS, PAPER

ROUNDS, PER_ROUND = 5, 12
_KEY = derive_signing_key(b"bench " * 8)
_SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
_GIVEN = "暖阳晨曦明远思源文博雅静嘉禾若水清扬子墨春晖秋实海峰雪梅志诚"
_GOODS = (
    "轮椅一台",
    "过冬棉被两床和棉衣三件",
    "小学生课外读物三十六册",
    "大米二十五公斤、食用油五升",
    "羊羔两只和半年的饲料",
)

Maker = Callable[[CertificatePayload, str], bytes]


def main() -> None:
    """Print CPU milliseconds, size and the ratio to WeasyPrint of each way to make a certificate."""
    makers: dict[str, Maker] = {
        "fupin PNG": lambda payload, url: png(payload, url=url, signature=sign(payload, _KEY)),
        "fupin PDF": lambda payload, url: pdf(payload, url=url, signature=sign(payload, _KEY)),
    } | _others()
    seconds, sizes = _measure(makers)
    reference = seconds.get("WeasyPrint PDF")
    print(f"{'':28}{'CPU ms':>9}{'per CPU s':>11}{'kB':>7}{'x WeasyPrint':>14}")
    for name, spent in seconds.items():
        ratio = f"{reference / spent:.1f}" if reference else "-"
        print(f"{name:28}{1000 * spent:9.1f}{1 / spent:11.1f}{sizes[name] / 1000:7.0f}{ratio:>14}")
    print(
        "CPU time of the best of",
        ROUNDS,
        "rounds, all ways in turn within each round. Goals: 15 x, PNG < 200, PDF < 300.",
    )


def sample(number: int) -> tuple[CertificatePayload, str]:
    """Return an invented certificate and its check address, another one for every number."""
    donor = _SURNAMES[number % 28] + _GIVEN[number % 14 * 2 : number % 14 * 2 + 2]
    payload = CertificatePayload(
        number=f"FP-430426-2026-{number:06}",
        version=1,
        donor=donor,
        recipient=f"{_SURNAMES[number * 5 % 28]}**（湖南省衡阳市祁东县）",
        content=f"捐赠人民币 {50 + number * 7 % 900}.00 元，用于购买{_GOODS[number % 5]}，帮助一户人家渡过难关。",
        charity="祁东县慈善会",
        issued_on=date(2026, 1 + number % 12, 1 + number % 28),
        site="社会扶贫服务平台",
        county_name="湖南省衡阳市祁东县",
        key_id=key_id(public_key_text(_KEY)),
    )
    return payload, f"https://fupin.example/c/{number:022}"


def _measure(makers: dict[str, Maker]) -> tuple[dict[str, float], dict[str, int]]:
    best: dict[str, float] = {}
    sizes = {name: len(make(*sample(0))) for name, make in makers.items()}
    for step in range(ROUNDS):
        for name, make in makers.items():
            samples = [sample(1 + step * PER_ROUND + i) for i in range(PER_ROUND)]
            gc.collect()
            start = time.process_time()
            for payload, url in samples:
                make(payload, url)
            spent = (time.process_time() - start) / PER_ROUND
            best[name] = min(spent, best.get(name, spent))
    return best, sizes


def _others() -> dict[str, Maker]:
    makers: dict[str, Maker] = {}
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError) as error:
        print(
            f"WeasyPrint is left out: {error}. On Debian and Ubuntu it wants libpango-1.0-0 libpangoft2-1.0-0."
        )
    else:
        logging.getLogger("weasyprint").setLevel(logging.ERROR)
        logging.getLogger("weasyprint.progress").setLevel(logging.ERROR)
        config = FontConfiguration()
        face = f"@font-face {{ font-family: Song; src: url({pylopdf_fonts_zh_cn.serif_path().as_uri()}) }}"
        sheet = CSS(string=face + _CSS, font_config=config)
        makers["WeasyPrint PDF"] = partial(_by_weasyprint, HTML, [sheet], config)
    try:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas
    except ImportError as error:
        print(f"ReportLab is left out: {error}. `./run bench` installs it.")
    else:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        makers["ReportLab PDF, no font in it"] = partial(_by_reportlab, Canvas)
    return makers


_CSS = (
    f"@page {{ size: 297mm 210mm; margin: 0; background: rgb{PAPER} }}"
    "body { margin: 0; font-family: Song } div { position: absolute; white-space: pre }"
    "#ornament { position: absolute; left: 0; top: 0; width: 297mm }"
)


def _by_weasyprint(page_class: Callable[..., Any], sheets: list[Any], config: Any, *sample_: Any) -> bytes:
    payload, url = sample_
    unit = 297 / PAGE[0]
    parts = [
        f'<img id="ornament" src="{_ornament_uri()}">',
        f'<img src="{_qr_uri(url)}" style="{_qr_place(unit)}">',
    ]
    parts += [
        _div(box, line.text, line.x, line.y, unit) for box in layout(payload, url=url) for line in box.lines
    ]
    page = page_class(string=f"<html lang=zh-CN><body>{''.join(parts)}")
    return bytes(page.write_pdf(stylesheets=sheets, font_config=config))


@lru_cache(maxsize=1)
def _ornament_uri() -> str:
    """Return our ornament as SVG for WeasyPrint."""
    shapes = []
    for stroke in strokes():
        path = "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in stroke.points) + ("Z" if stroke.closed else "")
        fill, line = (stroke.ink, "none") if stroke.filled else ("none", stroke.ink)
        colours = [f"rgb{INKS[ink]}" if ink in INKS else ink for ink in (fill, line)]
        shapes.append(
            f'<path d="{path}" fill="{colours[0]}" stroke="{colours[1]}" '
            f'stroke-width="{stroke.width}" opacity="{stroke.tint}"/>'
        )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PAGE[0]} {PAGE[1]}">{"".join(shapes)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _div(box: TextBox, text: str, x: float, y: float, unit: float) -> str:
    style = f"left:{x * unit:.2f}mm;top:{(y - box.size) * unit:.2f}mm;font-size:{box.size * unit:.2f}mm"
    return f'<div style="{style};color:rgb{INKS[box.style.ink]}">{html.escape(text)}</div>'


def _qr_uri(url: str) -> str:
    out = BytesIO()
    segno.make_qr(url, error="m").save(out, kind="svg", border=4)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def _qr_place(unit: float) -> str:
    left, top, right, _ = QR_BOX
    return f"position:absolute;left:{left * unit:.1f}mm;top:{top * unit:.1f}mm;width:{(right - left) * unit:.1f}mm"


def _by_reportlab(canvas_class: Callable[..., Any], payload: CertificatePayload, url: str) -> bytes:
    out = BytesIO()
    unit = 841.89 / PAGE[0]
    canvas = canvas_class(out, pagesize=(841.89, 595.28))
    canvas.setFillColorRGB(*(value / 255 for value in PAPER))
    canvas.rect(0, 0, 841.89, 595.28, stroke=0, fill=1)
    for stroke in strokes():
        _reportlab_stroke(canvas, stroke, unit)
    for box in layout(payload, url=url):
        canvas.setFillColorRGB(*(value / 255 for value in INKS[box.style.ink]))
        canvas.setFont("STSong-Light", box.size * unit)
        for line in box.lines:
            canvas.drawString(line.x * unit, 595.28 - line.y * unit, line.text)
    _reportlab_qr(canvas, url, unit)
    canvas.save()
    return out.getvalue()


def _reportlab_stroke(canvas: Any, stroke: Stroke, unit: float) -> None:
    shade = [(p + (i - p) * stroke.tint) / 255 for p, i in zip(PAPER, INKS[stroke.ink], strict=True)]
    canvas.setStrokeColorRGB(*shade)
    canvas.setFillColorRGB(*shade)
    canvas.setLineWidth(stroke.width * unit)
    path = canvas.beginPath()
    path.moveTo(stroke.points[0][0] * unit, 595.28 - stroke.points[0][1] * unit)
    for x, y in stroke.points[1:]:
        path.lineTo(x * unit, 595.28 - y * unit)
    if stroke.closed:
        path.close()
    canvas.drawPath(path, stroke=not stroke.filled, fill=stroke.filled)


def _reportlab_qr(canvas: Any, url: str, unit: float) -> None:
    matrix = list(segno.make_qr(url, error="m").matrix_iter(border=4))
    module = (QR_BOX[2] - QR_BOX[0]) * unit / len(matrix)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                spot = (QR_BOX[0] * unit + x * module, 595.28 - QR_BOX[1] * unit - (y + 1) * module)
                canvas.rect(*spot, module, module, stroke=0, fill=1)


if __name__ == "__main__":
    main()
