"""Which column of a register is what: the names that real registers use, found automatically."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fupin.lib.errors import InvalidInput

HEADER_WITHIN = 20
JOINT = " / "
LOWER_ALONE = 100
_NO_GROUP = re.compile(r"[:：0-9０-９]|.{13}")
"""What stands in a title line above a header ("填报单位：…"), not in a line of groups."""
MAX_HEADER = 40


@dataclass(frozen=True, slots=True)
class Column:
    """One thing a register tells; `names` are its headings in practice, the first one is ours."""

    key: str
    label: str
    names: tuple[str, ...]
    required: bool = False


COLUMNS = (
    Column(
        "township", "乡镇", ("乡镇", "乡(镇)", "乡镇街道", "所在乡镇", "乡镇名称", "镇街", "街道", "乡", "镇")
    ),
    Column(
        "village",
        "村",
        (
            "村",
            "行政村",
            "村社区",
            "村(社区)",
            "行政村名称",
            "所在村",
            "村名",
            "村居",
            "社区",
            "村代码",
            "行政区划代码",
        ),
        required=True,
    ),
    Column(
        "name",
        "户主姓名",
        ("户主姓名", "户主", "姓名", "家庭成员姓名", "申请人", "申请人姓名"),
        required=True,
    ),
    Column(
        "id_number",
        "身份证号",
        (
            "身份证号",
            "身份证号码",
            "证件号码",
            "证件号",
            "户主身份证号",
            "户主身份证号码",
            "户主证件号码",
            "公民身份号码",
        ),
    ),
    Column("phone", "联系电话", ("联系电话", "手机号", "手机号码", "电话", "手机", "联系方式", "联系号码")),
    Column(
        "members", "家庭人口", ("家庭人口", "人口数", "家庭人数", "人口", "人数", "家庭人口数", "家庭成员数")
    ),
    Column(
        "cause",
        "主要致贫原因",
        ("主要致贫原因", "致贫原因", "主要困难原因", "困难原因", "致困原因", "主要原因"),
    ),
    Column(
        "focus",
        "户类型",
        ("户类型", "脱贫属性", "重点情况", "监测对象类别", "家庭类型", "贫困户属性", "户属性"),
    ),
    Column(
        "address", "详细地址", ("详细地址", "家庭住址", "家庭地址", "详细住址", "住址", "地址", "居住地址")
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}
_FOOT = re.compile("合计|总计|小计|共计|填表人|填报人|制表|审核人|负责人|备注|说明|注[:：]")
_NOISE = re.compile(r"[\s*:_\-/()【】\[\]]|必填|选填")


def plain(heading: str) -> str:
    """A heading without width, spaces, brackets and marks: "* 姓 名（必填）" is "姓名"."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading))


_KEYS = {plain(name): (column.key, rank) for column in COLUMNS for rank, name in enumerate(column.names)}


def find_header(rows: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """Index of the header's last line and its cells; title lines above it are skipped.

    It is the line, or two lines as one (groups above, headings below), with most known headings among the first
    ones. Without any known heading it is the first line with at least two filled cells, else the first line.
    """
    first = [list(row) for row in rows[:HEADER_WITHIN]]
    best, header, most = 0, first[0] if first else [], 1
    for number, row in enumerate(first):
        for cells in (row, _joined(first[number - 1], row) if number else []):
            known = len({key for key, _ in map(_known, cells) if key})
            # Two lines win a tie: the upper one tells the head of the household from the spouse.
            if known > most or (known == most > 1 and number == best and cells):
                best, header, most = number, cells, known
    if most > 1:
        return best, header
    filled = [sum(1 for cell in row if cell.strip()) for row in first]
    best = next((number for number, count in enumerate(filled) if count >= 2), 0)
    return best, first[best] if first else []


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Two header lines as one: "户主" over "姓名" is "户主 / 姓名"; [] where the upper one names no groups."""
    groups = [cell.strip() for cell in upper]
    named = [cell for cell in groups if cell]
    if (
        len(named) < 2
        or any(_NO_GROUP.search(cell) for cell in named)
        or not any(_known(c)[0] for c in lower)
    ):
        return []
    joined, group = [], ""
    for number in range(max(len(groups), len(lower))):
        above = groups[number] if number < len(groups) else ""
        below = lower[number].strip() if number < len(lower) else ""
        group = above or (group if below else "")
        joined.append(below if not group or group == below else f"{group}{JOINT}{below}" if below else group)
    return joined


def _known(cell: str) -> tuple[str, int]:
    """Which key a heading means, and its rank; of two lines both together count before the lower alone."""
    whole, last = plain(cell), plain(cell.rpartition(JOINT)[2])
    if whole in _KEYS:
        return _KEYS[whole]
    key, rank = _KEYS.get(last, ("", 0))
    return key, rank + LOWER_ALONE


def is_data(cells: Sequence[str], mapping: Mapping[str, int]) -> bool:
    """Whether a line below the header is about a household: not empty, no total or note, no header once more."""
    used = {key: cells[number].strip() for key, number in mapping.items() if number < len(cells)}
    filled = [cell for cell in used.values() if cell]
    if not filled:
        return False
    first = next(cell for cell in cells if cell.strip())
    numbers = used.get("id_number", "") + used.get("phone", "")
    if _FOOT.match(plain(first)) and not any(char.isdigit() for char in numbers):
        return False
    return sum(1 for key, cell in used.items() if _known(cell)[0] == key) < 2


def headings(row: Sequence[str]) -> list[str]:
    """The heading of every column for people, "第 3 列" where it is empty."""
    return [cell.strip()[:MAX_HEADER] or f"第 {number} 列" for number, cell in enumerate(row, start=1)]


def checked(
    mapping: Mapping[str, int], headings: Sequence[str], of: Sequence[Column] = COLUMNS
) -> dict[str, int]:
    """What a person chose, column number by key. Raises InvalidInput beside what is missing or used twice."""
    keys = {column.key for column in of}
    wrong = {
        column.key: [f"请选择“{column.label}”在哪一列。"]
        for column in of
        if column.required and column.key not in mapping
    }
    for key, number in mapping.items():
        if key not in keys or not 0 <= number < len(headings):
            wrong[key] = ["请从列表里选择。"]
        elif list(mapping.values()).count(number) > 1:
            wrong[key] = ["同一列不能当作两种内容。"]
    if wrong:
        raise InvalidInput(fields=wrong)
    return dict(mapping)


def by_heading(mapping: Mapping[str, int], headings: Sequence[str]) -> dict[str, str]:
    """The headings that were chosen, by key: what the next file of the county is guessed from."""
    return {key: headings[number] for key, number in mapping.items()}


def guess(header: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[str, int]:
    """Column numbers (from 0) by key: as the county last chose by heading, else by the known names."""
    found: dict[str, int] = {}
    for key, heading in (remembered or {}).items():
        if key in BY_KEY and heading in header:
            found[key] = list(header).index(heading)
    known = [(number, *_known(cell)) for number, cell in enumerate(header)]
    ranked = sorted((rank, number, key) for number, key, rank in known if key)
    for _, number, key in ranked:
        if number not in found.values():
            found.setdefault(key, number)
    return found
