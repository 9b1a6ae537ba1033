"""What an honour certificate says, in the one byte form that is signed."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date

TYPE = "fupin-certificate/1"
"""Stands in every statement, so that a signature can never be taken for one of another document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePayload:
    """One certificate as issued; every text is final, masked and shown exactly as it stands here.

    `donor` is the name as the donor wishes to be shown, `recipient` is masked, `content` says what was given,
    `charity` is the receiving organisation or empty, `county_name` the issuing county, `site` the platform's name,
    `version` counts re-issues from 1, `key_id` names the signing key (`signing.key_id`).
    """

    number: str
    version: int
    donor: str
    recipient: str
    content: str
    charity: str
    issued_on: date
    site: str
    county_name: str
    key_id: str


def canonical_bytes(payload: CertificatePayload) -> bytes:
    """Return the signed form: UTF-8 JSON with sorted keys and no spaces, dates as ISO text.

    Raises ValueError when a text holds half a surrogate pair, which no UTF-8 can carry.
    """
    values = asdict(payload) | {"issued_on": payload.issued_on.isoformat(), "type": TYPE}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def from_json(data: str | bytes) -> CertificatePayload:
    """Read a payload back. Raises ValueError unless it has exactly the known fields, once, of the right types."""
    return from_values(json.loads(data, object_pairs_hook=once))


def from_values(values: object) -> CertificatePayload:
    """Build a payload from parsed JSON, as strictly as `from_json`."""
    if not isinstance(values, dict) or values.get("type") != TYPE:
        raise ValueError("not a certificate statement")
    values = {name: value for name, value in values.items() if name != "type"}
    if set(values) != {field.name for field in fields(CertificatePayload)}:
        raise ValueError("a certificate statement has other fields")
    for name, value in values.items():
        # bool is an int to isinstance, and `true` is no version.
        if type(value) is not (int if name == "version" else str):
            raise ValueError(f"wrong type in field {name}")
    return CertificatePayload(**(values | {"issued_on": date.fromisoformat(values["issued_on"])}))


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse doubled keys: two readers could each believe another of the two values."""
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a field stands twice")
    return values
