"""Bank statements of the demo, as three banks print them; people, numbers and banks are invented."""

import csv
import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

from donors.models import CharityAccount

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement on the account: fen, negative where it goes out. `serial` is the bank's own number of it."""

    day: date
    fen: int
    name: str
    memo: str
    serial: str

    @property
    def size(self) -> int:
        """Fen, whichever way they go."""
        return abs(self.fen)


@dataclass(frozen=True, slots=True)
class Layout:
    """How one bank prints a statement."""

    label: str
    suffix: str
    rows: Callable[[CharityAccount, Sequence[Movement], int], Rows]
    encoding: str = "utf-8-sig"


def statement_file(
    layout: Layout, account: CharityAccount, movements: Sequence[Movement], opening: int
) -> bytes:
    """The file of these movements, after a balance of `opening` fen."""
    rows = layout.rows(account, movements, opening)
    if layout.suffix == "csv":
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        return out.getvalue().encode(layout.encoding)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("交易明细")
            sheet.set_column(0, 12, 20)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        return path.read_bytes()


def _two_columns(account: CharityAccount, movements: Sequence[Movement], opening: int) -> Rows:
    rows = [
        ["账户交易明细清单（演示）"],
        [f"账号：{account.number}", f"户名：{account.charity}", "币种：人民币"],
        ["凭证号", "交易时间", "对方单位", "借方发生额", "贷方发生额", "余额", "用途", "摘要", "附言"],
    ]
    for row, balance in _balances(movements, opening):
        out, into = (_yuan(-row.fen), "") if row.fen < 0 else ("", _yuan(row.fen))
        rows.append(
            [row.serial, f"{row.day} 09:12:33", row.name, out, into, _yuan(balance), "", "转账", row.memo]
        )
    return rows


def _signed(account: CharityAccount, movements: Sequence[Movement], opening: int) -> Rows:
    rows = [
        ["查询账号", account.number],
        ["交易日期", "交易金额", "交易后余额", "对方户名", "交易流水号", "交易附言"],
    ]
    for row, balance in _balances(movements, opening):
        rows.append([f"{row.day:%Y%m%d}", _yuan(row.fen), _yuan(balance), row.name, row.serial, row.memo])
    return rows


def _marked(account: CharityAccount, movements: Sequence[Movement], opening: int) -> Rows:
    rows = [
        ["对公账户流水（演示）", f"账号：{account.number}"],
        ["流水号", "交易日期", "交易金额", "借贷标志", "账户余额", "对方户名", "摘要"],
    ]
    for row, balance in _balances(movements, opening):
        mark = "借" if row.fen < 0 else "贷"
        day = f"{row.day.year}年{row.day.month}月{row.day.day}日"
        rows.append([row.serial, day, _yuan(abs(row.fen)), mark, _yuan(balance), row.name, row.memo])
    return rows


LAYOUTS = {
    "two-columns": Layout("收入、支出分两列的 XLSX", "xlsx", _two_columns),
    "signed": Layout("支出带负号的 CSV（GBK 编码）", "csv", _signed, "gb18030"),
    "marked": Layout("写“借”“贷”的 CSV", "csv", _marked),
}


def _balances(movements: Sequence[Movement], opening: int) -> list[tuple[Movement, int]]:
    found, balance = [], opening
    for row in movements:
        balance += row.fen
        found.append((row, balance))
    return found


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
