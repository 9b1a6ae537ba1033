"""Statements as five banks print them, and as a whole file of one layout; numbers and people are invented."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

ACCOUNT = "6200000000123456"
ICBC = [
    ["中国某银行账户交易明细清单（演示）"],
    ["账号：6200 0000 0012 3456", "户名：祁东县慈善会（演示）", "币种：人民币"],
    ["凭证号", "交易时间", "对方单位", "借方发生额", "贷方发生额", "余额", "用途", "摘要", "附言"],
    ["10001", "2026-11-01 09:12:33", "李爱心", "", "200.00", "1,200.00", "", "跨行汇款", "FPAAAA2222"],
    ["10002", "2026-11-02 10:00:00", "某超市", "300.00", "", "900.00", "办公", "", ""],
    ["10003", "2026-11-03 08:00:01", "王测试", "0.00", "1,050.50", "1,950.50", "", "", "捐款"],
    ["合计", "", "", "300.00", "1,250.50", "", "", "", ""],
    ["打印日期：2026-11-20", "以下空白"],
]
ABC = [
    ["账户明细", "", ""],
    ["账号", ACCOUNT, "收入笔数", "2", "支出笔数", "1"],
    ["交易时间", "收入金额", "支出金额", "本次余额", "对方账号", "对方户名", "交易摘要", "交易附言"],
    ["20261103 080001", "1050.5", "", "1950.5", "6200****0003", "王测试", "转存", "捐款"],
    ["20261102 100000", "", "300", "900", "6200****0002", "某超市", "转支", "办公"],
    ["20261101 091233", "200", "", "1200", "6200****0001", "李爱心", "转存", "fp aaaa 2222"],
]
CCB = [
    [
        "本方账号",
        "交易时间",
        "借方发生额/元（支取）",
        "贷方发生额/元（收入）",
        "余额",
        "币种",
        "对方户名",
        "记账日期",
        "摘要",
        "备注",
        "账户明细编号-交易流水号",
    ],
    [
        "6200********3456",
        "20261101 09:12:33",
        "0.00",
        "200.00",
        "1200.00",
        "人民币元",
        "李爱心",
        "20261101",
        "FPAAAA2222",
        "",
        "1-88",
    ],
    [
        "6200********3456",
        "20261102 10:00:00",
        "300.00",
        "0.00",
        "900.00",
        "人民币元",
        "某超市",
        "20261102",
        "办公",
        "",
        "2-89",
    ],
    [
        "6200********3456",
        "20261103 08:00:01",
        "0.00",
        "1050.50",
        "1950.50",
        "人民币元",
        "王测试",
        "20261103",
        "捐款",
        "",
        "3-90",
    ],
]
BOC = [
    ["查询账号[ Inquirer account number ]", ACCOUNT],
    [
        "交易类型[ Transaction Type ]",
        "付款人名称[ Payer's Name ]",
        "收款人名称[ Payee's Name ]",
        "交易日期[ Transaction Date ]",
        "交易金额[ Trade Amount ]",
        "交易后余额[ After-transaction balance ]",
        "交易流水号[ Transaction reference number ]",
        "用途[ Purpose ]",
        "交易附言[ Remark ]",
    ],
    [
        "来账",
        "李爱心",
        "祁东县慈善会（演示）",
        "20261101",
        "200.00",
        "1,200.00",
        "B001",
        "",
        "ＦＰＡＡＡＡ２２２２",
    ],
    ["往账", "祁东县慈善会（演示）", "某超市", "20261102", "-300.00", "900.00", "B002", "办公", ""],
    ["来账", "王测试", "祁东县慈善会（演示）", "20261103", "1,050.50", "1,950.50", "B003", "捐款", ""],
]
RURAL = [
    ["农村商业银行对公账户流水"],
    ["序号", "交易日期", "交易金额", "借贷标志", "账户余额", "对方户名", "摘要"],
    ["1", "2026年11月1日", "￥200.00", "贷", "1,200.00", "李爱心", "转账 FP-AAAA-2222"],
    ["2", "2026年11月2日", "￥300.00", "借", "900.00", "某超市", "办公"],
    ["3", "2026年11月3日", "￥1,050.50", "贷", "1,950.50", "王测试", "捐款"],
    ["期末余额：1,950.50", "总笔数：3"],
]
LAYOUTS = {"icbc": ICBC, "abc": ABC, "ccb": CCB, "boc": BOC, "rural": RURAL}
Rows = Sequence[Sequence[str]]


def as_csv(rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    """The rows as a bank's CSV."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Rows, folder: Path) -> bytes:
    """The rows as a bank's XLSX, all text."""
    path = folder / "statement.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


def credits(
    number: str, *lines: tuple[str, str, str], day: str = "2026-11-20", opening: int = 1000
) -> list[list[str]]:
    """A plain statement of this account: (memo, yuan, sender) for every line, with a running balance."""
    rows = [["账号", number], ["交易日期", "贷方金额", "借方金额", "余额", "对方户名", "附言", "流水号"]]
    balance = opening * 100
    for serial, (memo, yuan, sender) in enumerate(lines, start=1):
        fen = round(float(yuan) * 100)
        balance += fen
        into, out = (yuan, "") if fen > 0 else ("", yuan.lstrip("-"))
        rows.append([day, into, out, f"{balance / 100:.2f}", sender, memo, f"S{day}-{opening}-{serial}"])
    return rows
