"""Forms of the register's import: the file, and which column is what."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from accounts.models import Region
from fupin.lib.forms import CleanForm
from needs.imports import columns


class UploadForm(CleanForm):
    """`counties` are those the officer may import into."""

    county = forms.ChoiceField(label="县（市、区）")
    file = forms.FileField(
        label="名单文件",
        help_text="XLSX 或 CSV，20 MB 以内，最多 20 万行。名单放在第一张工作表。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    consent = forms.BooleanField(label="名单上的每一户都已在纸质申请和同意书上签字，原件存档")

    def __init__(self, *args: Any, counties: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counties = {str(county.code): county for county in counties}
        choices = [(code, county.name) for code, county in self.counties.items()]
        self.fields["county"].choices = choices if len(choices) == 1 else [("", "请选择"), *choices]  # type: ignore[attr-defined]

    @property
    def chosen_county(self) -> Region:
        return self.counties[self.cleaned_data["county"]]


class MappingForm(CleanForm):
    """One choice for each thing that is asked `of` a sheet: in which column it stands."""

    def __init__(
        self,
        *args: Any,
        headings: Sequence[str],
        mapping: Mapping[str, int],
        of: Sequence[columns.Column] = columns.COLUMNS,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "名单里没有"), *((str(number), text) for number, text in enumerate(headings))]
        for column in of:
            self.fields[column.key] = forms.ChoiceField(
                label=column.label,
                required=column.required,
                choices=choices,
                initial=str(mapping.get(column.key, "")),
                widget=forms.Select(attrs={"autocomplete": "off"}),
            )

    def mapping(self) -> dict[str, int]:
        """Column numbers by key, of what was chosen."""
        return {key: int(value) for key, value in self.cleaned_data.items() if value}
