"""Forms of clues: reporting, self-declaration, the village's review, and the steps above it."""

from collections.abc import Sequence
from typing import Any

from django import forms

from fupin.lib.forms import (
    BodyField,
    CleanForm,
    LineField,
    NameField,
    PhoneField,
    PhotoField,
    QuantityField,
)
from grid.clue_enums import ClueState, FilledBy, MeetingKind, Problem
from grid.models import GridMember
from grid.services.clues import Meeting
from needs.forms.villages import VillageForm
from needs.household_enums import Monitored
from needs.models import Household

DEPARTMENTS = ("医保", "住建", "教育", "水利", "民政", "残联", "人社", "农业农村")
"""第十六条."""

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": (
        "办理中",
        (
            ClueState.REPORTED,
            ClueState.NOTICE,
            ClueState.JUDGING,
            ClueState.VISITING,
            ClueState.REVIEWING,
            ClueState.RECHECKING,
        ),
    ),
    "helping": ("帮扶中", (ClueState.HELPING,)),
    "ended": ("已结束", (ClueState.CLEARED, ClueState.DISMISSED, ClueState.WITHDRAWN)),
}


def _problem() -> forms.ChoiceField:
    return forms.ChoiceField(label="主要困难", choices=Problem.choices, widget=forms.RadioSelect)


class ClueFilter(CleanForm):
    group = forms.ChoiceField(required=False, choices=[("", ""), *((key, key) for key in GROUPS)])


class TapForm(CleanForm):
    """A grid member's report about a household of the register: one choice, words if there are any."""

    problem = _problem()
    situation = BodyField(
        label="情况", required=False, max_length=1000, help_text="看到什么写什么，没有可以不写。"
    )


class NewClueForm(VillageForm, TapForm):
    """The same about somebody who may not be in the register."""

    village = forms.ChoiceField(label="所在村（社区）")
    name = NameField(label="户主姓名")
    phone = PhoneField(label="联系电话", required=False)
    field_order = ("village", "name", "problem", "situation", "phone")


class DeclareForm(CleanForm):
    """自主申报: four fields (the village is chosen before) and two choices."""

    name = NameField(label="户主姓名")
    phone = PhoneField(label="联系电话", required=False)
    problem = _problem()
    situation = BodyField(label="家里遇到了什么困难", max_length=1000)
    filled_by = forms.ChoiceField(
        label="谁在填", choices=FilledBy.choices, widget=forms.RadioSelect, initial=FilledBy.HOUSEHOLD
    )


class WordsForm(CleanForm):
    note = BodyField(label="情况说明", max_length=1000, help_text="写清依据，会进入档案。")


class ReviewForm(CleanForm):
    """The village's check and its review meeting; `needed` are the leader and members who must have been there."""

    household = forms.TypedChoiceField(label="是哪一户", coerce=int, empty_value=None, required=False)
    finding = BodyField(label="核实情况", max_length=1000, help_text="入户看到的、问到的、查到的。")
    kind = forms.ChoiceField(label="评议会议", choices=MeetingKind.choices, widget=forms.RadioSelect)
    held_on = forms.DateField(label="开会日期", widget=forms.DateInput(attrs={"type": "date"}))
    place = LineField(label="地点", max_length=60)
    grid_people = forms.TypedMultipleChoiceField(
        label="参加评议的网格长和网格员",
        coerce=int,
        error_messages={"required": "网格长和网格员必须参加评议。"},
        widget=forms.CheckboxSelectMultiple,
        help_text="规范第十三条：网格长和网格员必须参加。",
    )
    present = QuantityField(label="到会人数", max_value=5000)
    agreed = forms.IntegerField(label="同意", min_value=0, max_value=5000)
    against = forms.IntegerField(label="不同意", min_value=0, max_value=5000, initial=0)
    abstained = forms.IntegerField(label="弃权", min_value=0, max_value=5000, initial=0)
    minutes = BodyField(label="会议记录", max_length=3000)
    monitored = forms.ChoiceField(label="拟纳入类别", choices=Monitored.choices, widget=forms.RadioSelect)
    remark = LineField(
        label="公示补充说明",
        max_length=120,
        required=False,
        help_text="所有人都看得到，不能写姓名、手机号、身份证号。",
    )

    def __init__(
        self, *args: Any, needed: Sequence[GridMember], homes: Sequence[Household], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid_people"].choices = [  # type: ignore[attr-defined]
            (one.pk, f"{one.post.user.get_full_name()}（{one.post.get_role_display()}）") for one in needed
        ]
        if not needed:  # the service says that the grid or its leader is missing
            self.fields["grid_people"].required = False
        if homes:
            self.fields["household"].choices = [(one.pk, f"{one.name}（{one.members} 人）") for one in homes]  # type: ignore[attr-defined]
        else:
            del self.fields["household"]

    def meeting(self) -> Meeting:
        """What was typed about the meeting, for the service."""
        names = ("kind", "held_on", "place", "present", "agreed", "against", "abstained", "minutes")
        people = frozenset(self.cleaned_data["grid_people"])
        return Meeting(**{name: self.cleaned_data[name] for name in names}, grid_people=people)


class JudgeForm(WordsForm):
    compared = forms.MultipleChoiceField(
        label="已比对哪些部门的数据",
        choices=[(name, name) for name in DEPARTMENTS],
        widget=forms.CheckboxSelectMultiple,
    )
    monitored = forms.ChoiceField(label="类别", choices=Monitored.choices, widget=forms.RadioSelect)
    field_order = ("compared", "monitored", "note")


class ClueFileForm(CleanForm):
    """A photo or scan for the case; `kinds` are those this person may add."""

    kind = forms.ChoiceField(label="是什么材料", widget=forms.RadioSelect)
    photo = PhotoField(
        label="照片或扫描件", help_text="JPG、PNG、WEBP；拍摄地点等信息会去掉，加密保存，不会公开。"
    )
    words = LineField(label="说明", max_length=60, required=False, help_text="例如：住院费用清单第 1 页。")

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]


class EditNoticeForm(CleanForm):
    remark = LineField(label="公示补充说明", max_length=120, required=False)
    why = LineField(label="为什么修改", max_length=100, help_text="修改后要重新公示满 5 天。")


class ObjectionForm(CleanForm):
    words = BodyField(label="您反映的情况", max_length=1000)
    phone = PhoneField(label="联系电话", required=False, help_text="只有乡镇工作人员能看到；可以不留。")


class AnswerForm(CleanForm):
    result = forms.ChoiceField(
        label="核实结果",
        choices=[("upheld", "反映属实"), ("refuted", "反映不属实")],
        widget=forms.RadioSelect,
    )
    answer = BodyField(label="答复", max_length=300, help_text="凭查询号可以看到，不要写姓名和号码。")


class NumberForm(CleanForm):
    number = LineField(label="查询号", max_length=10)
