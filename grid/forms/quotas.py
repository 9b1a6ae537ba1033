"""Forms of quotas, subsidies and closed months."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from accounts.enums import Role
from accounts.models import Appointment
from fupin.lib.clock import month_of, today
from fupin.lib.forms import BodyField, CleanForm, LineField, YuanField
from grid.quota_enums import Basis, Villages
from grid.services.quotas import RateInput, RuleInput
from needs.enums import Kind

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
ROLES = [
    (role.value, role.label)
    for role in (Role.VILLAGE_OFFICER, Role.TOWNSHIP_MANAGER, Role.GRID_LEADER, Role.GRID_MEMBER)
]


class MonthField(forms.CharField):
    """A month as the browser's month picker sends it, such as 2026-10; its value is the first day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-10"}), **kwargs)

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        found = _MONTH.fullmatch(text)
        if not found:
            raise forms.ValidationError("请写成 2026-10 这样的月份。", code="month")
        return date(int(found[1]), int(found[2]), 1)


class MonthParameter(CleanForm):
    """`?month=`; the present month without it."""

    month = MonthField(required=False)

    @property
    def chosen(self) -> date:
        return self.cleaned_data["month"] or month_of(today())


class RuleForm(CleanForm):
    """A quota rule of a county or a city."""

    role = forms.ChoiceField(label="职务", choices=ROLES)
    villages = forms.ChoiceField(label="哪些村", choices=Villages.choices, widget=forms.RadioSelect)
    kinds = forms.MultipleChoiceField(
        label="计入的类型",
        choices=Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Kind.MEDICAL, Kind.EDUCATION, Kind.HOUSING],
    )
    kinds_everywhere = forms.MultipleChoiceField(
        label="在所有村都计入的类型",
        choices=Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="例如：孤儿、孤寡老人的关爱需求。",
    )
    monthly = forms.IntegerField(label="每月至少（条）", min_value=0, max_value=200)
    monthly_most = forms.IntegerField(
        label="每月参考上限（条）",
        min_value=1,
        max_value=500,
        required=False,
        help_text="只作提示，超过的照样计数。",
    )
    at_start = forms.IntegerField(
        label="起始月（条）",
        min_value=0,
        max_value=500,
        initial=0,
        help_text="一个村第一个月要采集的条数；没有就填 0。",
    )
    due_day = forms.IntegerField(label="每月几号前算按时", min_value=1, max_value=31, initial=25)
    valid_from = MonthField(label="从哪个月起")
    clause = LineField(label="依据", max_length=200, help_text="例如：衡扶发〔2017〕7号 三（二）。")

    def rule(self) -> RuleInput:
        return RuleInput(**{name: self.cleaned_data[name] for name in RuleInput.__slots__})


class RateForm(CleanForm):
    """A subsidy rate of a county or a city."""

    name = LineField(label="名称", max_length=40, help_text="例如：通信费补贴、误工补贴。")
    role = forms.ChoiceField(label="职务", choices=ROLES)
    fen = YuanField(label="每月多少元")
    basis = forms.ChoiceField(label="发放方式", choices=Basis.choices, widget=forms.RadioSelect)
    valid_from = MonthField(label="从哪个月起")
    clause = LineField(label="依据", max_length=200, help_text="例如：武扶组办〔2018〕10号 二4。")

    def rate(self) -> RateInput:
        return RateInput(**{name: self.cleaned_data[name] for name in RateInput.__slots__})


class EndForm(CleanForm):
    month = MonthField(label="最后一个月")


class ZeroForm(CleanForm):
    """零报告 for one of the person's posts."""

    post = forms.ChoiceField(label="职务")
    month = MonthField(label="月份")
    reason = BodyField(label="没有新增的原因", max_length=300, help_text="例如：走访了 32 户，没有新的困难。")

    def __init__(self, *args: Any, posts: Sequence[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(post.pk), f"{post.region.name} {post.get_role_display()}") for post in posts]
        self.fields["post"].choices = names  # type: ignore[attr-defined]
        self.fields["month"].initial = f"{today():%Y-%m}"


class NoteForm(CleanForm):
    """An objection, or what is said with a decision."""

    note = BodyField(label="说明", max_length=300, required=False)
