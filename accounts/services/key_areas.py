"""Finds the key areas of the 重庆 annexes in the loaded divisions and tags them (docs/regions.md).

`accounts/data/key_areas.csv` keeps the names as the source prints them. A name is found without its kind of
place (镇/乡/街道, 村/社区) and without nationality words; rows no name can find carry a code and why.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from accounts.models import Region
from accounts.regions import subtree_end

KEY_AREAS = Path(__file__).resolve().parent.parent / "data" / "key_areas.csv"
CHONGQING = 500000000000

_NATIONS = "(?:(?:土家|苗|侗|仡佬|回|满|蒙古|彝|藏|壮)族)*"
_COUNTY = re.compile(f"(.+?){_NATIONS}(自治县|区|县|市)")
_TOWNSHIP = re.compile(f"(.+?){_NATIONS}(街道办事处|街道|民族乡|镇|乡)")
_VILLAGE = re.compile("(.+?)(社区居民委员会|居民委员会|社区居委会|居委会|社区|村?村民委员会|村委会|村)")

Children = Mapping[int, Sequence[tuple[int, str]]]


@dataclass(frozen=True)
class KeyArea:
    """One line of the annexes; `township` and `village` may be empty, `code` is set where names miss."""

    tag: str
    number: int
    county: str
    township: str
    village: str
    code: int | None
    reason: str

    @property
    def path(self) -> str:
        return self.county + self.township + self.village


def listed_areas(path: Path = KEY_AREAS) -> list[KeyArea]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            KeyArea(
                tag=row["tag"],
                number=int(row["number"]),
                county=row["county"],
                township=row["township"],
                village=row["village"],
                code=int(row["code"]) if row["code"] else None,
                reason=row["reason"],
            )
            for row in csv.DictReader(file)
        ]


def find_code(area: KeyArea, children: Children) -> int | None:
    """The division code of `area`, explicit or by name from the county down; None if not certain."""
    if area.code is not None:
        known = any(code == area.code for siblings in children.values() for code, _ in siblings)
        return area.code if known else None
    found: int | None = CHONGQING
    for name, pattern in ((area.county, _COUNTY), (area.township, _TOWNSHIP), (area.village, _VILLAGE)):
        if name and found is not None:
            found = _named(name, pattern, children.get(found, ()))
    return found


def tag_key_areas(areas: Iterable[KeyArea]) -> tuple[int, list[KeyArea]]:
    """Adds each area's tag to its region; other tags stay. Call it inside a transaction.

    Returns how many tags were new, and the areas that were not found.
    """
    children = _chongqing()
    codes = {area: find_code(area, children) for area in areas}
    found = [(code, area.tag) for area, code in codes.items() if code is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_region r SET tags = r.tags || k.tag"
            " FROM unnest(%s::bigint[], %s::text[]) AS k(code, tag)"
            " WHERE r.code = k.code AND NOT k.tag = ANY (r.tags)",
            [[code for code, _ in found], [tag for _, tag in found]],
        )
        changed: int = cursor.rowcount
    return changed, [area for area, code in codes.items() if code is None]


def _chongqing() -> Children:
    children: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Region.objects.filter(code__range=(CHONGQING + 1, subtree_end(CHONGQING, 1)))
    for code, name, parent in rows.values_list("code", "name", "parent_id").order_by("code"):
        children[parent].append((code, name))
    return children


def _named(name: str, pattern: re.Pattern[str], siblings: Sequence[tuple[int, str]]) -> int | None:
    """The one sibling of that name; of a village and a community of one name, the one of the same kind."""
    wanted = _stem(name, pattern)
    same = [(code, other) for code, other in siblings if _stem(other, pattern) == wanted]
    if len(same) > 1:
        same = [(code, other) for code, other in same if _is_community(other) == _is_community(name)]
    return same[0][0] if len(same) == 1 else None


def _stem(name: str, pattern: re.Pattern[str]) -> str:
    match = pattern.fullmatch(name)
    return match[1] if match else name


def _is_community(name: str) -> bool:
    return name.endswith(("社区", "居委会", "居民委员会"))
