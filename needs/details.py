"""What may stand in `Need.details`, and how it reads: the rules over the table of `needs/kinds.py`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from fupin.lib.money import yuan_display
from fupin.lib.text import contains_personal_data, fold_width
from needs.enums import Form, Kind, Subject
from needs.kinds import CHOICE, CHOICES, FIELDS, RHYTHM_MONTHS, Field

_LICENCE = re.compile(r"[0-9A-Z]{6,20}")
MINORS = ("orphan", "left_behind_child", "child_in_need")
MINOR_AGES = ("under_6", "under_12", "under_15", "under_18")


def problems(kind: str, details: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with these details, in plain words by key; empty where all is well."""
    fields = FIELDS[kind]
    found = {key: "这一类求助没有这一项。" for key in details if key not in {field.key for field in fields}}
    for field in fields:
        value = details.get(field.key)
        words = _missing(field) if value in (None, "", []) else _wrong(field, value)
        if words:
            found[field.key] = words
    return {**dict(_together(kind, details)), **found}


def sponsored_fen(details: Mapping[str, Any]) -> int | None:
    """What a sponsorship comes to in all: its instalment times how often it is paid; None while either is open."""
    instalment, months = details.get("instalment"), details.get("months")
    step = RHYTHM_MONTHS.get(str(details.get("rhythm")))
    if not (isinstance(instalment, int) and isinstance(months, int) and step) or months % step:
        return None
    return instalment * (months // step)


def target_problem(kind: str, details: Mapping[str, Any], forms: Iterable[str], target_fen: int) -> str:
    """A sponsorship asks for exactly its instalments; "" where that holds or the kind is another."""
    if kind != Kind.SPONSORSHIP or not details or Form.MONEY not in set(forms):
        return ""
    total = sponsored_fen(details)
    if total is None:
        return "一对一救助要资金的，请填每次金额；期限要正好分成整数次。"
    if total != target_fen:
        return f"总金额要等于每次金额乘次数，应为 {yuan_display(total)} 元。"
    return ""


def facts(kind: str, details: Mapping[str, Any], *, office: bool = False) -> list[dict[str, str]]:
    """The filled-in fields for the facts component; `office` adds those that are not public."""
    shown = [field for field in FIELDS[kind] if (field.public or office) and field.key in details]
    shown = [field for field in shown if field.key != "unit"]  # said with its number
    return [
        {"term": field.label + ("" if field.public else "（不公开）"), "value": words(field, details)}
        for field in shown
    ]


def words(field: Field, details: Mapping[str, Any]) -> str:
    """One value as people read it: labels for codes, yuan for fen, numbers with their unit."""
    value = details[field.key]
    match field.type:
        case "choice" | "choices":
            labels = dict(field.choices)
            return "、".join(
                labels.get(code, code) for code in ([value] if isinstance(value, str) else value)
            )
        case "fen":
            unit = details.get("unit") if field.key in {"price", "floor"} else ""
            return f"{yuan_display(value)} 元" + (f"／{unit}" if unit else "")
        case "whole":
            return f"{value:,} {field.unit or details.get('unit', '')}".strip()
    return str(value)


def reviewed_at_county(subject: str, kind: str) -> bool:
    """Produce of a cooperative goes to the county's station, which checks it instead (REQUIREMENTS 39)."""
    return subject == Subject.COOPERATIVE and kind == Kind.PRODUCE


def clean_licence(value: str) -> str:
    """A business licence or unified social credit number in upper case; raises ValidationError for all else."""
    number = fold_width(value).replace(" ", "").replace("-", "").upper()
    if not _LICENCE.fullmatch(number):
        raise ValidationError(
            "请照营业执照填写，6 到 20 位数字或字母，例如统一社会信用代码。", code="licence"
        )
    return number


def _missing(field: Field) -> str:
    verb = "选择" if field.type in {CHOICE, CHOICES} else "填写"
    return f"请{verb}{field.label}。" if field.required else ""


def _wrong(field: Field, value: Any) -> str:
    match field.type:
        case "choice" if value not in dict(field.choices):
            return f"请从列表里选择{field.label}。"
        case "choices" if not isinstance(value, list) or set(value) - set(dict(field.choices)):
            return f"请从列表里选择{field.label}。"
        case "whole" | "fen" if type(value) is not int or not 1 <= value <= field.most:
            return f"{field.label}要在 1 到 {field.most} 之间。"
        case "line" if not isinstance(value, str) or len(value) > field.most:
            return f"{field.label}最多 {field.most} 个字。"
        case "line" if contains_personal_data(value):
            return "请不要写手机号、身份证号或银行卡号。"
    return ""


def about_minor(details: Mapping[str, Any]) -> bool:
    """Whether the sheet says that the helped person is a child or under 18: then no picture is public (B8)."""
    return details.get("whom") in MINORS or details.get("age") in MINOR_AGES


def _together(kind: str, details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Rules over several fields of one kind."""
    if kind == Kind.DISABILITY and not any(details.get(key) for key in ("works", "aids", "services")):
        yield "works", "改造、辅具、服务至少选一项。"
    if kind == Kind.CARE:
        if about_minor(details) and not details.get("guardian"):
            yield "guardian", "未成年人的关爱要先取得监护人同意。"
        if details.get("whom") in MINORS and details.get("age") in {"adult", "elder", "oldest"}:
            yield "age", "儿童的年龄段要在 18 岁以下。"
    if kind == Kind.SPONSORSHIP:
        months, step = details.get("months"), RHYTHM_MONTHS.get(str(details.get("rhythm")), 1)
        if isinstance(months, int) and months % step:
            yield "months", f"按这个次数资助，期限要是 {step} 个月的整数倍。"
