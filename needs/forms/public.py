"""What visitors type or click to narrow the list. Addresses are shared and edited, so every part is checked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.enums import AreaTag
from accounts.models import Region
from accounts.queries import path_of
from fupin.lib.forms import CleanForm, LineField, NameField
from fupin.lib.text import fold_width
from needs.enums import PUBLIC, Form, Kind, Subject
from needs.queries import ORDERS, ListFilter

NO_REGION = "没有这个地区，请重新选择。"
SHOWN_STATUSES = [(status.value, status.label) for status in PUBLIC]


class RegionField(forms.Field):
    """A 12-digit division code; the cleaned value is the path of regions down to it, or an empty list."""

    def to_python(self, value: Any) -> list[Region]:
        code = fold_width(str(value or "").strip()[:40])
        if not code:
            return []
        if not (code.isascii() and code.isdecimal() and len(code) == 12):
            raise ValidationError(NO_REGION, code="region")
        path = path_of(int(code))
        if not path or path[-1].code != int(code):
            raise ValidationError(NO_REGION, code="region")
        return path


class FilterForm(CleanForm):
    """The list's address: region, area, kind, form, subject, status, order, words and the page's cursor."""

    region = RegionField(label="地区", required=False)
    area = forms.ChoiceField(label="重点地区", required=False, choices=AreaTag.choices)
    kind = forms.ChoiceField(label="类别", required=False, choices=Kind.choices)
    form = forms.ChoiceField(label="帮助方式", required=False, choices=Form.choices)
    subject = forms.ChoiceField(label="求助对象", required=False, choices=Subject.choices)
    status = forms.ChoiceField(label="状态", required=False, choices=SHOWN_STATUSES)
    order = forms.ChoiceField(label="排序", required=False, choices=[(name, name) for name in ORDERS])
    q = LineField(label="地名", required=False, max_length=40)
    cursor = forms.CharField(label="翻页", required=False)

    @property
    def path(self) -> list[Region]:
        """The chosen region and those above it, from the top; empty for the whole country."""
        path: list[Region] = self.cleaned_data.get("region") or []
        return path

    def wanted(self, *, order: str = "newest") -> ListFilter:
        """The filter of a valid form; `order` where none was chosen."""
        names = ("area", "kind", "form", "subject", "status", "q")
        return ListFilter(
            region=self.path[-1] if self.path else None,
            order=self.cleaned_data["order"] or order,
            **{name: self.cleaned_data[name] for name in names},
        )

    def params(self) -> dict[str, str]:
        """What of the address is right, to be kept in every link of the page; never the cursor."""
        names = ("area", "kind", "form", "subject", "status", "order", "q")
        kept = {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}
        return {**({"region": str(self.path[-1].code)} if self.path else {}), **kept}


class PlaceForm(CleanForm):
    """Which region's children the place chooser shows."""

    parent = RegionField(label="地区", required=False)


class NameForm(CleanForm):
    """A household's full name, looked for inside one village."""

    name = NameField(label="户主姓名", help_text="写全名，例如身份证上的姓名。")
