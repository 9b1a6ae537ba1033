"""The county's catalogue of goods with reference prices: add, edit, retire; and the national default."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput
from needs.models import CatalogueItem

TAKEN = "目录里已经有这个名称，请直接修改。"


@dataclass(frozen=True, slots=True)
class ItemValues:
    """What the county says about a thing. Price in fen of one unit, cap in whole units a household and year."""

    goods: str
    unit: str
    price_fen: int
    yearly_cap: int | None = None
    aliases: Sequence[str] = field(default_factory=tuple)
    valid_from: date | None = None


def add(*, actor: User, county: Region, name: str, values: ItemValues) -> CatalogueItem:
    """A thing of the county's own. Raises NotAllowed, InvalidInput where the name is in the catalogue already."""
    _ensure(actor, county)
    known = CatalogueItem.objects.filter(name=name, county__in=[county.code])
    if known.exists() or CatalogueItem.objects.filter(name=name, county=None).exists():
        raise InvalidInput(fields={"name": [TAKEN]})
    try:
        with transaction.atomic():
            item = CatalogueItem.objects.create(county=county, name=name, **_columns(values))
            _record(actor, "catalogue.add", item, county, {"price_fen": [None, item.price_fen]})
    except IntegrityError as error:
        raise InvalidInput(fields={"name": [TAKEN]}) from error
    return item


def edit(*, actor: User, county: Region, item: CatalogueItem, values: ItemValues) -> CatalogueItem:
    """New values; the national row stays as it is and gets a row of the county's in its place."""
    _ensure(actor, county)
    with transaction.atomic():
        own = _own(county, item)
        before = {name: getattr(own, name) for name in _columns(values)}
        for name, value in _columns(values).items():
            setattr(own, name, value)
        own.active = True
        own.save()
        changed = {
            name: [_plain(old), _plain(getattr(own, name))]
            for name, old in before.items()
            if old != getattr(own, name)
        }
        _record(actor, "catalogue.edit", own, county, changed)
    return own


def retire(*, actor: User, county: Region, item: CatalogueItem) -> CatalogueItem:
    """Take a thing out of this county's catalogue. Raises Conflict where it is out already."""
    _ensure(actor, county)
    with transaction.atomic():
        own = _own(county, item)
        if not own.active:
            raise Conflict("这一项已经停用。")
        own.active = False
        own.save()
        _record(actor, "catalogue.retire", own, county, {"active": [True, False]})
    return own


def load_default(rows: Iterable[dict[str, Any]]) -> int:
    """Write the national default, by name; rows no longer named are retired. Returns how many there are."""
    names = []
    with transaction.atomic():
        for row in rows:
            values = {key: value for key, value in row.items() if key != "name"}
            CatalogueItem.objects.update_or_create(
                county=None, name=row["name"], defaults={**values, "active": True}
            )
            names.append(row["name"])
        CatalogueItem.objects.filter(county=None).exclude(name__in=names).update(active=False)
    return len(names)


def _ensure(actor: User, county: Region) -> None:
    ensure(actor, Verb.APPROVE, county.code)
    if county.level != Level.COUNTY:
        raise InvalidInput("目录按县设置，请选择县。")


def _own(county: Region, item: CatalogueItem) -> CatalogueItem:
    """The county's own row of this name, locked; made from the national one where there is none yet."""
    columns = ("goods", "aliases", "unit", "price_fen", "yearly_cap", "valid_from", "active")
    CatalogueItem.objects.get_or_create(
        county=county, name=item.name, defaults={name: getattr(item, name) for name in columns}
    )
    return CatalogueItem.objects.select_for_update(of=("self",)).get(county=county, name=item.name)


def _columns(values: ItemValues) -> dict[str, Any]:
    return {
        **asdict(values),
        "aliases": list(values.aliases),
        "valid_from": values.valid_from or today(),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _record(actor: User, action: str, item: CatalogueItem, county: Region, changes: dict[str, Any]) -> None:
    audit.record(actor=actor, action=action, obj=item, region_code=county.code, changes=changes)
