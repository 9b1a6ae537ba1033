"""Forms of the villages' scores: the county's method, the period, a word on one village."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from accounts.models import Region
from fupin.lib.clock import today
from fupin.lib.forms import BodyField, CleanForm, LineField, YuanField
from grid.forms.quotas import MonthField
from grid.models import ScoreItem, ScoreRow
from grid.queries.scores import RULES
from grid.services.scores import MethodInput

DEFAULT_WEIGHTS = {
    "met": 20, "on_time": 10, "upheld": 10, "confirmed": 20, "visits": 20, "clocks": 10, "sound": 10,
}  # fmt: skip
LAST_GRADE = "不合格"
GRADES = (("excellent", "优秀", 90), ("good", "良好", 75), ("fair", "合格", 60))
YEARS_BACK = 3


class CountyForm(CleanForm):
    """What is done for one of the counties where somebody decides."""

    county = forms.ChoiceField(label="县")

    def __init__(self, *args: Any, counties: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counties = {str(county.code): county for county in counties}
        choices = [(code, county.name) for code, county in self.counties.items()]
        self.fields["county"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Region:
        return self.counties[self.cleaned_data["county"]]


class MethodForm(CountyForm):
    """Weights, least points, rates."""

    valid_from = MonthField(label="从哪个月起")
    need = YuanField(label="每条计数的求助奖励（元）", min_fen=0)
    evaluation = YuanField(label="每条送达评价奖励（元）", min_fen=0)
    clause = LineField(label="依据", max_length=200, help_text="例如：本县网格化管理实绩评价细则第几条。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in ScoreItem:
            self.fields[item.value] = forms.IntegerField(
                label=f"{item.label}（权重）",
                min_value=0,
                max_value=100,
                initial=DEFAULT_WEIGHTS[item.value],
                help_text=RULES[item.value],
            )
        for name, label, least in GRADES:
            self.fields[name] = forms.IntegerField(
                label=f"{label}至少（分）", min_value=1, max_value=100, initial=least
            )

    def content(self) -> MethodInput:
        said = self.cleaned_data
        return MethodInput(
            valid_from=said["valid_from"],
            weights={item.value: said[item.value] for item in ScoreItem},
            grades=[*((said[name], label) for name, label, _ in GRADES), (0, LAST_GRADE)],
            need_fen=said["need"],
            evaluation_fen=said["evaluation"],
            clause=said["clause"],
        )


class PeriodForm(CountyForm):
    """A year or one of its quarters."""

    year = forms.TypedChoiceField(label="年份", coerce=int)
    part = forms.TypedChoiceField(
        label="时段",
        coerce=int,
        choices=[(0, "全年"), *((number, f"第 {number} 季度") for number in range(1, 5))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = today().year
        years = [(year, f"{year} 年") for year in range(this, this - YEARS_BACK, -1)]
        self.fields["year"].choices = years  # type: ignore[attr-defined]

    def months(self) -> tuple[date, date]:
        """The first days of its first and last month."""
        year, part = self.cleaned_data["year"], self.cleaned_data["part"]
        first, last = (3 * part - 2, 3 * part) if part else (1, 12)
        return date(year, first, 1), date(year, last, 1)


class WordForm(CleanForm):
    """What is said to one village's row."""

    row = forms.ChoiceField(label="村")
    note = BodyField(label="意见", max_length=300)

    def __init__(self, *args: Any, rows: Sequence[ScoreRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(row.pk): row for row in rows}
        self.fields["row"].choices = [(pk, row.region.name) for pk, row in self.rows.items()]  # type: ignore[attr-defined]
