"""Reads of the catalogue: what is in force in a county, and how the goods of a need compare with it."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from fupin.lib.money import parse_fen
from fupin.lib.text import skeleton
from needs.models import CatalogueItem

FILE = Path(__file__).resolve().parent / "data/catalogue.csv"
Book = dict[str, CatalogueItem]


@dataclass(frozen=True, slots=True)
class Compared:
    """One of a need's goods beside the catalogue: `known` is None outside it (目录外)."""

    item: Any
    known: CatalogueItem | None

    @property
    def other_unit(self) -> bool:
        return bool(self.known and self.known.unit != self.item.unit)

    @property
    def over_price(self) -> bool:
        """Dearer than the reference price allows; units that differ cannot be compared."""
        price = self.item.price_fen
        if not (self.known and price) or self.other_unit:
            return False
        return bool(price * 100 > self.known.price_fen * settings.CATALOGUE_PRICE_PERCENT)


def county_of(code: int) -> int:
    """The county's code of any code inside it."""
    return code // 10**6 * 10**6


def entries(county: int) -> QuerySet[CatalogueItem]:
    """What a county's catalogue says, retired rows too: its own rows, and the national ones it has not replaced."""
    own = CatalogueItem.objects.filter(county=county, name=OuterRef("name"))
    return CatalogueItem.objects.filter(Q(county=county) | Q(county=None) & ~Exists(own))


def book(county: int) -> Book:
    """The active entries by every name they go by (`key`); one query."""
    rows = list(entries(county).filter(active=True).order_by("goods", "id"))
    by_alias = {key(alias): row for row in rows for alias in row.aliases}
    return by_alias | {key(row.name): row for row in rows}


def listed(known: Book) -> list[CatalogueItem]:
    """The entries of a book, each once, in the catalogue's order."""
    return sorted({row.pk: row for row in known.values()}.values(), key=lambda row: (row.goods, row.pk))


def key(name: str) -> str:
    """A name without what people write differently: spaces, case, width, brackets."""
    return skeleton(name).replace("(", "").replace(")", "")


def compare(items: Iterable[Any], known: Book) -> list[Compared]:
    return [Compared(item, known.get(key(item.name))) for item in items]


@cache
def default_rows() -> tuple[dict[str, Any], ...]:
    """The bundled national default, in the columns of the model (invented prices, fen)."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            {
                "name": row["name"],
                "goods": row["group"],
                "unit": row["unit"],
                "price_fen": parse_fen(row["price"]),
                "yearly_cap": int(row["cap"]) if row["cap"] else None,
                "aliases": [alias for alias in row["aliases"].split("、") if alias],
            }
            for row in csv.DictReader(file)
        )
