"""The fields of each kind and of a cooperative as forms, made from the table of `needs/kinds.py`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms

from fupin.lib.forms import CleanForm, LineField, QuantityField, YuanField
from needs.details import clean_licence, problems
from needs.enums import Kind
from needs.kinds import FIELDS, Field

PRIVATE = "不公开，只给经办人员看。"


class CooperativeForm(CleanForm):
    """Who a cooperative is; asked only where the need is a cooperative's."""

    name = LineField(label="合作社名称", max_length=40, help_text="会公开。")
    contact_role = LineField(
        label="联系人职务", max_length=20, help_text=f"例如“理事长”，不写姓名。{PRIVATE}"
    )
    licence = LineField(label="营业执照号", max_length=20, help_text=PRIVATE)

    def clean_licence(self) -> str:
        return clean_licence(self.cleaned_data["licence"])


class DetailsForm(CleanForm):
    """What one kind asks for; `detail_form` adds its fields."""

    kind: str = ""

    def clean(self) -> dict[str, Any]:
        values = {key: value for key, value in (super().clean() or {}).items() if value not in ("", None, [])}
        for key, words in problems(self.kind, values).items():
            if key not in self.errors:
                self.add_error(key, words)
        return values


@dataclass(frozen=True, slots=True)
class Group:
    """One kind's fields on the sheet."""

    kind: Kind
    form: DetailsForm


@cache
def detail_form(kind: str) -> type[DetailsForm]:
    """The form class of one kind."""
    fields = {field.key: _form_field(field) for field in FIELDS[kind]}
    return type(f"{kind.title()}DetailsForm", (DetailsForm,), {"kind": kind, **fields})


def groups(
    data: Mapping[str, Any] | None = None,
    *,
    chosen: str = "",
    stored: Mapping[str, Any] | None = None,
    kinds: Iterable[Kind] = Kind,
) -> list[Group]:
    """The groups of all kinds that ask for something. Only the chosen one is bound; the others keep what was typed."""
    made = []
    for kind in kinds:
        make, prefix = detail_form(kind), f"detail-{kind}"
        if not FIELDS[kind]:
            continue
        if data is not None and kind == chosen:
            made.append(Group(kind, make(data, prefix=prefix)))
            continue
        typed = make(data, prefix=prefix) if data is not None else None
        initial = (
            {name: typed[name].value() for name in typed.fields}
            if typed
            else stored
            if kind == chosen
            else None
        )
        made.append(Group(kind, make(prefix=prefix, initial=dict(initial or {}))))
    return made


def _form_field(field: Field) -> forms.Field:
    about = " ".join(words for words in (field.help, "" if field.public else PRIVATE) if words)
    common: dict[str, Any] = {"label": field.label, "required": field.required, "help_text": about}
    match field.type:
        case "choice":
            return forms.ChoiceField(choices=[("", "请选择"), *field.choices], **common)
        case "choices":
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=field.choices, widget=widget, **common)
        case "whole":
            common["label"] += f"（{field.unit}）" if field.unit else ""
            return QuantityField(max_value=field.most, **common)
        case "fen":
            return YuanField(max_fen=field.most, **common)
    return LineField(max_length=field.most, **common)
