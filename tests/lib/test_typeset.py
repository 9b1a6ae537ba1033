"""Printouts: what somebody typed is text, fonts are embedded, rare characters have a shape."""

from pathlib import Path

import pytest

from fupin.lib import typeset

SAMPLE = """#import "/fupin/lib/print/base.typ": *
#show: sheet
#title(data.title)
#ledger((1fr, 2fr), ("姓名", "说明"), data.rows)
#qr(data.qr)
"""


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A template inside a root of its own, which holds what it imports."""
    shared = typeset.ROOT / "fupin/lib/print/base.typ"
    (tmp_path / "fupin/lib/print").mkdir(parents=True)
    (tmp_path / "fupin/lib/print/base.typ").write_text(shared.read_text())
    (tmp_path / "sample.typ").write_text(SAMPLE)
    monkeypatch.setattr(typeset, "ROOT", tmp_path)
    typeset._compiler.cache_clear()
    yield "sample.typ"
    typeset._compiler.cache_clear()


def sample(rows: list[list[str]]) -> dict[str, object]:
    return {
        "title": "#set page(width: 1cm) 明白纸",
        "rows": rows,
        "qr": typeset.qr_svg("https://fupin.example/x"),
    }


def test_pdf_embeds_its_fonts(template):
    made = typeset.pdf(template, sample([["阿依古丽·买买提", '*x* _y_ $z$ #read("/etc/passwd")']]))
    assert made.startswith(b"%PDF-")
    assert b"/FontFile" in made
    assert b"NotoSerifSC" in made


def test_long_table_runs_over_pages(template):
    assert len(typeset.png_pages(template, sample([["某某", "说明"]] * 10), ppi=20)) == 1
    assert len(typeset.png_pages(template, sample([["某某", "说明"]] * 100), ppi=20)) > 2


def test_rare_character_is_drawn_like_no_other(template):
    one, other = (typeset.png_pages(template, sample([[sign, ""]]))[0] for sign in "𠮷吉")
    assert one != other
