"""A bank statement becomes lines: whatever the bank's columns, signs, dates, titles and footers are.

A file that contradicts itself (its own totals, its own running balance) is refused with what is missing, so that a
truncated download never passes for a whole one (THREATS M-26).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from donors.enums import Direction
from donors.statements.cells import cell_text, day_of, fen_of
from donors.statements.columns import INCOMING, OUTGOING, SUMS, columns_of, find_header, plain, total_key
from fupin.lib.money import yuan_display
from fupin.lib.sheet_reading import refused

MOST_LINES = 20_000
PROBLEMS_SHOWN = 5
_ACCOUNT = re.compile(r"[0-9*]{8,32}")
_PAIR = re.compile(r"([^:：\s]+)\s*[:：]\s*([^\s:：]+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One movement; amounts in fen and positive, `balance` after it where the bank prints one."""

    number: int
    day: date
    direction: Direction
    fen: int
    balance: int | None
    name: str
    memo: str
    serial: str

    @property
    def signed(self) -> int:
        return self.fen if self.direction == Direction.IN else -self.fen


@dataclass(slots=True)
class Parsed:
    """A whole file, oldest line first."""

    lines: list[Line]
    account: str = ""
    """The account's number as printed, perhaps with asterisks; "" where the file does not say."""
    totals: dict[str, int] = field(default_factory=dict)
    directed: bool = True
    """Whether columns say what came in and what went out; else only a minus does."""

    @property
    def opening(self) -> int | None:
        first = self.lines[0]
        return None if first.balance is None else first.balance - first.signed

    @property
    def closing(self) -> int | None:
        return self.lines[-1].balance


class Unreadable(Exception):
    """Something in one row that should be a date or an amount and is not; the words are for people."""


def parse(rows: Iterable[Sequence[str]]) -> Parsed:
    """The statement in these rows. Raises InvalidInput (`fields["file"]`) for what is none or is not whole."""
    table = [[cell_text(cell) for cell in row] for row in rows]
    found = find_header(table)
    if found is None:
        raise refused("没有找到流水的表头。第一张工作表里要有“交易日期”和“金额”（或借方、贷方）这些列。")
    above, header, data = found
    columns = columns_of(header)
    parsed, problems = Parsed([], directed=bool(columns.keys() & {"credit", "debit", "mark"})), []
    _read_facts(parsed, table[:above])
    for number, row in enumerate(table[data:], start=data + 1):
        try:
            line = _line(number, row, columns)
        except Unreadable as error:
            problems.append(f"第 {number} 行：{error}")
            continue
        if line:
            parsed.lines.append(line)
            parsed.account = parsed.account or _account(_cell(row, columns, "own"))
        else:
            _read_facts(parsed, [row])
            _read_sums(parsed, row, columns)
    if problems:
        raise refused("；".join(problems[:PROBLEMS_SHOWN]) + "。请从网银重新下载，不要改动内容。")
    if not parsed.lines:
        raise refused("这份流水里没有一笔交易。")
    if len(parsed.lines) > MOST_LINES:
        raise refused(f"一次最多导入 {MOST_LINES} 笔，请按月分开下载。")
    _put_in_order(parsed)
    _refuse_gaps(parsed)
    return parsed


def fits(printed: str, number: str) -> bool:
    """Whether the account number in the file, perhaps masked, can be this one."""
    known = re.sub(r"\D", "", number)
    if "*" not in printed:
        return printed == known
    head, tail = printed.split("*", 1)[0], printed.rsplit("*", 1)[1]
    return known.startswith(head) and known.endswith(tail)


def _line(number: int, row: Sequence[str], columns: Mapping[str, list[int]]) -> Line | None:
    """The movement in this row; None for titles, repeated headers, sums and empty rows."""
    day_text, day = _day(row, columns)
    first = next((cell for cell in row if cell), "")
    if not first or (day is None and (plain(first).startswith(SUMS) or plain(day_text).startswith(SUMS))):
        return None
    signed = _signed(row, columns, strict=day is not None)
    if day is None:
        if not signed:
            return None
        raise Unreadable(f"看不懂日期“{day_text[:20]}”")
    if not signed:
        return None  # a line of nothing: an opening balance, a change of rates
    incoming = signed > 0
    return Line(
        number=number,
        day=day,
        direction=Direction.IN if incoming else Direction.OUT,
        fen=abs(signed),
        balance=_balance(row, columns),
        name=_cell(row, columns, "name") or _cell(row, columns, "payer" if incoming else "payee"),
        memo=" ".join(dict.fromkeys(_cell(row, columns, "memo", part) for part in range(6))).strip(),
        serial=_cell(row, columns, "serial")[:60],
    )


def _day(row: Sequence[str], columns: Mapping[str, list[int]]) -> tuple[str, date | None]:
    """The first of the columns of days that holds one: some banks print the hour alone in a column of its own."""
    texts = [_cell(row, columns, "day", part) for part in range(len(columns.get("day", [])))]
    days = ((text, day_of(text)) for text in texts)
    return next(((text, day) for text, day in days if day), (texts[0], None))


def _signed(row: Sequence[str], columns: Mapping[str, list[int]], *, strict: bool) -> int:
    """What came in (positive) or went out (negative), in fen. A reversal in red turns the other way round."""

    def read(key: str) -> int:
        text = _cell(row, columns, key)
        fen = fen_of(text)
        if fen is None and strict:
            raise Unreadable(f"看不懂金额“{text[:20]}”")
        return fen or 0

    if "credit" in columns or "debit" in columns:
        return read("credit") - read("debit")
    amount = read("amount")
    mark = (_cell(row, columns, "mark") or _cell(row, columns, "sort")).upper()
    if mark in OUTGOING:
        return -abs(amount)
    if mark in INCOMING:
        return abs(amount)
    if strict and amount and "mark" in columns:
        raise Unreadable(f"看不懂借贷标志“{mark[:10]}”")
    return amount


def _balance(row: Sequence[str], columns: Mapping[str, list[int]]) -> int | None:
    text = _cell(row, columns, "balance")
    return fen_of(text) if text else None


def _cell(row: Sequence[str], columns: Mapping[str, list[int]], key: str, part: int = 0) -> str:
    numbers = columns.get(key, [])
    return row[numbers[part]] if part < len(numbers) and numbers[part] < len(row) else ""


def _account(text: str) -> str:
    match = _ACCOUNT.search(re.sub(r"[\s-]", "", text))
    return match[0] if match else ""


def _read_facts(parsed: Parsed, rows: Sequence[Sequence[str]]) -> None:
    """What titles and footers say of the account and the totals: "label: value", or label and value side by side."""
    for row in rows:
        filled = [cell for cell in row if cell]
        pairs = [pair for cell in filled for pair in _pairs(cell)]
        for label, value in [*pairs, *pairwise(filled)]:
            key = total_key(label.rstrip(":："))
            if key == "account":
                parsed.account = parsed.account or _account(value)
            elif key.endswith("_fen"):
                fen = fen_of(value)
                if fen is not None:
                    parsed.totals.setdefault(key, fen)
            elif key and value.rstrip("笔条").isdigit():
                parsed.totals.setdefault(key, int(value.rstrip("笔条")))


def _pairs(cell: str) -> list[tuple[str, str]]:
    """ "label: value", once or several times in one cell; a single value may have spaces."""
    if cell.count(":") == 1:
        label, value = cell.split(":")
        return [(label, value)]
    return [(match[1], match[2]) for match in _PAIR.finditer(cell)]


def _read_sums(parsed: Parsed, row: Sequence[str], columns: Mapping[str, list[int]]) -> None:
    """The closing line of sums under the columns of amounts."""
    first = plain(next((cell for cell in row if cell), ""))
    if not first.startswith(("合计", "总计")):
        return
    for key in ("credit", "debit"):
        fen = fen_of(_cell(row, columns, key)) if _cell(row, columns, key) else None
        if fen is not None:
            parsed.totals.setdefault(f"{key}_fen", fen)


def _put_in_order(parsed: Parsed) -> None:
    """Oldest first; within a day by the running balance, since some banks print the newest first."""
    lines = parsed.lines
    if lines[0].day > lines[-1].day or (
        lines[0].day == lines[-1].day and _breaks(lines) > _breaks(lines[::-1])
    ):
        lines.reverse()


def _breaks(lines: Sequence[Line]) -> int:
    return sum(1 for before, after in pairwise(lines) if not _follows(before, after))


def _follows(before: Line, after: Line) -> bool:
    return None in (before.balance, after.balance) or before.balance + after.signed == after.balance  # type: ignore[operator]


def _refuse_gaps(parsed: Parsed) -> None:
    """Hold the file against its own figures."""
    lines, totals = parsed.lines, parsed.totals
    for direction, word, key in ((Direction.IN, "收入", "credit"), (Direction.OUT, "支出", "debit")):
        mine = [line.fen for line in lines if line.direction == direction]
        _compare(f"{word}笔数", totals.get(f"{key}_count"), len(mine), "笔")
        _compare(f"{word}合计", totals.get(f"{key}_fen"), sum(mine), "元")
    _compare("总笔数", totals.get("count"), len(lines), "笔")
    moved = sum(line.signed for line in lines[1:])
    first, last = lines[0].balance, lines[-1].balance
    if first is not None and last is not None and first + moved != last:
        where = next(after.number for before, after in pairwise(lines) if not _follows(before, after))
        missing = yuan_display(abs(last - first - moved))
        raise refused(
            f"余额接不上：第 {where} 行附近少了合计 {missing} 元的流水。这份文件不完整，请从网银重新下载。"
        )
    _compare("期初余额", totals.get("opening_fen"), parsed.opening, "元")
    _compare("期末余额", totals.get("closing_fen"), parsed.closing, "元")


def _compare(what: str, printed: int | None, found: int | None, unit: str) -> None:
    if printed is None or found is None or abs(printed) == abs(found):
        return
    said, read = (yuan_display(abs(n)) if unit == "元" else str(n) for n in (printed, found))
    raise refused(
        f"这份流水不完整：文件写明{what}是 {said} {unit}，读到的是 {read} {unit}。请从网银重新下载整份文件。"
    )
