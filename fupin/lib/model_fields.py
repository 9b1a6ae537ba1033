"""Columns for personal data and for money."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import checks
from django.core.exceptions import FieldError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from fupin.lib.fields import YuanField
from fupin.lib.secret import KINDS, Kind, Secret

if TYPE_CHECKING:
    _SecretBase = models.TextField[Secret | str | None, Secret | None]
    _FenBase = models.BigIntegerField[int, int]
else:
    _SecretBase = models.TextField
    _FenBase = models.BigIntegerField


class SecretAttribute(DeferredAttribute):
    """Turns what is assigned into a `Secret` at once: no plaintext string lies about in the instance."""

    field: "SecretField"

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class SecretField(_SecretBase):
    """Encrypted text. Python sees `Secret | None` and may assign a plain string; an empty one is NULL.

    `kind` ("phone", "id", "bank", "text", "name") chooses the mask. The ciphertext is bound to
    "table.column"; when a table or column is renamed, pass the old name as `context`. The field has no lookup
    but `isnull` (search by a blind index column) and is not editable: forms take a new value and never send
    the old one back.
    """

    description = "Encrypted text"
    descriptor_class = SecretAttribute

    def __init__(self, *args: Any, kind: Kind, context: str = "", **kwargs: Any) -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown kind of secret: {kind}")
        self.kind: Kind = kind
        self.context = context
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["kind"] = self.kind
        if self.context:
            kwargs["context"] = self.context
        kwargs.pop("editable", None)
        if self.editable:
            kwargs["editable"] = True
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = super().check(**kwargs)
        if self.unique or self.db_index:  # type: ignore[attr-defined]  # missing in the stubs
            text = "A SecretField cannot be indexed or unique."
            hint = "Put the constraint on a blind index column beside it."
            found.append(checks.Error(text, hint=hint, obj=self, id="fupin.E101"))
        return found

    def to_python(self, value: object) -> Secret | None:
        """`Secret` of a string or secret; None for nothing. Raises `TypeError` for any other type."""
        if value is None or value == "":
            return None
        if isinstance(value, Secret):
            return value if value.kind == self.kind else Secret(value.open(), kind=self.kind)
        if isinstance(value, str):
            return Secret(value, kind=self.kind)
        raise TypeError(f"{self.name}: a secret is a str or a Secret, not {type(value).__name__}")

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Secret | None:
        return None if value is None else Secret.sealed(value, context=self._bound_context(), kind=self.kind)

    def get_prep_value(self, value: Any) -> Any:
        if hasattr(value, "resolve_expression"):
            raise FieldError(f"{self.name}: a secret cannot be computed by the database")
        secret = self.to_python(value)
        return None if secret is None else secret.token(context=self._bound_context())

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.name}: encrypted, has no lookup {lookup_name!r}; use its blind index or isnull"
            )
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name}: encrypted, has no transform {lookup_name!r}")

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.name}: secrets are not serialised")

    def _bound_context(self) -> str:
        return self.context or f"{self.model._meta.db_table}.{self.column}"


class FenField(_FenBase):
    """An amount in fen, never negative. Anything but an int raises `TypeError` instead of being cut off."""

    description = "Amount in fen"
    default_validators = [MinValueValidator(0, message="金额不能小于 0。")]

    def get_prep_value(self, value: Any) -> Any:
        if value is not None and not hasattr(value, "resolve_expression") and type(value) is not int:
            raise TypeError(f"{self.name}: an amount is an int of fen, not {type(value).__name__}")
        return super().get_prep_value(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        """Forms show and take yuan, never fen."""
        return models.Field.formfield(self, **{"form_class": YuanField, **kwargs})
