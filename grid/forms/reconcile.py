"""Forms of laying the provincial register beside ours."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Region
from fupin.lib.forms import CleanForm, LineField
from grid.models import DifferenceKind, Ruling
from needs.forms.office import PAPER


class CheckUploadForm(CleanForm):
    """`counties` are those where the person approves."""

    county = forms.ChoiceField(label="县（市、区）")
    file = forms.FileField(
        label="省平台导出的名单",
        help_text="XLSX 或 CSV，20 MB 以内。只核对，不改本地的登记；核对完文件即删。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, counties: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counties = {str(county.code): county for county in counties}
        choices = [(code, county.name) for code, county in self.counties.items()]
        self.fields["county"].choices = choices if len(choices) == 1 else [("", "请选择"), *choices]  # type: ignore[attr-defined]

    @property
    def chosen_county(self) -> Region:
        return self.counties[self.cleaned_data["county"]]


class RulingForm(CleanForm):
    """`missing_here` asks how a household that is to be registered applied and agreed."""

    ruling = forms.ChoiceField(label="哪边的对", choices=Ruling.choices, widget=forms.RadioSelect)
    evidence = forms.ChoiceField(
        label="这户的申请和同意",
        choices=[("", "请选择"), *PAPER],
        required=False,
        help_text="以省平台为准时要登记这户，先由村里取得申请和同意。",
    )
    note = LineField(label="说明", max_length=150, required=False)

    def __init__(self, *args: Any, missing_here: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not missing_here:
            del self.fields["evidence"]


class DifferenceFilter(CleanForm):
    """`?kind=` of the differences."""

    kind = forms.ChoiceField(required=False, choices=[("", "全部"), *DifferenceKind.choices])
