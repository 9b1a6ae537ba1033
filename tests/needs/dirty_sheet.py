"""A register of 5 000 rows as dirty as real ones, with what must become of every row known beforehand.

`planted` mixes the kinds in a fixed order; `as_xlsx` and `as_csv` write the same rows as two formats, with two
header lines, empty lines, totals and notes. Numbers and names are invented.
"""

import csv
import io
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import xlsxwriter
from stdnum.cn import ric

from needs.imports import checks, places

UPPER = ("乡镇", "行政村", "户主", "", "", "家庭情况", "", "", "", "登记日期")
LOWER = ("", "", "姓名", "证件号码", "手机号", "家庭人口数", "主要致贫原因", "脱贫属性", "家庭住址", "")
TOWNSHIP, VILLAGE, NAME, ID, PHONE, MEMBERS, CAUSE, FOCUS, ADDRESS, DATE = range(10)
DATES = ("2026/1/5", "2026.1.5", "2026年1月5日", "2026-01-05", "46027")
FOOT = (
    ("合计", "", "共 5000 户"),
    ("填表人：赵测试", "", "", "审核人：钱测试"),
)
CAUSES = "、".join(checks.Cause.labels)
WRONG_ID = "身份证号：身份证号码不对，请照着身份证逐位核对。"
ID_LENGTH = "身份证号：身份证号码是 18 位，最后一位可以是 X，请检查。"
LOST = "这一格被表格软件存成了数字，后几位已经丢失。请把这一列设成“文本”格式，重新填写。"
SAME_ID = "身份证号：和原表第 {} 行是同一个身份证号，只办了那一行。不是同一户请改正，是同一户请删掉这一行。"
BAD_PHONE = "联系电话：请填写 11 位手机号码，例如 138 开头的号码。"
BAD_NAME = "户主姓名：姓名里只能有文字和间隔号“·”，不能有数字、符号或表情。"
BAD_MEMBERS = "家庭人口：家庭人口请填 1 到 30 的整数。"

Cell = str | int | float | date


@dataclass(frozen=True)
class Formula:
    """A cell that a spreadsheet program computes, and what it shows."""

    text: str
    shows: str | int


@dataclass
class Plant:
    """One row: its cells, why it must come back ("" is accepted), and which cells are to blame."""

    cells: list[Cell | Formula]
    reason: str = ""
    blamed: set[int] = field(default_factory=set)


def resident(number: int) -> str:
    """An invented resident ID with a right check digit, another one for each number below 45 000."""
    stem = f"430426{1950 + number // 900}0101{number % 900 + 1:03d}"
    return stem + ric.calc_check_digit(stem + "0")


def good(number: int) -> list[Cell | Formula]:
    return [
        "洪桥镇",
        "沙井村" if number % 2 else "石岭村",
        "钱测试",
        resident(number),
        f"1991{number:07d}",
        number % 9 + 1,
        "因病",
        "未脱贫",
        f"{number} 组",
        DATES[number % len(DATES)],
    ]


def _with(number: int, **changes: Cell | Formula) -> list[Cell | Formula]:
    cells = good(number)
    for name, cell in changes.items():
        cells[globals()[name]] = cell
    return cells


def _bad(reason: str, *blamed: int, **changes: Cell | Formula) -> Callable[[int], Plant]:
    return lambda number: Plant(_with(number, **changes), reason, set(blamed))


def _changed(number: int, column: int, change: Callable[[str], Cell | Formula]) -> list[Cell | Formula]:
    cells = good(number)
    cells[column] = change(str(cells[column]))
    return cells


def _wrong_digit(text: str) -> str:
    return text[:-1] + ("1" if text[-1] != "1" else "2")


RECOVERED: Sequence[Callable[[int], Plant]] = (
    lambda n: Plant(_with(n, NAME=" 钱 测试　", VILLAGE="　沙井村 ", TOWNSHIP="洪桥镇　")),
    lambda n: Plant(_changed(n, ID, lambda text: f"{text}　 ")),
    lambda n: Plant(_changed(n, ID, lambda text: text[:6] + text[8:17])),
    lambda n: Plant(_changed(n, ID, lambda text: f"'{text}")),
    lambda n: Plant(_changed(n, ID, lambda text: Formula(f'="{text[:9]}"&"{text[9:]}"', text))),
    lambda n: Plant(_changed(n, PHONE, int)),
    lambda n: Plant(_with(n, MEMBERS="３人")),
    lambda n: Plant(_with(n, MEMBERS=Formula("=1+2", 3))),
    lambda n: Plant(_with(n, TOWNSHIP="", VILLAGE="洪桥镇沙井村民委员会")),
)
REFUSED: Sequence[Callable[[int], Plant]] = (
    lambda n: Plant(_changed(n, ID, _wrong_digit), WRONG_ID, {ID}),
    lambda n: Plant(_changed(n, ID, lambda text: text[:-1]), ID_LENGTH, {ID}),
    _bad(f"身份证号：{LOST}", ID, ID="4.30426E+17"),
    _bad(WRONG_ID, ID, ID="430426501301001"),
    _bad(BAD_PHONE, PHONE, PHONE="1990000"),
    _bad(f"联系电话：{LOST}", PHONE, PHONE="1.99E+10"),
    _bad("户主姓名：请填写姓名。", NAME, NAME=""),
    _bad(BAD_NAME, NAME, NAME="钱3测试"),
    _bad(BAD_NAME, NAME, NAME='=HYPERLINK("x")'),
    _bad(f"村：{places.NOT_FOUND}", VILLAGE, VILLAGE="河口村"),
    _bad(f"村：{places.NOT_FOUND}", VILLAGE, VILLAGE="430422100001"),
    _bad("村：请填写村（社区）。", VILLAGE, VILLAGE=""),
    _bad(f"乡镇：{places.NO_TOWNSHIP}", TOWNSHIP, TOWNSHIP="云集镇"),
    _bad(BAD_MEMBERS, MEMBERS, MEMBERS=date(2026, 3, 4)),
    _bad(BAD_MEMBERS, MEMBERS, MEMBERS=0),
    _bad(f"主要致贫原因：看不懂“缺运气”，请填：{CAUSES}。", CAUSE, CAUSE="缺运气"),
    _bad(f"户主姓名：请填写姓名。；{BAD_PHONE}", NAME, PHONE, NAME="　", PHONE="12345"),
)
EACH = 20
HEADER = 3
"""Lines above the first row."""
"""How many of each kind."""


def planted(rows: int = 5_000) -> list[Plant]:
    """The rows in the order of the sheet; the first ones are `registered` and `foreign` (see there)."""
    numbers = iter(range(1, rows + 1))
    made = [kind(next(numbers)) for kind in (*RECOVERED, *REFUSED) for _ in range(EACH)]
    while len(made) < rows - 3 * EACH:
        made.append(Plant(good(next(numbers))))
    random.Random(7).shuffle(made)
    clean = [
        (number, plant)
        for number, plant in enumerate(made)
        if not plant.reason and isinstance(plant.cells[ID], str)
    ]
    # The same person further down is the second one, whatever else the row says.
    made += [
        Plant([*plant.cells[:NAME], "孙重复", *plant.cells[ID:]], SAME_ID.format(_row(number)), {ID})
        for number, plant in clean[:EACH]
    ]
    made += [Plant(cells) for cells in registered()]
    made += [Plant(good(number), checks.REVIEW) for number in foreign()]
    return made


def registered() -> list[list[Cell | Formula]]:
    """Rows that the county has brought in before."""
    return [good(number) for number in range(20_000, 20_000 + EACH)]


def foreign() -> list[int]:
    """Numbers of people whom another county has registered."""
    return list(range(21_000, 21_000 + EACH))


def as_xlsx(plants: Sequence[Plant]) -> bytes:
    """Merged headings and townships, real dates and formulas, empty lines and a foot."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "m月d日"})
    sheet.merge_range(0, 0, 0, DATE, "祁东县困难家庭登记表")
    for column, heading in enumerate(UPPER):
        sheet.write(1, column, heading)
        sheet.write(2, column, LOWER[column])
    sheet.merge_range(1, NAME, 1, PHONE, "户主")
    sheet.merge_range(1, MEMBERS, 1, ADDRESS, "家庭情况")
    for column in (TOWNSHIP, VILLAGE, DATE):
        sheet.merge_range(1, column, 2, column, UPPER[column])
    for line, cells in _lines(plants, first=HEADER):
        for column, cell in enumerate(cells):
            if isinstance(cell, Formula):
                sheet.write_formula(line, column, cell.text, None, cell.shows)
            elif isinstance(cell, date):
                sheet.write_datetime(line, column, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(line, column, cell)
            else:
                sheet.write(line, column, cell)
    for top, bottom in _same_township(plants):
        sheet.merge_range(top, TOWNSHIP, bottom, TOWNSHIP, "洪桥镇")
    book.close()
    return out.getvalue()


def as_csv(plants: Sequence[Plant]) -> bytes:
    """What a spreadsheet program saves as CSV in China: GB18030, shown values, no merges."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([("祁东县困难家庭登记表",), UPPER, LOWER])
    line = 3
    for number, cells in _lines(plants, first=HEADER):
        for _ in range(number - line):
            writer.writerow([])
        writer.writerow([shown(cell) for cell in cells])
        line = number + 1
    return out.getvalue().encode("gb18030")


def shown(cell: Cell | Formula) -> str:
    """The cell as somebody reads it in the sheet."""
    if isinstance(cell, Formula):
        return str(cell.shows)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _row(number: int) -> int:
    """In which row of the sheet the plant of this number stands, as a spreadsheet program counts."""
    return next(
        line + 1
        for place, (line, _) in enumerate(_lines([Plant([])] * (number + 1), first=HEADER))
        if place == number
    )


def _lines(plants: Sequence[Plant], *, first: int) -> Iterator[tuple[int, Sequence[Cell | Formula]]]:
    """Line numbers and cells; an empty line after every 500 rows, a line of blanks, then the foot."""
    line = first
    for number, plant in enumerate(plants):
        if number and number % 500 == 0:
            line += 1
        yield line, plant.cells
        line += 1
    yield line, ("　", " ", "", "", "", "", "", "", "", "")
    for number, cells in enumerate(FOOT, start=line + 2):
        yield number, cells


def _same_township(plants: Sequence[Plant]) -> Iterator[tuple[int, int]]:
    """Where the township stands once for three good rows one below the other."""
    lines = [line for line, _ in _lines(plants, first=HEADER)]
    number = 0
    while number + 2 < len(plants):
        three = plants[number : number + 3]
        if lines[number + 2] == lines[number] + 2 and all(
            plant.cells[TOWNSHIP] == "洪桥镇" for plant in three
        ):
            yield lines[number], lines[number + 2]
            number += 30
        number += 1
