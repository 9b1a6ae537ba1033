"""The forms every page uses: clean text, messages in plain Chinese, errors tied to their inputs.

Django itself writes `aria-invalid` and points `aria-describedby` at `id_<name>_helptext` and
`id_<name>_error` (the `id` that `{{ field.errors }}` carries; a template that prints errors itself must
repeat it). The pages put `novalidate` on `<form>`, so that these messages are seen and not the browser's.
"""

from typing import TYPE_CHECKING, Any

from django import forms

from fupin.lib import text
from fupin.lib.errors import FupinError
from fupin.lib.fields import (
    BodyField,
    CodeField,
    DutyPhoneField,
    LineField,
    NameField,
    PhoneField,
    PhotoField,
    QuantityField,
    ResidentIdField,
    TrackingNumberField,
    YuanField,
)

__all__ = [
    "BodyField",
    "CleanForm",
    "CleanModelForm",
    "CodeField",
    "DutyPhoneField",
    "LineField",
    "NameField",
    "PhoneField",
    "PhotoField",
    "QuantityField",
    "ResidentIdField",
    "TrackingNumberField",
    "YuanField",
    "add_errors",
]

LINE_MAX, BODY_MAX = 200, 5000
"""Limits of plain text fields that set none."""

_WITHOUT_AUTOCOMPLETE = (forms.HiddenInput, forms.CheckboxInput, forms.RadioSelect, forms.FileInput)
_CHOOSING = (forms.ChoiceField, forms.ModelChoiceField, forms.FileField, forms.BooleanField)
_MESSAGES = {
    "invalid_choice": "请从列表里选择{label}。",
    "invalid_list": "请从列表里选择{label}。",
    "invalid": "{label}填写得不对，请检查。",
    "invalid_date": "请填写正确的日期，例如 2026-11-22。",
}


if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm


class _Clean:
    """What both kinds of form share; see the module."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _speak_plainly(field, name)
            _clean_text(field)
            if not isinstance(field.widget, _WITHOUT_AUTOCOMPLETE):
                field.widget.attrs.setdefault("autocomplete", "off")


class CleanForm(_Clean, forms.Form):
    """Base of every form without a model."""


class CleanModelForm(_Clean, _ModelForm):
    """Base of every form of a model; name its fields one by one."""


def add_errors(form: forms.BaseForm, error: FupinError) -> None:
    """Put a service's refusal into a form: beside the fields it names, else (or unknown ones) on top.

    A form that is shown beside a button of another kind has nothing typed (unbound) and takes it, too.
    """
    if not form.is_bound:
        form.cleaned_data = {}
    placed = False
    for name, texts in error.fields.items():
        known = name if name in form.fields else None
        placed = True
        for text_ in texts:
            form.add_error(known, text_)
    if not placed:
        form.add_error(None, error.message)


def _speak_plainly(field: forms.Field, name: str) -> None:
    """Replace Django's own messages; those that the field's author wrote stay."""
    label = str(field.label or name)
    verb = "选择" if isinstance(field, _CHOOSING) else "填写"
    wanted = {"required": f"请{verb}{{label}}。", **_MESSAGES}
    if isinstance(field, forms.BooleanField):
        wanted["required"] = "请勾选“{label}”。"
    if isinstance(field, forms.DateField | forms.DateTimeField):
        wanted["invalid"] = wanted["invalid_date"]
    for code, message in wanted.items():
        if code in field.error_messages and field.error_messages[code] is _django_message(field, code):
            field.error_messages[code] = message.format(label=label)


def _django_message(field: forms.Field, code: str) -> Any:
    for kind in type(field).__mro__:
        found = vars(kind).get("default_error_messages", {}).get(code)
        if found is not None:
            return found if kind.__module__.startswith("django.") else None
    return None


def _clean_text(field: forms.Field) -> None:
    """Clean Django's plain text fields (also those made from a model) like ours. Passwords stay as typed."""
    ours = type(field).__module__ == LineField.__module__
    if ours or not isinstance(field, forms.CharField) or isinstance(field.widget, forms.PasswordInput):
        return
    several_lines = isinstance(field.widget, forms.Textarea)
    clean = text.clean_body if several_lines else text.clean_line
    limit = field.max_length or (BODY_MAX if several_lines else LINE_MAX)
    convert = field.to_python

    def to_python(value: Any) -> Any:
        return convert(clean(value, max_length=limit) if isinstance(value, str) else value)

    field.to_python = to_python  # type: ignore[method-assign]
