"""Writing a need: one form and its rows of goods, the same sheet for officers and households."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.forms import CheckboxSelectMultiple, ChoiceField, FileInput, MultipleChoiceField, RadioSelect

from fupin.lib.errors import FupinError
from fupin.lib.forms import (
    BodyField,
    CleanForm,
    LineField,
    PhotoField,
    QuantityField,
    YuanField,
    add_errors,
)
from needs.catalogue import Book, key, listed
from needs.details import sponsored_fen
from needs.enums import Form, Kind, Subject
from needs.forms.details import CooperativeForm, groups
from needs.models import CatalogueItem, Need
from needs.services.drafts import MAX_ITEMS, MAX_PHOTOS, CooperativeInput, ItemInput, NeedInput

FIRST_ROWS, MORE_ROWS = 3, 5
MAX_TARGET_FEN = 500_000_00


class PhotosInput(FileInput):
    allow_multiple_selected = True


class PhotosField(PhotoField):
    """Several photos at once; the cleaned value is a list of re-encoded files, at most `limit`."""

    widget = PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True})
    limit = most = MAX_PHOTOS

    def clean(self, data: Any, initial: Any = None) -> list["ContentFile[bytes]"]:
        files = data if isinstance(data, list | tuple) else [data]
        chosen = [file for file in files if file]
        if len(chosen) > self.limit:
            raise ValidationError(
                f"最多 {self.most} 张照片，现在还能加 {self.limit} 张。", code="photo_count"
            )
        return [super(PhotosField, self).clean(file) for file in chosen]


class NeedForm(CleanForm):
    title = LineField(label="标题", max_length=40, help_text="一句话写清谁需要什么，例如“初三学生住校费用”。")
    kind = ChoiceField(label="类别", choices=[("", "请选择"), *Kind.choices])
    story = BodyField(
        label="困难和需要",
        max_length=2000,
        help_text="写清缺什么、为什么缺、什么时候要用。会公开，不要写全名、电话、证件号和病历。",
    )
    forms = MultipleChoiceField(
        label="需要哪种帮助",
        choices=Form.choices,
        widget=CheckboxSelectMultiple,
        help_text="可以选几种。",
    )
    target_amount = YuanField(
        label="需要多少资金",
        required=False,
        max_fen=MAX_TARGET_FEN,
        help_text="选了“资金”才填。写实际缺口，多出来的不会拨付。一对一救助可以留空，由每次金额算出。",
    )
    photos = PhotosField(
        label="照片",
        required=False,
        help_text=f"最多 {MAX_PHOTOS} 张。不要拍人脸、证件和病历；县里审核后才公开。",
    )


class SubjectForm(NeedForm):
    """For a place instead of a household; `subjects` are those that fit the place's level."""

    subject = ChoiceField(label="为谁求助", widget=RadioSelect)


class PhotoForm(CleanForm):
    """One photo that comes after its need."""

    photo = PhotoField(label="照片")


class ItemForm(CleanForm):
    """One row of goods; an empty row counts as none."""

    name = LineField(label="物品", required=False, max_length=40)
    unit = LineField(label="单位", required=False, max_length=8)
    quantity = QuantityField(label="数量", required=False)
    price = YuanField(label="单价", required=False, max_fen=MAX_TARGET_FEN)

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.book = book
        self.fields["name"].widget.attrs["list"] = "catalogue"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        known = self.book.get(key(values.get("name") or ""))
        if known and not str(self["unit"].value() or "").strip():
            values["unit"], values["price"] = known.unit, values.get("price") or known.price_fen
        typed = [name for name in self.fields if values.get(name) or str(self[name].value() or "").strip()]
        if typed:
            for name, words in (("name", "写物品"), ("unit", "写单位，如“床”"), ("quantity", "写数量")):
                if name not in typed:
                    self.add_error(name, f"请{words}。")
        return values


class NeedSheet:
    """Everything typed about one need: the form and its rows of goods.

    Bound to `data` and `files`, or showing `need` (None: an empty sheet).
    """

    def __init__(
        self,
        *,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        need: Need | None = None,
        subjects: Iterable[str] = (),
        book: Book | None = None,
        kind: str = "",
    ) -> None:
        self.subjects = list(subjects)
        self.book = book or {}
        self.bound = data is not None
        self.items_errors: list[str] = []
        self.form = self._form(data, files, initial=_typed(need) or {"kind": kind})
        self.kind = str(self.form["kind"].value() or "")
        self.groups = groups(data, chosen=self.kind, stored=need.details if need else None)
        self.cooperative = self._cooperative(data, need)
        if "photos" in self.form.fields and need:
            self.form.fields["photos"].limit = max(MAX_PHOTOS - need.photos.count(), 0)  # type: ignore[attr-defined]
        stored = (
            [
                {"name": i.name, "unit": i.unit, "quantity": i.quantity, "price": i.price_fen or None}
                for i in need.items.all()
            ]
            if need
            else []
        )
        self.estimate_fen = sum(i.total_fen for i in need.items.all()) if need else 0
        count = _row_count(data) if data is not None else max(FIRST_ROWS, len(stored))
        self.rows = [
            ItemForm(data, prefix=f"item{n}", initial=stored[n] if n < len(stored) else None, book=self.book)
            for n in range(count)
        ]

    def is_valid(self) -> bool:
        rows_fine = all([row.is_valid() for row in self.rows])
        if not rows_fine:
            self.form.add_error(None, "物品清单里有内容要改，请看标红的行。")
        kind_fine = all([group.form.is_valid() for group in self.groups if group.form.is_bound])
        if not kind_fine:
            self.form.add_error(None, f"“{Kind(self.kind).label}”要填的内容里有几项要改，请看标红的地方。")
        named = self.cooperative is None or not self.cooperative.is_bound or self.cooperative.is_valid()
        if not named:
            self.form.add_error(None, "合作社的内容要改，请看标红的地方。")
        return self.form.is_valid() and rows_fine and kind_fine and named

    def content(self) -> NeedInput:
        """What was typed, for the services."""
        values = self.form.cleaned_data
        items = [row.cleaned_data for row in self.rows if row.cleaned_data.get("name")]
        details = next((group.form.cleaned_data for group in self.groups if group.form.is_bound), {})
        named = self.cooperative.cleaned_data if self.cooperative and self.cooperative.is_bound else None
        return NeedInput(
            title=values["title"],
            story=values["story"],
            kind=values["kind"],
            forms=values["forms"],
            subject=values.get("subject", Subject.HOUSEHOLD),
            target_fen=values["target_amount"] or self._sponsored(details),
            items=[
                ItemInput(item["name"], item["unit"], item["quantity"], item["price"] or 0) for item in items
            ],
            details=details,
            cooperative=CooperativeInput(**named) if named else None,
        )

    def _sponsored(self, details: Mapping[str, Any]) -> int:
        """The target of a sponsorship, where only its instalments were filled in (fen)."""
        asked = self.kind == Kind.SPONSORSHIP and Form.MONEY in self.form.cleaned_data["forms"]
        return (sponsored_fen(details) or 0) if asked else 0

    @property
    def photos(self) -> list["ContentFile[bytes]"]:
        return self.form.cleaned_data["photos"]

    def refuse(self, error: FupinError) -> None:
        """Put a service's refusal where it belongs."""
        self.items_errors = error.fields.get("items", [])
        if self.cooperative and self.cooperative.is_bound:
            for words in error.fields.get("cooperative", []):
                self.cooperative.add_error("licence", words)
        add_errors(self.form, error)

    def with_more_rows(self) -> "NeedSheet":
        """The same typing with more empty rows, unchecked."""
        sheet = NeedSheet(subjects=self.subjects, book=self.book)
        sheet.form = self._form(initial=_values(self.form))
        sheet.kind = self.kind
        for mine, its in zip(self.groups, sheet.groups, strict=True):
            its.form.initial = _values(mine.form)
        if self.cooperative and sheet.cooperative:
            sheet.cooperative.initial = _values(self.cooperative)
        count = min(len(self.rows) + MORE_ROWS, MAX_ITEMS)
        typed = [{name: row[name].value() for name in row.fields} for row in self.rows]
        typed += [{}] * (count - len(typed))
        sheet.rows = [
            ItemForm(prefix=f"item{n}", initial=values, book=self.book) for n, values in enumerate(typed)
        ]
        return sheet

    @property
    def known(self) -> list[CatalogueItem]:
        """What the catalogue offers beside the rows of goods."""
        return listed(self.book)

    @property
    def may_grow(self) -> bool:
        return len(self.rows) < MAX_ITEMS

    def _cooperative(self, data: Mapping[str, Any] | None, need: Need | None) -> CooperativeForm | None:
        """Bound only where the need is a cooperative's; None where it can never be."""
        if Subject.COOPERATIVE not in self.subjects:
            return None
        if data is not None:
            form = CooperativeForm(data, prefix="cooperative")
            if self.form["subject"].value() == Subject.COOPERATIVE:
                return form
            return CooperativeForm(prefix="cooperative", initial=_values(form))
        known = need.cooperative if need else None
        initial = {name: getattr(known, name) for name in CooperativeForm.base_fields} if known else {}
        return CooperativeForm(prefix="cooperative", initial=initial)

    def _form(self, data: Any = None, files: Any = None, *, initial: dict[str, Any]) -> NeedForm:
        if not self.subjects:
            return NeedForm(data, files, initial=initial)
        form = SubjectForm(data, files, initial={"subject": self.subjects[0], **initial})
        form.fields["subject"].choices = [(value, Subject(value).label) for value in self.subjects]  # type: ignore[attr-defined]
        return form


def _typed(need: Need | None) -> dict[str, Any]:
    if need is None:
        return {}
    names = ("title", "kind", "story", "forms", "subject")
    return {
        **{name: getattr(need, name) for name in names},
        "target_amount": need.progress.target_fen or None,
    }


def _values(form: CleanForm) -> dict[str, Any]:
    """What stands in a form's inputs, checked or not."""
    return {name: form[name].value() for name in form.fields}


def _row_count(data: Mapping[str, Any]) -> int:
    """How many rows the page had; a forged count gives at most one row beyond what a need may hold."""
    typed = str(data.get("rows", ""))
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else FIRST_ROWS
    return min(max(count, 1), MAX_ITEMS)
