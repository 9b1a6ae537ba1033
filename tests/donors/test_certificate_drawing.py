"""The certificate as PNG and PDF: nothing cut, nothing forgotten, the QR code readable."""

import re
import shutil
import subprocess
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from itertools import combinations

import pytest
import zxingcpp
from PIL import Image, ImageChops

from donors.certificates import pdf, png, read_statement, sign, verify
from donors.certificates.faces import ASCENT, DESCENT, clean, draw_glyph, width
from donors.certificates.layout import NOTICE, PAGE, QR_BOX, QR_CAPTION, TITLE, layout
from donors.certificates.qr import QUIET_ZONE, qr_image, qr_matrix
from tests.donors.test_certificate_signing import KEY, PAYLOAD, PUBLIC

URL = "https://fupin.example/c/Q7x2mVbN4kLr8TzWc1YhPg"
RARE = replace(
    PAYLOAD,
    version=12,
    donor="阿卜杜热合曼·买买提吐尔逊·依布拉音江·𠮷木萨尔·㛃䶮𪚥",
    recipient="古丽米热·阿***（新疆维吾尔自治区巴音郭楞蒙古自治州和静县巴音布鲁克镇）",
    charity="重庆市石柱土家族自治县慈善总会“一县一品”社会扶贫专项基金管理委员会办公室",
    content=("大米 25 公斤装 2 袋、食用油 5 升装 4 桶、棉被 3 床、学生书包 2 个、课外读物 36 册；" * 9)[:300],
    county_name="重庆市石柱土家族自治县",
)
PLAIN_TEXT = "自愿帮扶孤寡老人购置过冬棉衣取暖煤炭与常用药品并资助其孙女完成小学学业" * 9
CASES = {
    "plain": PAYLOAD,
    "without charity": replace(PAYLOAD, charity=""),
    "rare": RARE,
    "300 without marks": replace(RARE, content=PLAIN_TEXT[:300]),
    "30 wide letters": replace(
        PAYLOAD, donor="W" * 30, recipient="W" * 60, content="W" * 300, county_name="W" * 30
    ),
    "too long": replace(RARE, donor="名" * 300, content=PLAIN_TEXT * 9, charity="会" * 200, site="台" * 90),
}


@pytest.fixture(params=CASES, scope="module")
def payload(request):
    return CASES[request.param]


def apart(one, other) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_texts_stay_inside_their_boxes(payload):
    for text in layout(payload, url=URL):
        left, top, right, bottom = text.box
        for line in text.lines:
            assert left <= line.x, text.name
            assert line.x + width(line.text, text.size, text.style.family) <= right + 1, text.name
            assert top - 1 <= line.y - ASCENT * text.size, text.name
            assert line.y + DESCENT * text.size <= bottom + 1, text.name


def test_ink_of_every_glyph_stays_inside_the_line(payload):
    for text in layout(payload, url=URL):
        for char in {char for line in text.lines for char in line.text}:
            drawn = draw_glyph(char, text.size, text.style.family, text.style.weight)
            assert -drawn.top <= ASCENT * text.size + text.style.weight + 1, char
            assert drawn.top + drawn.mask.height <= DESCENT * text.size + text.style.weight + 1, char


def test_boxes_do_not_overlap_and_stay_on_the_page(payload):
    boxes = [text.box for text in layout(payload, url=URL)] + [QR_BOX]
    assert all(apart(one, other) for one, other in combinations(boxes, 2))
    assert all(
        box[0] >= 100 and box[1] >= 100 and box[2] <= PAGE[0] - 100 and box[3] <= PAGE[1] - 100
        for box in boxes
    )


def test_fields_and_fixed_sentences_stand_in_full(payload):
    texts = {text.name: text.text.strip() for text in layout(payload, url=URL)}
    assert texts["notice"] == NOTICE == "本证书为荣誉证书，不是公益事业捐赠票据。"
    assert texts["qr_caption"] == QR_CAPTION
    assert texts["title"] == TITLE
    assert texts["host"].endswith("fupin.example")
    assert payload.number in texts["number"]
    assert texts["date"] == "2026 年 11 月 22 日"
    if payload is not CASES["too long"]:
        for name in ("donor", "recipient", "content"):
            assert texts[name].replace(" ", "") == clean(getattr(payload, name)).replace(" ", "")


def test_anonymous_donor_is_shown_as_such_and_charity_row_only_when_there_is_one():
    with_charity = {text.name: text.text for text in layout(CASES["plain"], url=URL)}
    without = {text.name: text.text for text in layout(CASES["without charity"], url=URL)}
    assert with_charity["salutation"] == "爱心人士（匿名）："
    assert with_charity["donor"] == "爱心人士（匿名）"
    assert with_charity["charity"] == "祁东县慈善会"
    assert "charity" not in without
    assert "label_charity" not in without


def test_lines_do_not_begin_with_closing_marks():
    for text in layout(RARE, url=URL):
        assert all(line.text[0] not in "，。；、：）”·" for line in text.lines)


def test_overlong_text_ends_in_dots():
    texts = {text.name: text.text for text in layout(CASES["too long"], url=URL)}
    assert texts["content"].endswith("……")
    assert texts["salutation"].endswith("……")


def test_unseen_characters_are_dropped_and_minority_names_kept():
    assert clean("林\u202e暖\u200b阳\n\t您\ufe0f好\x00") == "林暖阳 您好"
    assert clean("阿依古丽·买买提") == "阿依古丽·买买提"


def test_rare_characters_have_glyphs_and_unknown_ones_show_their_code_point():
    assert draw_glyph("𠮷", 40, "serif", 0).mask.tobytes() != draw_glyph("吉", 40, "serif", 0).mask.tobytes()
    unknown = [draw_glyph(char, 40, "serif", 0).mask for char in "𪚥𪚤"]
    assert all(mask.size == (40, 37) for mask in unknown)
    assert ImageChops.difference(*unknown).getbbox()


def test_png_is_small_and_its_qr_code_opens_the_check_page(payload):
    data = png(payload, url=URL)
    image = Image.open(BytesIO(data))
    assert len(data) < 200_000
    assert (image.size, image.mode) == (PAGE, "P")
    assert [code.text for code in zxingcpp.read_barcodes(image.convert("L"))] == [URL]
    at_phone_size = image.convert("L").resize((800, 565), Image.Resampling.LANCZOS)
    assert [code.text for code in zxingcpp.read_barcodes(at_phone_size)] == [URL]


def test_pdf_is_small_a4_landscape_and_its_words_are_text(payload):
    data = pdf(payload, url=URL)
    assert len(data) < 300_000
    width_pt, height_pt = (
        float(value) for value in re.search(rb"MediaBox \[0 0 (\S+) (\S+)\]", data).groups()
    )
    assert (round(width_pt), round(height_pt)) == (842, 595)
    streams = [zlib.decompress(part) for part in re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL)]
    maps = b"".join(part for part in streams if b"beginbfchar" in part).decode()
    assert all(f"<{char.encode('utf-16-be').hex()}>" in maps for char in NOTICE + "帮扶对象")


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler-utils is not installed")
def test_printed_pdf_shows_the_qr_code_and_the_words(payload, tmp_path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(pdf(payload, url=URL))
    drawn = subprocess.run(["pdftoppm", "-r", "150", "-png", file], capture_output=True, check=True)
    assert not drawn.stderr
    image = Image.open(BytesIO(drawn.stdout)).convert("L")
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [URL]
    words = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, check=True
    ).stdout.decode()
    assert NOTICE in words
    assert payload.number in words


@pytest.mark.parametrize("make", [png, pdf])
def test_signed_statement_travels_in_the_file(make):
    statement = read_statement(make(RARE, url=URL, signature=sign(RARE, KEY)))
    assert statement.payload == RARE
    assert verify(statement.payload, statement.signature, PUBLIC)
    with pytest.raises(ValueError, match="carries no"):
        read_statement(make(RARE, url=URL))


@pytest.mark.parametrize("make", [png, pdf])
def test_threads_draw_the_same_bytes(make):
    with ThreadPoolExecutor(8) as pool:
        drawn = set(pool.map(lambda _: make(RARE, url=URL), range(16)))
    assert drawn == {make(RARE, url=URL)}


def test_title_can_be_another():
    texts = {text.name: text.text for text in layout(PAYLOAD, url=URL, title="二〇二六年度爱心帮扶证书")}
    assert texts["title"] == "二〇二六年度爱心帮扶证书"
    assert png(PAYLOAD, url=URL, title="年度爱心证书") != png(PAYLOAD, url=URL)


def test_qr_code_keeps_its_quiet_zone_and_needs_room():
    matrix = qr_matrix(URL)
    assert not any(any(row) for row in (*matrix[:QUIET_ZONE], *matrix[-QUIET_ZONE:]))
    assert not any(any(row[:QUIET_ZONE]) or any(row[-QUIET_ZONE:]) for row in matrix)
    with pytest.raises(ValueError, match="larger side"):
        qr_image(URL, 60)
