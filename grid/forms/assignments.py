"""Forms of tasks that are divided down the levels."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Appointment, Region
from fupin.lib.forms import BodyField, CleanForm, LineField
from grid.assignment_enums import AssignmentState
from grid.forms.from_post import FromPostForm
from grid.models import Assignment
from grid.services.assignments import Given

_DAY = {"type": "date"}
MOST = 1_000_000


def _date(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), **more)


class GivenForm(FromPostForm):
    """A new task; `posts` are those from which this person may give one."""

    post = forms.TypedChoiceField(label="以哪个职务布置", coerce=int)
    title = LineField(label="任务", max_length=60, help_text="例如：雨季前排查危旧房屋。")
    text = BodyField(
        label="要求", max_length=1000, required=False, help_text="做什么、做到什么程度、怎么验收。"
    )
    amount = forms.IntegerField(
        label="数量", min_value=1, max_value=MOST, required=False, help_text="没有数量的任务不填。"
    )
    unit = LineField(label="单位", max_length=8, required=False, help_text="例如：户、条、场。")
    due_on = _date("完成期限")

    def given(self) -> Given:
        return Given(**{name: self.cleaned_data[name] for name in Given.__slots__})


class DivideForm(CleanForm):
    """An amount for each place, or a tick where the task has no amount; at first shared out evenly."""

    due_on = _date("下一级的完成期限")

    def __init__(self, *args: Any, part: Assignment, places: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.part, self.places = part, places
        self.fields["due_on"].initial = part.due_on
        each, rest = divmod(part.amount or 0, max(1, len(places)))
        for number, place in enumerate(places):
            self.fields[f"p{place.code}"] = (
                forms.BooleanField(label=place.name, required=False, initial=True)
                if part.amount is None
                else forms.IntegerField(
                    label=f"{place.name}（{part.unit}）",
                    min_value=0,
                    max_value=MOST,
                    required=False,
                    initial=each + (number < rest),
                )
            )

    def amounts(self) -> dict[int, int | None]:
        """By place what it gets; places left empty, at 0 or without a tick get nothing."""
        found = {place.code: self.cleaned_data[f"p{place.code}"] for place in self.places}
        return {code: None if self.part.amount is None else value for code, value in found.items() if value}


class ActForm(CleanForm):
    done = forms.IntegerField(label="一共完成了多少", min_value=0, max_value=MOST, required=False)
    note = BodyField(label="情况说明", max_length=300, required=False)


class OwnerForm(CleanForm):
    owner = forms.TypedChoiceField(label="责任人", coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, posts: Sequence[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {post.pk: post for post in posts}
        choices = [(post.pk, f"{post.user.get_full_name()}（{post.get_role_display()}）") for post in posts]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]


class AssignmentFilter(CleanForm):
    show = forms.ChoiceField(required=False, choices=[("", ""), ("mine", ""), ("all", ""), ("late", "")])
    state = forms.ChoiceField(required=False, choices=[("", ""), *AssignmentState.choices])
