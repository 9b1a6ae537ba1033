"""How figures are written: with links to their rows in the office, with small counts hidden for the public."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Region
from fupin.lib.money import yuan_display
from grid.figure_totals import percent

SMALL = 5
"""Public pages hide counts of people and needs from 1 to 4."""
HIDDEN = "少于 5"
WITHHELD = "不公布"
NOTHING = ("0", "—", HIDDEN, WITHHELD)
"""What opens to no rows."""
Table = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """How numbers are written: for the office with links to rows, for the public without and small ones hidden."""

    month: date | None
    place_url: Callable[[Region], str]
    is_public: bool = False

    def rows_url(self, what: str, region: Region, part: str = "") -> str:
        """Where a figure opens to its rows; "" on public pages."""
        if self.is_public:
            return ""
        asked = {"what": what, "region": region.code, "month": f"{self.month:%Y-%m}" if self.month else ""}
        query = urlencode({name: value for name, value in {**asked, "part": part}.items() if value})
        return f"{reverse('grid:figure-rows')}?{query}"

    def hides(self, count: int) -> bool:
        return self.is_public and 0 < count < SMALL

    def count(self, number: int) -> str:
        return HIDDEN if self.hides(number) else f"{number:,}"

    def counts(self, numbers: Sequence[int]) -> list[str]:
        """Numbers that add up to one that is shown: where just one is hidden, the smallest other is withheld, too."""
        texts = [self.count(number) for number in numbers]
        if texts.count(HIDDEN) == 1:
            others = [place for place, text in enumerate(texts) if text not in NOTHING]
            if others:
                texts[min(others, key=lambda place: numbers[place])] = WITHHELD
        return texts

    def share(self, part: int, whole: int) -> str:
        """A percentage of counts; hidden where it would give a small count away."""
        rate = percent(part, whole)
        if rate is None:
            return "—"
        return HIDDEN if self.hides(part) or self.hides(whole) else f"{rate:g}%"

    def rate(self, part: int, whole: int, *counts: str) -> str:
        """A percentage beside its counts as they are written: hidden where one of them is."""
        hidden = [text for text in counts if text in (HIDDEN, WITHHELD)]
        rate = percent(part, whole)
        return hidden[0] if hidden else "—" if rate is None else f"{rate:g}%"

    def each(self, number: int, count: int, digits: int = 1) -> str:
        """`number` for each of `count`; "—" for each of none, hidden where a small count would follow from it."""
        if not count:
            return "—"
        return HIDDEN if self.hides(number) or self.hides(count) else f"{number / count:.{digits}f}"

    def money(self, fen: int, behind: int = SMALL) -> str:
        """Yuan; hidden where fewer than five gifts or needs are `behind` it."""
        return HIDDEN if self.hides(behind) else yuan_display(fen)


def down(region: Region, shown: Shown) -> dict[str, Any]:
    """A region's name that leads to its own figures."""
    return cell(region.name, shown.place_url(region))


def cell(value: object, url: str = "") -> dict[str, Any]:
    """A cell; nothing opens to no rows."""
    text = str(value)
    return {"value": text, "url": "" if text in NOTHING else url}


def table(caption: str, heads: Iterable[str], rows: list[list[dict[str, Any]]]) -> Table:
    """What `components/table.html` shows; all columns but the first hold numbers."""
    first, *others = heads
    columns = [{"label": first}, *({"label": head, "numeric": True} for head in others)]
    return {"caption": caption, "columns": columns, "rows": rows}
