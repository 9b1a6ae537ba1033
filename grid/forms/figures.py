"""Forms of the leaders' dashboard."""

from django import forms

from fupin.lib.forms import CleanForm, LineField, QuantityField
from grid.figure_enums import AreaKind
from grid.forms.quotas import MonthField
from grid.services.area_numbers import MOST_HOMES, MOST_PERCENT


class PeriodParameter(CleanForm):
    """`?month=2026-11`; all time without."""

    month = MonthField(label="别的月份", required=False)


class AreaNumberForm(CleanForm):
    """A number that holds for an area from a month on."""

    kind = forms.ChoiceField(label="数字", choices=AreaKind.choices, widget=forms.RadioSelect)
    value = QuantityField(
        label="数值",
        max_value=MOST_HOMES,
        help_text=f"对接率目标填 1 到 {MOST_PERCENT}，应登记户数填本地的建档立卡户或监测对象户数。",
    )
    valid_from = MonthField(label="从哪个月起")
    clause = LineField(label="依据", max_length=200, help_text="文件名和条款。")
