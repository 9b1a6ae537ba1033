"""Forms of visits: one tap where nothing changed, else one choice a point."""

from typing import Any

from django import forms

from fupin.lib.clock import today
from fupin.lib.forms import BodyField, CleanForm, LineField, PhotoField
from grid.enums import Answer, Channel, Point
from grid.models import GridHousehold
from grid.services.visits import UNCHANGED, VisitInput

HINTS = {
    Point.INCOME: "务工、种养、低保、养老金等有没有增减",
    Point.SPENDING: "看病、上学、建房等有没有大笔开支",
    Point.GUARANTEES: "孩子上学、看病报销、住房安全",
    Point.WATER: "水量、水质、取水方便不方便",
    Point.OTHER: "人口、劳动力、灾害、纠纷等",
}


class VisitForm(CleanForm):
    """A visit with an answer a point; what was not asked about stays open."""

    on = forms.DateField(label="走访日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    channel = forms.ChoiceField(label="方式", choices=Channel.choices, widget=forms.RadioSelect)
    away = forms.BooleanField(label="全家长期不在家，只能电话或微信联系", required=False)
    note = BodyField(
        label="情况说明",
        max_length=500,
        required=False,
        help_text="有变化或有问题时必填，加密保存。不写电话和身份证号。",
    )

    def __init__(self, *args: Any, home: GridHousehold, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for point in Point:
            self.fields[point.value] = forms.ChoiceField(
                label=point.label,
                choices=[*Answer.choices, ("", "没有问到")],
                widget=forms.RadioSelect,
                required=False,
                initial=Answer.SAME,
                help_text=HINTS[point],
            )
        if home.photo_wanted:
            self.fields["photo"] = PhotoField(
                label=f"照片：{home.photo_wanted}",
                required=False,
                help_text="只拍要求的内容，不拍人脸和证件。",
            )
        self.fields["on"].initial = today()
        self.fields["channel"].initial = Channel.HOME
        if not home.monthly:
            del self.fields["away"]

    def points(self) -> list[Any]:
        """The bound fields of the five points."""
        return [self[point.value] for point in Point]

    def content(self) -> VisitInput:
        given = self.cleaned_data
        return VisitInput(
            on=given["on"],
            channel=given["channel"],
            points={point.value: given[point.value] for point in Point if given[point.value]},
            away=bool(given.get("away")),
            note=given["note"],
            photo=given.get("photo"),
        )


class UnchangedForm(CleanForm):
    """One tap: looked in or called today, and nothing changed."""

    unchanged = forms.ChoiceField(choices=Channel.choices)
    on = forms.DateField(required=False)  # the day of the page: over a weak signal the answer arrives later

    def content(self) -> VisitInput:
        channel = self.cleaned_data["unchanged"]
        return VisitInput(
            on=self.cleaned_data["on"] or today(),
            channel=channel,
            points=dict(UNCHANGED),
            away=channel != Channel.HOME,
        )


class PhotoAskForm(CleanForm):
    of = LineField(
        label="下次走访拍什么", max_length=60, required=False, help_text="例如“屋顶漏雨处”。留空就是不用拍。"
    )


class SettleForm(CleanForm):
    words = BodyField(label="解决情况", max_length=500, help_text="谁、什么时候、怎样解决的。加密保存。")


class ListForm(CleanForm):
    """What of the schedule is shown."""

    show = forms.ChoiceField(
        choices=[("due", "本月要走访"), ("late", "已超期"), ("all", "全部")], required=False
    )

    def chosen(self) -> str:
        return (self.cleaned_data["show"] if self.is_valid() else "") or "due"
