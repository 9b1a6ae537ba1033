"""Forms of the departments' warnings."""

from collections.abc import Sequence
from typing import Any

from django import forms

from fupin.lib.forms import CleanForm, LineField
from grid.models import Department, DepartmentPost, WarningState


class UploadForm(CleanForm):
    """`desks` are the departments the person works for."""

    desk = forms.ChoiceField(label="部门")
    topic = LineField(
        label="预警内容",
        max_length=60,
        help_text="例如：一个季度内自付医药费超过 1 万元。乡镇会看到这一句。",
    )
    file = forms.FileField(
        label="名单文件",
        help_text="XLSX 或 CSV，最多 5000 行，要有姓名和身份证号两列，最好写预警原因。下一步核对列名，文件发出后即删。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, desks: Sequence[DepartmentPost], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desks = {str(desk.pk): desk for desk in desks}
        choices = [
            (pk, f"{desk.post.region.name} {desk.get_department_display()}")
            for pk, desk in self.desks.items()
        ]
        self.fields["desk"].choices = choices if len(choices) == 1 else [("", "请选择"), *choices]  # type: ignore[attr-defined]

    @property
    def chosen_desk(self) -> DepartmentPost:
        return self.desks[self.cleaned_data["desk"]]


class VerdictForm(CleanForm):
    verdict = forms.ChoiceField(
        label="核实结果",
        choices=[(state.value, state.label) for state in (WarningState.CONFIRMED, WarningState.CLEARED)],
        widget=forms.RadioSelect,
    )
    note = LineField(
        label="核实情况", max_length=200, help_text="会反馈给部门，不要写电话和证件号，也不要写无关的家事。"
    )


class DepartmentForm(CleanForm):
    department = forms.ChoiceField(label="部门", choices=[("", "请选择"), *Department.choices])


class RowFilter(CleanForm):
    """`?state=` of a list's lines."""

    state = forms.ChoiceField(required=False, choices=[("", "全部"), *WarningState.choices])
