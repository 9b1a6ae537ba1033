"""Statements of several banks become the same lines; what is not whole is refused with what is missing."""

import copy
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donors.models.pledge import ALPHABET
from donors.statements import reading, references
from fupin.lib.errors import InvalidInput
from fupin.lib.sheet_reading import read_rows, to_rows
from tests.donors import bank_files

LINES = [
    (date(2026, 11, 1), 200_00, 1200_00, "李爱心"),
    (date(2026, 11, 2), -300_00, 900_00, "某超市"),
    (date(2026, 11, 3), 1050_50, 1950_50, "王测试"),
]


def parsed(rows: bank_files.Rows) -> reading.Parsed:
    return reading.parse(rows)


def refusal(rows: bank_files.Rows) -> str:
    with pytest.raises(InvalidInput) as error:
        reading.parse(rows)
    return error.value.fields["file"][0]


@pytest.mark.parametrize("name", bank_files.LAYOUTS)
def test_every_layout_gives_the_same_lines(name: str) -> None:
    found = parsed(bank_files.LAYOUTS[name])
    assert [(line.day, line.signed, line.balance, line.name) for line in found.lines] == LINES
    assert (found.opening, found.closing) == (1000_00, 1950_50)
    assert references.readings(found.lines[0].memo) == ["FPAAAA2222"]
    assert found.account == "" if name == "rural" else reading.fits(found.account, bank_files.ACCOUNT)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("name", bank_files.LAYOUTS)
def test_csv_is_read_in_the_encodings_banks_use(name: str, encoding: str, tmp_path: Path) -> None:
    to_rows(io.BytesIO(bank_files.as_csv(bank_files.LAYOUTS[name], encoding)), tmp_path / "rows.csv")
    assert len(parsed(list(read_rows(tmp_path / "rows.csv"))).lines) == 3


@pytest.mark.parametrize("name", bank_files.LAYOUTS)
def test_xlsx_is_read(name: str, tmp_path: Path) -> None:
    data = bank_files.as_xlsx(bank_files.LAYOUTS[name], tmp_path)
    to_rows(io.BytesIO(data), tmp_path / "rows.csv")
    assert len(parsed(list(read_rows(tmp_path / "rows.csv"))).lines) == 3


CMB = (
    "交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,流水号,收(付)方名称\n"
    "20261101,091233,20261101,汇入,,200.00,1200.00,FPAAAA2222,K1,李爱心\n"
    "20261102,100000,20261102,代付,300.00,,900.00,办公,K2,某超市\n"
    "20261103,080001,20261103,汇入,,1050.50,1950.50,捐款,K3,王测试\n"
)
TWO_LINES = (
    "日期,摘要,发生额,,余额,对方户名\n,,借方,贷方,,\n2026-11-01,FPAAAA2222,,200.00,1200.00,李爱心\n"
    "2026-11-02,办公,300.00,,900.00,某超市\n2026-11-03,捐款,,1050.50,1950.50,王测试\n"
)
AS_TEXT = (
    '交易日期,贷方金额,借方金额,余额,对方户名,附言\n="20261101",="200.00",,="1200.00",="李爱心",="FPAAAA2222"\n'
    "'20261102,,'300.00,'900.00,'某超市,\n20261103,1050.5,,1950.5000000000002,王测试,捐款\n"
)
ONE_WAY = (
    "交易日期,交易类型,付款人名称,收款人名称,交易金额,交易后余额,用途\n"
    "20261101,来账,李爱心,慈善会,200.00,1200.00,FPAAAA2222\n20261102,往账,慈善会,某超市,300.00,900.00,办公\n"
    "20261103,来账,王测试,慈善会,1050.50,1950.50,捐款\n"
)
BRACKETS = (
    "交易日期,交易金额,余额,对方户名,附言\n2026-11-01T09:12:33,200.00,1200.00,李爱心,FPAAAA2222\n"
    "2026-11-02,(300.00),900.00,某超市,\n2026-11-03,+1050.50,1950.50,王测试,捐款\n"
)
UNDER_A_TITLE = "银行流水，2026 年 11 月\n\n" + BRACKETS


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CMB, "gb18030"),
        (TWO_LINES, "gb18030"),
        (AS_TEXT, "utf-8"),
        (ONE_WAY, "gb18030"),
        (BRACKETS, "utf-8"),
        (BRACKETS.replace(",", "\t"), "utf-16"),
        (UNDER_A_TITLE.replace(",", "\t"), "gb18030"),
        (UNDER_A_TITLE.replace(",", "|"), "utf-8"),
        (UNDER_A_TITLE.replace(",", ";"), "gb18030"),
    ],
)
def test_odd_files_of_real_banks_give_the_same_lines(text: str, encoding: str, tmp_path: Path) -> None:
    to_rows(io.BytesIO(text.encode(encoding)), tmp_path / "rows.csv")
    found = parsed(list(read_rows(tmp_path / "rows.csv")))
    assert [(line.day, line.signed, line.balance, line.name) for line in found.lines] == LINES
    assert references.readings(found.lines[0].memo) == ["FPAAAA2222"]


def test_a_web_page_named_as_a_sheet_is_refused_with_what_to_do(tmp_path: Path) -> None:
    page = "<html><table><tr><td>交易日期</td><td>金额</td></tr></table></html>"
    with pytest.raises(InvalidInput, match="另存为 XLSX"):
        to_rows(io.BytesIO(page.encode("gb18030")), tmp_path / "rows.csv")


@pytest.mark.parametrize("name", ["icbc", "abc", "rural"])
def test_a_line_that_is_missing_at_the_end_is_told_by_the_totals(name: str) -> None:
    rows = copy.deepcopy(bank_files.LAYOUTS[name])
    rows.remove(next(row for row in rows if "王测试" in row))
    assert "不完整" in refusal(rows)


@pytest.mark.parametrize("name", bank_files.LAYOUTS)
def test_a_line_that_is_missing_in_the_middle_is_told_by_the_balance(name: str) -> None:
    rows = copy.deepcopy(bank_files.LAYOUTS[name])
    rows.remove(next(row for row in rows if "某超市" in row))
    assert "300" in refusal(rows) or "不完整" in refusal(rows)


def test_a_balance_that_does_not_follow_names_the_line_and_the_sum() -> None:
    rows = copy.deepcopy(bank_files.CCB)
    del rows[2]
    assert refusal(rows) == (
        "余额接不上：第 3 行附近少了合计 300 元的流水。这份文件不完整，请从网银重新下载。"
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["4", "去年", "1.00", "贷", "1951.50", "某", ""], "看不懂日期"),
        (["4", "2026-11-04", "一百", "贷", "1951.50", "某", ""], "看不懂金额"),
        (["4", "2026-11-04", "1.00", "？", "1951.50", "某", ""], "看不懂借贷标志"),
        (["4", "2026-02-30", "1.00", "贷", "1951.50", "某", ""], "看不懂日期"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(row: list[str], words: str) -> None:
    said = refusal([*bank_files.RURAL[:-1], row])
    assert said.startswith("第 6 行")
    assert words in said


@pytest.mark.parametrize(
    "rows", [[["名单"], ["姓名", "电话"], ["张测试", "无"]], [["交易日期", "金额"]], [[""]]]
)
def test_what_is_no_statement_is_refused(rows: list[list[str]]) -> None:
    assert refusal(rows)


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1,050.50", 105050), ("-300", -30000), ("￥20.1", 2010), ("", 0), ("-", 0), (".5", 50), ("+1.000", 100),
     ("1.005", None), ("(300.00)", -30000),
     ("0.30000000000000004", 30), ("1.0050000001", None), ("1e5", None), ("一百", None), ("9" * 12, None)],
)  # fmt: skip
def test_amounts_are_read_as_banks_print_them(text: str, fen: int | None) -> None:
    assert reading.fen_of(text) == fen


@given(st.text(alphabet=ALPHABET, min_size=8, max_size=8), st.data())
def test_a_reference_is_found_split_lower_or_misread(code: str, data: st.DataObject) -> None:
    reference = f"FP{code}"
    wanted = references.readings(reference)
    assert len(wanted) == 1
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "-", "　", "."]), min_size=10, max_size=10))
    misread = str.maketrans({"B": "8", "S": "5", "Z": "2", "G": "6"})
    typed = data.draw(st.sampled_from([reference, reference.lower(), reference.translate(misread)]))
    memo = "捐款 " + "".join(char + gap for char, gap in zip(typed, gaps, strict=True)) + " 谢谢"
    assert wanted[0] in references.readings(memo)


@pytest.mark.parametrize("memo", ["", "捐款", "FP", "FP1234567", "转账 200 元", "手机 19900001234"])
def test_a_memo_without_a_reference_gives_none(memo: str) -> None:
    assert references.readings(memo) == []
