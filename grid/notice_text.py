"""What a public notice may say: a whitelist of masked fields, and the linter that refuses everything personal (B7)."""

import re
import unicodedata
from collections.abc import Iterable

from fupin.lib.masks import mask_name
from fupin.lib.text import contains_personal_data, skeleton
from grid.clue_enums import NoticeKind
from grid.models import Clue

# What people put between the parts of a number or a name; commas and full stops end a thought instead.
_GAPS = r"\s.\-\u2010-\u2015_/*~|·•()\[\]\u200b-\u200d\u2060\ufeff"
_GAP = re.compile(f"[{_GAPS}]")
_LONG_NUMBER = re.compile(f"[0-9](?:[{_GAPS}]{{0,3}}[0-9Xx]){{6,}}")
_NUMERALS = str.maketrans("〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "0012345678912123456789")
LEAKS = {"id": "身份证号", "phone": "手机号", "card": "银行卡号", "number": "长串号码", "name": "真实姓名"}
Pairs = list[list[str]]


def masked(name: str) -> str:
    """The family name alone; of a name of one character nothing."""
    return mask_name(name) if len(name.strip()) > 1 else "某**"


def pairs(clue: Clue, kind: str, *, extra: Iterable[tuple[str, str]] = ()) -> Pairs:
    """Label and value of what the village may read. `extra` are fixed words of the platform (catalogue, votes)."""
    place = f"{clue.region.parent.name} {clue.region.name}" if clue.region.parent else clue.region.name
    shown = [
        ("户主", masked(clue.household.name if clue.household else clue.name)),
        ("地区", place),
        ("主要困难", clue.get_problem_display()),
    ]
    if clue.monitored:
        shown.append(("拟纳入类别" if kind == NoticeKind.REVIEW else "类别", clue.get_monitored_display()))
    return [[label, str(value)] for label, value in [*shown, *extra]]


def names_of(clue: Clue) -> set[str]:
    """Every full name that belongs to the case: the household, its people and guardians, and as it was told."""
    found = {clue.name}
    if clue.household:
        people = clue.household.people.values_list("name", "guardian")
        found |= {clue.household.name, *(name for pair in people for name in pair)}
    return {name for name in found if name}


def leaks(text: str, names: Iterable[str]) -> list[str]:
    """Kinds of personal data in a text that is to be public; empty where it may be."""
    found = contains_personal_data(text)
    folded = unicodedata.normalize("NFKC", text)
    if not found and _LONG_NUMBER.search(folded.translate(_NUMERALS)):
        found.append("number")
    plain = skeleton(_GAP.sub("", folded))
    if any(skeleton(name) in plain for name in names if len(skeleton(name)) > 1):
        found.append("name")
    return found


def refusal(text: str, names: Iterable[str]) -> str:
    """Why a text may not be public, in plain words; "" where it may."""
    found = leaks(text, names)
    return f"公示里不能有{'、'.join(LEAKS[kind] for kind in found)}，请删掉。" if found else ""
