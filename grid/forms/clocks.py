"""Forms of the clocks and of the holiday table."""

from typing import Any

from django import forms

from accounts.enums import Level
from accounts.models import Region
from fupin.lib.forms import BodyField, CleanForm, LineField

LEVELS = [
    ("", "全部"),
    *((str(one.value), str(one.label)) for one in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)),
]
STATES = [("late", "已超期"), ("running", "进行中"), ("paused", "已暂停"), ("done", "已办结")]


class ClockFilter(CleanForm):
    level = forms.ChoiceField(required=False, choices=LEVELS)
    state = forms.ChoiceField(required=False, choices=[("", ""), *STATES])


class PauseForm(CleanForm):
    why = BodyField(
        label="为什么暂停", max_length=200, help_text="例如：这户外出，约定 10 月 12 日回来核查。会写进档案。"
    )


class CalendarFilter(CleanForm):
    """`?county=&year=`; `counties` are those of the person."""

    county = forms.TypedChoiceField(label="县（市、区）", required=False, coerce=int, empty_value=None)
    year = forms.IntegerField(label="年份", required=False, min_value=2020, max_value=2100)

    def __init__(self, *args: Any, counties: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].choices = [(county.code, county.name) for county in counties]  # type: ignore[attr-defined]


class CalendarDayForm(CleanForm):
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    works = forms.ChoiceField(
        label="这一天", choices=[("free", "放假"), ("works", "上班")], widget=forms.RadioSelect
    )
    name = LineField(label="名称", max_length=30, help_text="例如：国庆节调休、防汛停工。")
