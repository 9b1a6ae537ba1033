"""Pages by key instead of by number: page 1000 costs what page 1 costs, and nothing is counted.

A cursor names the row at the edge of a page. It is opaque to clients, not secret and not signed; whatever
comes back is checked field by field before it reaches a query.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import DateTimeField, Field, ForeignKey, IntegerField, Q, QuerySet

from fupin.lib.errors import InvalidInput

MAX_SIZE = 100
_MAX_CURSOR = 512
_BIGINT = 2**63
_NEXT, _PREVIOUS = "n", "p"

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows in the asked order, and the cursors of the neighbouring pages (None where there is none)."""

    items: list[Row]
    next_cursor: str | None
    previous_cursor: str | None

    @property
    def has_next(self) -> bool:
        return self.next_cursor is not None

    @property
    def has_previous(self) -> bool:
        return self.previous_cursor is not None


def keyset_page(
    queryset: QuerySet[Any, Row],
    *,
    order: tuple[str, ...],
    cursor: str | None = None,
    size: int = 20,
    narrow: Callable[[QuerySet[Any, Row], tuple[str, ...], int], QuerySet[Any, Row]] | None = None,
) -> Page[Row]:
    """One page of `queryset` (models, or `values()` that hold the order columns), one row fetched beyond it.

    `order` is one or two columns or annotations, "-" for descending; none may be NULL and the last must be
    unique. `narrow(rows, order, limit)` may replace the rows behind the cursor by a cheaper query for the same
    first `limit` of them. Raises `InvalidInput` for a cursor that was not made by this list and for a size outside
    1 to 100.
    """
    if not 1 <= size <= MAX_SIZE:
        raise InvalidInput(f"每页条数要在 1 到 {MAX_SIZE} 之间。", code="page_size")
    if not 1 <= len(order) <= 2:
        raise ValueError("a keyset is one or two columns")
    direction, edge = _decode(cursor, queryset, order) if cursor else (_NEXT, None)
    going = order if direction == _NEXT else tuple(_flipped(name) for name in order)
    rows = queryset.filter(_beyond(going, edge)) if edge else queryset
    if narrow:
        rows = narrow(rows, going, size + 1)
    found = list(rows.order_by(*going)[: size + 1])
    more, items = len(found) > size, found[:size]
    if direction == _PREVIOUS:
        items.reverse()
    after = bool(items) and (more if direction == _NEXT else True)
    before = bool(items) and (more if direction == _PREVIOUS else edge is not None)
    return Page(
        items=items,
        next_cursor=_encode(_NEXT, items[-1], order) if after else None,
        previous_cursor=_encode(_PREVIOUS, items[0], order) if before else None,
    )


def _beyond(order: Sequence[str], edge: Sequence[Any]) -> Q:
    """Rows after `edge`. PostgreSQL reads the NOT form straight from the index, the usual OR form never."""
    last, last_value = order[-1], edge[-1]
    if len(order) == 1:
        return Q((_compare(last, "gt"), last_value))
    first, first_value = order[0], edge[0]
    ties_up_to_edge = Q((_name(first), first_value), (_compare(_flipped(last), "gte"), last_value))
    return Q((_compare(first, "gte"), first_value)) & ~ties_up_to_edge


def _compare(name: str, ascending: str) -> str:
    """Look-up for "later in this order": `gt` or `gte`, turned round for a descending column."""
    operator = ascending.replace("gt", "lt") if name.startswith("-") else ascending
    return f"{_name(name)}__{operator}"


def _name(name: str) -> str:
    return name.removeprefix("-")


def _flipped(name: str) -> str:
    return _name(name) if name.startswith("-") else f"-{name}"


def _encode(direction: str, row: Any, order: Sequence[str]) -> str:
    names = [_name(name) for name in order]
    values = [_plain(row[name] if isinstance(row, dict) else getattr(row, name)) for name in names]
    text = json.dumps([direction, _signature(order), values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _plain(value: Any) -> str | int:
    if isinstance(value, int | str) and not isinstance(value, bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"a list cannot be paged by {type(value).__name__}")


def _decode(cursor: str, queryset: QuerySet[Any, Any], order: Sequence[str]) -> tuple[str, list[Any]]:
    try:
        if len(cursor) > _MAX_CURSOR:
            raise ValueError("too long")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        direction, signature, values = json.loads(raw)
        if direction not in (_NEXT, _PREVIOUS) or signature != _signature(order) or len(values) != len(order):
            raise ValueError("another list's cursor")
        fields = [_field(queryset, _name(name)) for name in order]
        return direction, [_typed(field, value) for field, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError) as error:
        raise InvalidInput("翻页链接已经失效，请从第一页重新开始。", code="cursor") from error


def _typed(field: "Field[Any, Any]", value: object) -> Any:
    if isinstance(field, IntegerField):
        if type(value) is not int or not -_BIGINT <= value < _BIGINT:
            raise ValueError("not an integer of the database")
        return value
    if not isinstance(value, str) or "\0" in value or not value.isprintable():
        raise ValueError("not a text")
    if isinstance(field, DateTimeField):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment
    return field.to_python(value)


def _field(queryset: QuerySet[Any, Any], name: str) -> "Field[Any, Any]":
    try:
        found = queryset.model._meta.pk if name == "pk" else queryset.model._meta.get_field(name)
    except FieldDoesNotExist:
        found = queryset.query.annotations[name].output_field
    return found.target_field if isinstance(found, ForeignKey) else found


def _signature(order: Sequence[str]) -> str:
    """Short and stable: a cursor of one order is refused by another."""
    return hashlib.sha256(",".join(order).encode()).hexdigest()[:8]
