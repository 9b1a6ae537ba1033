from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fupin.lib.idempotency import fingerprint
from fupin.lib.secret import Secret

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
PAYLOADS = st.dictionaries(
    st.text(max_size=8),
    SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=8), SCALARS, max_size=3),
)


@given(PAYLOADS)
def test_fingerprint_ignores_the_order_of_keys(payload: dict[str, Any]) -> None:
    assert fingerprint(payload) == fingerprint(dict(reversed(payload.items())))


@given(st.integers(), st.integers())
def test_fingerprint_tells_amounts_apart(first: int, second: int) -> None:
    assert (fingerprint({"fen": first}) == fingerprint({"fen": second})) is (first == second)


def test_fingerprint_tells_types_and_places_apart() -> None:
    payloads: list[dict[str, Any]] = [
        {"a": 1},
        {"a": "1"},
        {"b": 1},
        {"a": [1]},
        {"a": {"a": 1}},
        {"a": None},
        {},
    ]
    assert len({fingerprint(payload) for payload in payloads}) == len(payloads)


def test_fingerprint_takes_dates_decimals_uuids_and_odd_text() -> None:
    payload = {"on": date(2026, 12, 1), "yuan": Decimal("1.50"), "key": UUID(int=1), "text": "\ud800\0😀"}
    assert len(fingerprint(payload)) == 64


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", object(), Secret("x", kind="text")])
def test_fingerprint_refuses_what_has_no_canonical_form(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        fingerprint({"value": value})
