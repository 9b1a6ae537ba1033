"""Recognising the same request when it comes twice."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID


def fingerprint(payload: Mapping[str, Any]) -> str:
    """64 hex digits of the canonical JSON of cleaned input; the order of keys does not matter.

    Takes what JSON knows, dates, times, decimals and UUIDs. Raises `TypeError` for other types (a `Secret`, a
    file) and `ValueError` for NaN and infinity.
    """
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a fingerprint")
