"""The fields of each kind in the API: one object `details`, made from the table of `needs/kinds.py`."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fupin.lib import money
from fupin.lib.drf import AnySerializer, LineField, OneOf, WholeField, YuanField
from needs.enums import Kind
from needs.kinds import FEN, FIELDS, Field


@cache
def detail_serializer(kind: str) -> type[AnySerializer]:
    """The shapes of one kind's details; what is required and what fits together the service knows."""
    fields = {field.key: _api_field(field) for field in FIELDS[kind]}
    return type(f"{kind.title()}DetailsSerializer", (serializers.Serializer,), fields)


def read_details(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Typed details of a JSON object, yuan as fen. Raises DRF's ValidationError by key."""
    known = {field.key for field in FIELDS[kind]}
    strange = {key: ["这一类求助没有这一项。"] for key in given if key not in known}
    if strange:
        raise serializers.ValidationError({"details": strange})
    bound = detail_serializer(kind)(data={key: value for key, value in given.items() if value is not None})
    if not bound.is_valid():
        raise serializers.ValidationError({"details": bound.errors})
    return {key: value for key, value in bound.validated_data.items() if value not in ("", [])}


def shown_details(kind: str, details: Mapping[str, Any], *, inside: bool) -> dict[str, Any]:
    """The details as JSON, in the table's order; `inside` adds what is not public."""
    fields = [field for field in FIELDS[kind] if (field.public or inside) and field.key in details]
    return {
        field.key: money.yuan(details[field.key]) if field.type == FEN else details[field.key]
        for field in fields
    }


def _api_field(field: Field) -> serializers.Field[Any, Any, Any, Any]:
    match field.type:
        case "choice":
            return OneOf(choices=field.choices, required=False)
        case "choices":
            codes = OneOf(choices=field.choices)
            return serializers.ListField(child=codes, required=False, max_length=len(field.choices))
        case "whole":
            return WholeField(max_value=field.most, required=False)
        case "fen":
            return YuanField(required=False)
    return LineField(field.most, required=False, allow_blank=True)


def _schema(field: Field) -> dict[str, Any]:
    codes = {"type": "string", "enum": [code for code, _ in field.choices]}
    note = "" if field.public else " (office only)"
    shapes: dict[str, dict[str, Any]] = {
        "choice": codes,
        "choices": {"type": "array", "items": codes},
        "whole": {"type": "integer", "minimum": 1, "maximum": field.most},
        "fen": {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,2})?$"},
        "line": {"type": "string", "maxLength": field.most},
    }
    return {**shapes[field.type], "description": f"{field.label}{note}"}


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What the kind asks for; amounts are yuan as text. One of these objects, by `kind`.",
    "anyOf": [
        {
            "type": "object",
            "title": kind,
            "properties": {field.key: _schema(field) for field in FIELDS[kind]},
            "required": [field.key for field in FIELDS[kind] if field.required],
        }
        for kind in Kind
        if FIELDS[kind]
    ],
}


@extend_schema_field(SCHEMA)
class DetailsField(serializers.DictField):
    """An object whose keys the kind decides; `read_details` checks it once the kind is known."""
