"""Finds a village inside one county by its names, as registers write them, or by its 12-digit code."""

import re
import unicodedata
from collections import defaultdict

from accounts.enums import Level
from accounts.models import Region
from needs.imports.problems import Problem

_SPACES = re.compile(r"\s+")
_CODE = re.compile(r"[0-9]{12}")
_NATION = "(?:(?:土家|苗|侗|仡佬|回|满|蒙古|彝|藏|壮|瑶|布依|白)族)*"
_TOWNSHIP = re.compile(f"(.+?){_NATION}(?:街道办事处|街道|民族乡|乡|镇)")
_VILLAGE = re.compile("(.+?)(?:社区居民委员会|居民委员会|社区居委会|居委会|社区|村?村民委员会|村?村委会|村)")
_COMMUNITY = re.compile("社区|居委会|居民委员会")

NOT_FOUND = "在本县没有找到这个村，请核对乡镇和村名，或改填 12 位村代码。"
SEVERAL = "本县有几个同名的村，请写明乡镇，或改填 12 位村代码。"
NO_TOWNSHIP = "在本县没有找到这个乡镇，请核对名称。"


class Places:
    """The villages in force of one county, read once; answers are remembered, since registers repeat them."""

    def __init__(self, county: Region) -> None:
        rows = Region.objects.filter(
            code__range=(county.code, county.code_end), level__gte=Level.TOWNSHIP, valid_to=None
        ).values_list("code", "name", "level", "parent_id")
        self.county = _squeezed(county.name)
        self.villages: set[int] = set()
        self.townships: dict[str, set[int]] = defaultdict(set)
        self.by_stem: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for code, name, level, parent in rows:
            if level == Level.TOWNSHIP:
                self.townships[_stem(name, _TOWNSHIP)].add(code)
            else:
                self.villages.add(code)
                self.by_stem[_stem(name, _VILLAGE)].append((code, parent, name))
        self._known: dict[tuple[str, str], int | Problem] = {}

    def find(self, township: str, village: str) -> int:
        """The village's code. Raises Problem in plain words when it is not certain."""
        asked = township, village
        if asked not in self._known:
            try:
                self._known[asked] = self._look(_squeezed(township), _squeezed(village))
            except Problem as problem:
                self._known[asked] = problem
        answer = self._known[asked]
        if isinstance(answer, Problem):
            raise answer
        return answer

    def _look(self, township: str, village: str) -> int:
        if not village:
            raise Problem("village", "请填写村（社区）。")
        if _CODE.fullmatch(village):
            if int(village) not in self.villages:
                raise Problem("village", NOT_FOUND)
            return int(village)
        within = self.townships.get(_stem(township.removeprefix(self.county), _TOWNSHIP))
        if township and not within:
            raise Problem("township", NO_TOWNSHIP)
        found = self._named(village, within)
        if not found:
            found = self._with_township(village.removeprefix(self.county))
        if len(found) > 1:
            raise Problem("village", SEVERAL)
        if not found:
            raise Problem("village", NOT_FOUND)
        return found[0]

    def _with_township(self, village: str) -> list[int]:
        """洪桥镇沙井村 written in one cell."""
        for cut in range(2, len(village) - 1):
            within = self.townships.get(_stem(village[:cut], _TOWNSHIP))
            if within and (found := self._named(village[cut:], within)):
                return found
        return []

    def _named(self, village: str, within: set[int] | None) -> list[int]:
        """Villages of that name; of a village and a community of one name, the one of the same kind."""
        same = [
            row for row in self.by_stem.get(_stem(village, _VILLAGE), ()) if not within or row[1] in within
        ]
        if len(same) > 1:
            alike = [
                row for row in same if bool(_COMMUNITY.search(row[2])) == bool(_COMMUNITY.search(village))
            ]
            same = alike or same
        return [code for code, _, _ in same]


def _squeezed(name: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", name)).lstrip("'")


def _stem(name: str, pattern: re.Pattern[str]) -> str:
    match = pattern.fullmatch(name)
    return match[1] if match else name
