"""Forms of measures and work orders."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Appointment
from fupin.lib.forms import BodyField, CleanForm, LineField


class MeasureForm(CleanForm):
    """A new measure; `kinds` are the county's list, `posts` the departments' officers for whoever may send orders."""

    kind = forms.ChoiceField(
        label="措施",
    )
    words = LineField(
        label="具体内容", max_length=120, help_text="会在村里公示：不写姓名和号码。例如：办理大病救助。"
    )
    due_on = forms.DateField(label="完成期限", widget=forms.DateInput(attrs={"type": "date"}))
    post = forms.TypedChoiceField(label="派给哪个部门", coerce=int, empty_value=None, required=False)

    def __init__(
        self, *args: Any, posts: Sequence[Appointment], own: bool, kinds: Sequence[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *kinds]  # type: ignore[attr-defined]
        if posts:
            rows = [(one.pk, f"{one.unit or '部门'} {one.user.get_full_name()}") for one in posts]
            mine = [("", "不派单，村镇自己落实")] if own else []
            self.fields["post"].choices = [*mine, *rows]  # type: ignore[attr-defined]
            self.fields["post"].required = not own
        else:
            del self.fields["post"]


class OrderForm(CleanForm):
    words = BodyField(
        label="情况", max_length=300, required=False, help_text="怎样落实的，或者为什么退回；签收可以不写。"
    )


class OrderFilter(CleanForm):
    state = forms.ChoiceField(required=False, choices=[("", ""), ("done", ""), ("returned", "")])
