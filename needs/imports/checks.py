"""Cells as they stand in real registers, made clean; what cannot be saved is refused in plain words."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NumberError

from fupin.lib.clock import today
from fupin.lib.crypto import blind_index
from fupin.lib.text import canonical_phone, clean_line, clean_name, fold_width
from needs.enums import Cause, Focus
from needs.imports.places import Places
from needs.imports.problems import Problem

REVIEW = "这户的信息需要县级人工核对"
"""The same words wherever somebody is already registered: no oracle across counties (THREATS P-11)."""
OUT_OF_RANGE = "这个村不在您的办理范围里。"
OWN_PHONE = "不能填写工作人员自己的手机号；没有手机可以留空。"
MAX_MEMBERS = 30
ADDRESS_MAX = 100

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]{1,3}")
_WHOLE = re.compile(r"([0-9]+)\.0+")
_PEOPLE = re.compile(r"([0-9]{1,3})(?:\.0+)?[口人个]*")
_PARTS = re.compile(r"[、,;/+|\s]+")
_CAUSES = {label: key for key, label in Cause.choices} | {
    "因病致贫": Cause.ILLNESS,
    "疾病": Cause.ILLNESS,
    "因残致贫": Cause.DISABILITY,
    "残疾": Cause.DISABILITY,
    "因学致贫": Cause.SCHOOLING,
    "因灾致贫": Cause.DISASTER,
    "因突发事件": Cause.ACCIDENT,
    "意外事故": Cause.ACCIDENT,
    "缺劳力": Cause.NO_LABOUR,
    "缺少劳动力": Cause.NO_LABOUR,
    "缺少技术": Cause.NO_SKILL,
    "缺少资金": Cause.NO_MONEY,
    **dict.fromkeys(
        ("其它", "缺土地", "缺水", "交通条件落后", "自身发展动力不足", "因婚", "因丧"), Cause.OTHER
    ),
}
_FOCUS: dict[str, Focus] = {label: Focus(key) for key, label in Focus.choices} | {
    **dict.fromkeys(("未脱贫", "未脱贫户", "返贫", "返贫户", "建档立卡户", "贫困户"), Focus.REGISTERED),
    **dict.fromkeys(
        ("边缘户", "监测户", "监测对象", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户"), Focus.MARGINAL
    ),
    **dict.fromkeys(("大病家庭", "慢病家庭", "大病户"), Focus.ILLNESS),
    **dict.fromkeys(("危房户", "住危房户"), Focus.UNSAFE_HOME),
    **dict.fromkeys(("受灾户",), Focus.DISASTER),
}
# Known words of registers that name none of the eight groups.
_NO_FOCUS = frozenset(
    ("已脱贫", "脱贫户", "稳定脱贫户", "一般户", "一般农户", "低保户", "特困户", "五保户", "无")
)
_ID = re.compile(r"[0-9]{17}[0-9X]")
_OLD_ID = re.compile(r"[0-9]{15}")
_BEFORE_1900 = ("996", "997", "998", "999")
"""Old sequence numbers for people over a hundred at the time."""
_GAPS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One household of the file; "" and None where the file says nothing, which changes nothing."""

    line: int
    region: int
    name: str
    id_number: str = ""
    phone: str = ""
    address: str = ""
    members: int | None = None
    cause: str = ""
    focus: tuple[str, ...] | None = None


def twice(first: int, *, by_id: bool) -> Problem:
    """Why a row goes back whose household stands in line `first` (from 0) of the same file already."""
    same = "是同一个身份证号" if by_id else "的村、姓名和电话都一样"
    words = f"和原表第 {first + 1} 行{same}，只办了那一行。不是同一户请改正，是同一户请删掉这一行。"
    return Problem("id_number" if by_id else "name", words)


class Checker:
    """Turns lines of the sheet into rows, for one county and one officer's ranges of village codes.

    `officers` are the phone indexes of the people in post.
    """

    def __init__(
        self,
        *,
        places: Places,
        mapping: Mapping[str, int],
        ranges: Sequence[tuple[int, int]],
        officers: Collection[str],
    ) -> None:
        self.places, self.mapping, self.ranges = places, mapping, ranges
        self.officers = officers

    def check(self, line: int, cells: Sequence[str]) -> tuple[Row | None, list[Problem]]:
        """The row, or every problem of the line, so that one correction is enough."""
        problems: list[Problem] = []

        def get(key: str, clean: Callable[[str], object]) -> object:
            try:
                return clean(self._cell(cells, key))
            except ValidationError as error:
                problems.append(Problem(key, error.messages[0]))
            except Problem as problem:
                problems.append(Problem(problem.key or key, problem.message))
            return None

        values = {
            "region": get("village", lambda text: self._village(self._cell(cells, "township"), text)),
            "name": get("name", clean_name),
            "id_number": get("id_number", resident_id),
            "phone": get("phone", self._phone),
            "address": get("address", lambda text: clean_line(text, max_length=ADDRESS_MAX)),
            "members": get("members", people),
            "cause": get("cause", cause),
            "focus": get("focus", focus),
        }
        return (None, problems) if problems else (Row(line=line, **values), [])  # type: ignore[arg-type]

    def _cell(self, cells: Sequence[str], key: str) -> str:
        number = self.mapping.get(key)
        return cells[number].strip().lstrip("'’") if number is not None and number < len(cells) else ""

    def _village(self, township: str, village: str) -> int:
        code = self.places.find(township, village)
        if not any(low <= code <= high for low, high in self.ranges):
            raise Problem("village", OUT_OF_RANGE)
        return code

    def _phone(self, text: str) -> str:
        phone = canonical_phone(digits(text, length=11)) if text else ""
        if phone and blind_index(phone, kind="phone") in self.officers:
            raise Problem("phone", OWN_PHONE)
        return phone


def digits(text: str, *, length: int) -> str:
    """A number as typed: folded, and 1.38E+10 or 13800000000.0 undone. Raises Problem where digits are lost."""
    folded = fold_width(text).strip()
    if match := _WHOLE.fullmatch(folded):
        return match[1]
    if not _NUMBER.fullmatch(folded):
        return folded
    number = Decimal(folded)
    kept = len(number.as_tuple().digits)
    if kept < length or number != number.to_integral_value():
        raise Problem("", "这一格被表格软件存成了数字，后几位已经丢失。请把这一列设成“文本”格式，重新填写。")
    return str(int(number))


def resident_id(text: str) -> str:
    """An 18-digit resident ID with a right birth date and check digit; raises Problem.

    A 15-digit one of the first generation is the same number without century and check digit: it is completed.
    The area is not checked: numbers carry the code of the day they were given out, not of the birth.
    """
    number = _GAPS.sub("", digits(text, length=18)).upper()
    if not number:
        return ""
    if _OLD_ID.fullmatch(number):
        number = _eighteen(number)
    if not _ID.fullmatch(number):
        raise Problem("id_number", "身份证号码是 18 位，最后一位可以是 X，请检查。")
    try:
        born = ric.get_birth_date(number)
    except NumberError:
        born = None
    if born is None or born.year < 1900 or born > today() or ric.calc_check_digit(number) != number[-1]:
        raise Problem("id_number", "身份证号码不对，请照着身份证逐位核对。")
    return number


def _eighteen(old: str) -> str:
    century = "18" if old.endswith(_BEFORE_1900) else "19"
    stem = old[:6] + century + old[6:]
    return stem + ric.calc_check_digit(stem + "0")


def people(text: str) -> int | None:
    """家庭人口: "3", "３人", "3.0"; raises Problem outside 1 to 30."""
    if not text:
        return None
    match = _PEOPLE.fullmatch(fold_width(text).replace(" ", ""))
    if not match or not 1 <= int(match[1]) <= MAX_MEMBERS:
        raise Problem("members", f"家庭人口请填 1 到 {MAX_MEMBERS} 的整数。")
    return int(match[1])


def cause(text: str) -> str:
    """致贫原因; of several the first one counts as the main one. Raises Problem for unknown words."""
    if not text:
        return ""
    first = _PARTS.split(fold_width(text).strip())[0]
    if first not in _CAUSES:
        raise Problem("cause", f"看不懂“{text[:20]}”，请填：{'、'.join(Cause.labels)}。")
    return str(_CAUSES[first])


def focus(text: str) -> tuple[str, ...] | None:
    """户类型 as the focus groups, in their own order; raises Problem for unknown words."""
    if not text:
        return None
    whole = fold_width(text).strip()
    parts = [whole] if whole in _FOLDED else [part for part in _PARTS.split(whole) if part]
    words = [part for part in parts if part not in _NO_FOCUS]
    if unknown := [word for word in words if word not in _FOLDED]:
        raise Problem("focus", f"看不懂“{unknown[0][:20]}”，请填：{'，'.join(Focus.labels)}；都不是就留空。")
    chosen = {_FOLDED[word] for word in words}
    return tuple(str(group.value) for group in Focus if group in chosen)


_FOLDED = {
    part: group
    for label, group in _FOCUS.items()
    for part in (fold_width(label), *_PARTS.split(fold_width(label)))
}
