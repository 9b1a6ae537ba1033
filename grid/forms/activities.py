"""Forms of meetings and trainings."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Appointment, Region
from fupin.lib.clock import today
from fupin.lib.forms import BodyField, CleanForm, LineField, PhotoField
from grid.models import ActivityKind
from grid.queries.activities import DUTY
from grid.services.activities import ActivityInput


class ActivityForm(CleanForm):
    """`places` are those where the person holds activities."""

    region = forms.ChoiceField(label="地区")
    kind = forms.ChoiceField(label="类别", choices=ActivityKind.choices, widget=forms.RadioSelect)
    held_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="可以提前安排，也可以补记。",
    )
    topic = LineField(label="主题", max_length=60, help_text="例如：十一月监测对象会商研判。")
    place = LineField(label="地点", max_length=60, required=False)

    def __init__(self, *args: Any, places: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(region.code): region for region in places}
        choices = [
            (code, f"{region.parent or ''} {region.name}".strip()) for code, region in self.places.items()
        ]
        self.fields["region"].choices = choices if len(choices) == 1 else [("", "请选择"), *choices]  # type: ignore[attr-defined]
        self.fields["held_on"].initial = today()
        if places:
            self.fields["kind"].initial = DUTY[places[0].level]  # type: ignore[index]

    @property
    def chosen_region(self) -> Region:
        return self.places[self.cleaned_data["region"]]

    def content(self) -> ActivityInput:
        given = self.cleaned_data
        return ActivityInput(
            kind=given["kind"], held_on=given["held_on"], topic=given["topic"], place=given["place"]
        )


class AttendanceForm(CleanForm):
    """Who was there, of the posts listed; who scanned the code is ticked already."""

    present = forms.MultipleChoiceField(label="到会的人", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args: Any, posts: Sequence[Appointment], there: Sequence[int] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people: dict[str, str] = {}
        for post in posts:
            people.setdefault(
                str(post.user_id),
                f"{post.user.get_full_name()}（{post.region.name} {post.get_role_display()}）",
            )
        self.offered = [int(pk) for pk in people]
        self.fields["present"].choices = list(people.items())  # type: ignore[attr-defined]
        self.fields["present"].initial = [str(pk) for pk in there]

    def people(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["present"]]


class MinutesForm(CleanForm):
    minutes = BodyField(
        label="纪要",
        max_length=3000,
        help_text="议了什么、定了什么、谁去办。登记后不能再改；不要写电话和证件号。",
    )
    guests = LineField(
        label="其他参加人", max_length=200, required=False, help_text="没有职务的参加人，例如村民代表。"
    )


class ActivityPhotoForm(CleanForm):
    photo = PhotoField(label="现场照片", help_text="重新压缩后保存，拍摄地点等信息会去掉。")


class ActivityFilter(CleanForm):
    """`?kind=&month=` of the list and its sheet."""

    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部类别"), *ActivityKind.choices])
    year = forms.IntegerField(
        label="年份", required=False, min_value=2000, max_value=2999, widget=forms.NumberInput()
    )
