"""Forms of reported problems."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms

from accounts.models import Region
from fupin.lib.clock import today
from fupin.lib.forms import BodyField, CleanForm, LineField
from grid.forms.from_post import FromPostForm
from grid.problem_enums import ProblemKind, ProblemState

MOST_DAYS = 366
_DAY = {"type": "date"}


class ProblemForm(FromPostForm):
    """`posts` are those of the reporter; with one there is nothing to choose."""

    post = forms.TypedChoiceField(label="从哪个职务上报", coerce=int)
    kind = forms.ChoiceField(label="类别", choices=ProblemKind.choices, widget=forms.RadioSelect)
    title = LineField(label="一句话说明问题", max_length=60, help_text="例如：手机上照片传不上去。")
    text = BodyField(
        label="详细情况",
        max_length=1000,
        help_text="在哪里、做了什么、看到什么；政策问题写清文件名，填报负担写清哪张表、哪一项、为什么没有必要。不要写求助人的姓名和号码。",
    )


class StepForm(CleanForm):
    """`passes_up`: whether the person may also pass it on."""

    words = BodyField(label="答复", max_length=1000, help_text="上报人会收到。")

    def __init__(self, *args: Any, passes_up: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if passes_up:
            self.fields["words"].label = "答复或理由"
            self.fields["words"].help_text = "上报人会收到；报上级时写清为什么本级解决不了。"


class ProblemFilter(CleanForm):
    show = forms.ChoiceField(required=False, choices=[("", ""), ("waiting", ""), ("mine", ""), ("all", "")])
    state = forms.ChoiceField(required=False, choices=[("", ""), *ProblemState.choices])
    kind = forms.ChoiceField(required=False, choices=[("", ""), *ProblemKind.choices])


class DigestForm(CleanForm):
    """Which county's problems, reported from when until when (both days count)."""

    county = forms.TypedChoiceField(label="县（市、区）", coerce=int)
    since = forms.DateField(label="上报日期从", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    until = forms.DateField(label="到", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))

    def __init__(self, *args: Any, counties: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counties = {county.code: county for county in counties}
        choices = [(code, county.name) for code, county in self.counties.items()]
        self.fields["county"].choices = choices if len(choices) == 1 else [("", "请选择"), *choices]  # type: ignore[attr-defined]
        self.fields["since"].initial, self.fields["until"].initial = today().replace(day=1), today()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and not timedelta() <= until - since <= timedelta(days=MOST_DAYS):
            self.add_error("until", "结束日期不能早于开始日期，一次最多导出一年。")
        return given
