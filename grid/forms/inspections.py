"""Forms of inspections and circulars."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms

from accounts.models import Region
from fupin.lib.clock import today
from fupin.lib.forms import BodyField, CleanForm, LineField, QuantityField
from grid.models import Subject, Way
from grid.services.inspections import MOST_DRAWN, DrawInput


class DrawForm(CleanForm):
    region = forms.ChoiceField(label="范围")
    subject = forms.ChoiceField(label="检查什么", choices=Subject.choices, widget=forms.RadioSelect)
    way = forms.ChoiceField(label="怎样检查", choices=Way.choices, widget=forms.RadioSelect)
    topic = LineField(label="检查内容", max_length=100, help_text="例如：本月走访是否到户、登记是否属实。")
    count = QuantityField(label="抽取数量", max_value=MOST_DRAWN, initial=10)

    def __init__(self, *args: Any, places: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(region.code): region for region in places}
        choices = [(code, region.name) for code, region in self.places.items()]
        self.fields["region"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen_region(self) -> Region:
        return self.places[self.cleaned_data["region"]]

    def content(self) -> DrawInput:
        given = self.cleaned_data
        return DrawInput(given["subject"], given["way"], given["topic"], given["count"])


class CheckForm(CleanForm):
    fine = forms.ChoiceField(
        label="检查结果", choices=[("1", "没有问题"), ("0", "有问题，要整改")], widget=forms.RadioSelect
    )
    finding = BodyField(label="发现的问题", max_length=400, required=False, help_text="不要写电话和证件号。")
    due_on = forms.DateField(
        label="整改期限",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="有问题才填，60 天以内。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = today() + timedelta(days=15)

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"fine": given["fine"] == "1", "finding": given["finding"], "due_on": given["due_on"]}


class AnswerForm(CleanForm):
    answer = BodyField(label="整改情况", max_length=500, help_text="怎样整改的、谁办的、现在怎样。")


class ReturnForm(CleanForm):
    why = LineField(label="哪里还不合格", max_length=200)


class CircularForm(CleanForm):
    title = LineField(label="标题", max_length=100)
    number = LineField(label="文号", max_length=40, required=False, help_text="例如：宿振兴〔2026〕12 号。")
    issuer = LineField(label="发文单位", max_length=60)
    text = BodyField(
        label="正文", max_length=5000, help_text="每行一段；“一、”开头的是小标题。发出后不能再改。"
    )


class SubjectFilter(CleanForm):
    """`?subject=` of the list."""

    subject = forms.ChoiceField(required=False, choices=[("", "全部"), *Subject.choices])
