"""An article's plain text: its headings and paragraphs, and what may not stand in it."""

import re
from dataclasses import dataclass

from django.db.models import F, TextField, Value
from django.db.models.functions import Length

from accounts.models import Region
from fupin.lib.text import contains_personal_data
from grid.models.article import ArticleKind
from grid.notice_text import LEAKS, leaks, masked
from needs.models import Household

BODY_MAX, LINES_MAX = 1500, 40
"""So that the printed leaflet stays on one A4 page."""
_NUMBERED = re.compile(r"[一二三四五六七八九十]{1,3}、[^。；：，！？]{1,28}")


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the body: a heading, or a paragraph."""

    is_heading: bool
    text: str


def blocks(body: str) -> list[Block]:
    """A short line that begins with “一、” (and has no stop) or with “#” is a heading, any other a paragraph."""
    lines = (line.strip(" \u3000") for line in body.split("\n"))
    return [
        Block(True, line.lstrip("# "))
        if line.startswith("#")
        else Block(bool(_NUMBERED.fullmatch(line)), line)
        for line in lines
        if line.strip("# ")
    ]


def refusal(kind: str, region: Region, text: str) -> str:
    """Why a text may not be an article of this region, in plain words; "" where it may.

    A policy may print an office's telephone, so only personal numbers are refused in it; the others go through the
    linter of public notices, and no household of the region may be named.
    """
    if kind == ArticleKind.POLICY:
        found = contains_personal_data(text)
    else:
        if named := _named(region, text):
            return f"写到了建档家庭的姓名“{named}”，请改成“某户”或“张某”。"
        found = leaks(text, ())
    return f"不能有{'、'.join(LEAKS[one] for one in found)}，请删掉。" if found else ""


def _named(region: Region, text: str) -> str:
    """The masked name of a household of the region whose full name the text holds, whatever stands between; or ""."""
    plain = re.sub(r"[\s·.\-*|/]+", "", text)
    homes = Household.objects.filter(region__gte=region.code, region__lte=region.code_end)
    homes = homes.annotate(letters=Length("name"), told=Value(plain, output_field=TextField())).filter(
        letters__gte=2, told__contains=F("name")
    )
    name = homes.order_by("-letters", "pk").values_list("name", flat=True).first()
    return masked(name) if name else ""
