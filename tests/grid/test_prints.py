"""Every printout with the most awkward data: pages promised, fonts inside, no sign missing, nothing over the edge."""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageChops

from fupin.lib import typeset
from grid.queries import sheets
from grid.queries.home_ledger import HOMES
from grid.services import papers
from grid.services.evidence import TEMPLATE as EVIDENCE
from grid.views.declare import TEMPLATE as DECLARE

NAME = "买买提艾力·阿卜杜热合曼·吐尔逊江·麦麦提依明阿吉·𠮷田"
PLACE = "新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县琼博拉镇某某街道社区居民委员会"
WORDS = "因病住院自付医药费三万二千六百元，合作医疗报销后仍有困难；屋顶漏雨，孩子在读高中。" * 4
PPI, EDGE_CM = 60, 0.6
ADDRESS = "https://example.org/grid/430426103201/"


def streams(pdf: bytes) -> Iterator[bytes]:
    """Everything in the file, unpacked."""
    yield pdf
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            yield zlib.decompressobj().decompress(found.group(1))
        except zlib.error:
            continue


def fonts_of(pdf: bytes) -> tuple[int, int]:
    """How many fonts a document describes, and how many of them it carries."""
    whole = b"\n".join(streams(pdf))
    described = len(re.findall(rb"/Type\s*/FontDescriptor", whole))
    return described, len(re.findall(rb"/FontFile[23]?\s+\d+ 0 R", whole))


def signs_of(pdf: bytes) -> set[str]:
    """Every sign that stands in the document, as its fonts map glyphs back to Unicode."""
    signs: set[str] = set()
    for text in streams(pdf):
        for block in re.findall(rb"beginbf(?:char|range)(.*?)endbf", text, re.DOTALL):
            for code in re.findall(rb"<([0-9A-Fa-f]+)>\s*$", block, re.MULTILINE):
                signs |= set(bytes.fromhex(code.decode()).decode("utf-16-be", "ignore"))
    return signs


def over_the_edge(page: bytes) -> bool:
    """Whether anything is printed in the outermost EDGE_CM, where no printer reaches."""
    image = Image.open(io.BytesIO(page)).convert("L")
    edge = round(EDGE_CM / 2.54 * PPI)
    inner = Image.new("L", (image.width - 2 * edge, image.height - 2 * edge), 255)
    image.paste(inner, (edge, edge))
    return ImageChops.invert(image).getbbox() is not None


def words_in(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for name, value in data.items():
            if name not in ("qr", "widths"):
                yield from words_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from words_in(value)
    elif not str(data).startswith("<svg"):
        yield str(data)


def officer(number: int = 0) -> dict[str, str]:
    return {
        "name": NAME,
        "post": f"{PLACE}第{number}网格网格长，创业致富带头人",
        "phone": "电话 0734-00000000-12345",
        "duty": WORDS[:120],
    }


def notice(people: int = 6) -> dict[str, Any]:
    return {
        "household": NAME,
        "place": PLACE,
        "grid": "沙井村第一百二十三村民小组老屋场塘边屋场联合网格",
        "levels": [
            {"title": title, "people": [officer(number) for number in range(people)]}
            for title in ("乡（镇）级", "村级", "村组网格")
        ],
        "qr": typeset.qr_svg(ADDRESS),
        "board": ADDRESS,
        "date": "2026-11-28",
    }


def portrait() -> str:
    file = io.BytesIO()
    Image.new("RGB", (90, 120), "#884422").save(file, "JPEG")
    return typeset.photo_svg(file.getvalue())


def board(grids: int, people: int) -> dict[str, Any]:
    return {
        "village": PLACE,
        "officers": [
            [level, NAME, "0734-00000000-12345", WORDS[:120]] for level in ("县级", "乡（镇）级", "村级")
        ],
        "grids": [
            {
                "title": f"沙井村第{number}村民小组老屋场塘边屋场联合网格（100 户）",
                "people": [
                    [portrait() if number % 2 else "", NAME, "网格长", "创业致富带头人", WORDS[:120]]
                    for _ in range(people)
                ],
                "note": f"范围：{'老屋场、塘边' * 15}　值班电话：0734-00000000",
            }
            for number in range(grids)
        ],
        "qr": typeset.qr_svg(ADDRESS),
        "board": ADDRESS,
        "date": "2026-11-28",
    }


def table(columns: Any, rows: int) -> dict[str, Any]:
    """A ledger whose every cell is as full as its column may become."""
    cells = [NAME if column.whole else WORDS[: column.width * 6] for column in columns]
    return papers.table_data(
        sheets.Table(
            "村组网格长月度排查表", f"{PLACE}    2026年11月", columns, [cells] * rows, foot="网格长：" + NAME
        )
    )


def month(rows: int) -> dict[str, Any]:
    """A grid of a hundred families with long names; each tenth has a story."""
    lines = [
        [
            str(number), NAME, "突发严重困难户，风险未消除", "2026-11-28", "入户", NAME,
            *["没有变化"] * 5, WORDS if number % 10 == 0 else "",
        ]
        for number in range(1, rows + 1)
    ]  # fmt: skip
    note = f"{PLACE} 第一网格    2026年11月    共 100 户，已走访 100 户，发现问题 10 件"
    return papers.table_data(
        sheets.Table("村组网格长月度排查表", note, sheets.MONTH, lines, foot=f"网格长：{NAME}")
    )


def evidence(steps: int) -> dict[str, Any]:
    return {
        "number": "1234567",
        "printed": "2026-11-28 10:00",
        "facts": [["户主", NAME], ["地区", PLACE], ["主要困难", WORDS], ["公示编号", "A" * 40]],
        "clocks": [["核实评议", "2 个自然日", "2026-09-28 至 2026-09-30", WORDS, WORDS]] * 6,
        "steps": [["2026-09-28 10:00", "核实评议", NAME, WORDS]] * steps,
        "meetings": [
            {"head": PLACE, "votes": "到会 30 人", "people": NAME * 6, "minutes": WORDS * 4, "recorder": NAME}
        ],
        "measures": [["危房改造", NAME, "2026-11-28", WORDS]] * 8,
        "notices": [{"kind": "核实评议公示", "days": "5 天", "content": [["地址", PLACE]], "down": WORDS}]
        * 3,
        "objections": [["A1B2-C3D4，2026-10-01 10:00", WORDS, "反映不属实", WORDS]] * 5,
        "files": [[WORDS, "0" * 64, ""]] * 3,
    }


def declare() -> dict[str, Any]:
    return {"village": PLACE, "qr": typeset.qr_svg(ADDRESS), "days": "5"}


PRINTOUTS: dict[str, tuple[str, dict[str, Any], range]] = {
    "a household's notice": (papers.NOTICE, {"pages": [notice()]}, range(1, 2)),
    "a village's notices": (papers.NOTICE, {"pages": [notice(2)] * 12}, range(12, 13)),
    "a small board": (papers.POSTER, board(1, 1), range(1, 2)),
    "a board of 12 grids": (papers.POSTER, board(12, 4), range(4, 12)),
    "the month of 100 households": (papers.TABLE, month(100), range(5, 16)),
    "a month of nothing but words": (papers.TABLE, table(sheets.MONTH, 12), range(3, 12)),
    "an empty month": (papers.TABLE, table(sheets.MONTH, 0), range(1, 2)),
    "the ledger of visits": (papers.TABLE, table(sheets.LEDGER, 30), range(3, 40)),
    "the register of households": (papers.TABLE, table(HOMES, 30), range(3, 40)),
    "the ledger of problems": (papers.TABLE, table(sheets.PROBLEMS, 30), range(3, 40)),
    "the pack of a case": (EVIDENCE, evidence(20), range(4, 20)),
    "the poster to declare": (DECLARE, declare(), range(1, 2)),
}


@pytest.mark.parametrize("name", PRINTOUTS)
def test_a_printout_keeps_its_pages_its_fonts_and_every_sign(name: str) -> None:
    template, data, pages = PRINTOUTS[name]
    pdf = typeset.pdf(template, data)
    described, carried = fonts_of(pdf)
    assert described == carried > 0
    wanted = {sign for words in words_in(data) for sign in words if not sign.isspace()}
    assert not wanted - signs_of(pdf)
    shown = typeset.png_pages(template, data, ppi=PPI)
    assert len(shown) in pages
    assert not [number for number, page in enumerate(shown, start=1) if over_the_edge(page)]


def test_what_runs_over_the_edge_and_what_is_missing_is_seen() -> None:
    """The checks above can fail: a page printed to its edge, and a sign that does not stand in it."""
    image = Image.new("L", (round(21 / 2.54 * PPI), round(29.7 / 2.54 * PPI)), 255)
    image.putpixel((3, 400), 0)
    page = io.BytesIO()
    image.save(page, "PNG")
    assert over_the_edge(page.getvalue())
    signs = signs_of(typeset.pdf(DECLARE, declare()))
    assert "𠮷" not in signs
    assert "村" in signs
