"""Forms about a registered household: its people, what the township records, opening what is encrypted."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from fupin.lib.forms import CleanForm, LineField, NameField, ResidentIdField
from fupin.lib.text import fold_width
from needs.forms.office import PAPER
from needs.household_enums import (
    Disability,
    DisabilityNeed,
    Grade,
    Health,
    Labour,
    Leaving,
    Monitored,
    Relation,
    Risk,
    Sex,
    Stage,
)
from needs.models import HouseholdMember
from needs.services.members import MemberInput

_CARD = re.compile(r"[0-9]{12,19}")


def optional(choices: Sequence[tuple[Any, str]], empty: str = "没有") -> list[tuple[Any, str]]:
    """Choices with an empty one in front."""
    return [("", empty), *choices]


class DateField(forms.DateField):
    """A day, chosen from the phone's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SectionedForm(CleanForm):
    """A long form shown in parts: `parts` are titles and field names."""

    parts: Sequence[tuple[str, Sequence[str]]] = ()

    def sections(self) -> list[tuple[str, list[BoundField]]]:
        """Titles with their bound fields, for the page; one untitled part where none are named."""
        parts = self.parts or [("", list(self.fields))]
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in parts]


class MemberForm(SectionedForm):
    """One person; `member` is the one being corrected. Numbers are never sent back."""

    name = NameField(label="姓名")
    relation = forms.ChoiceField(label="与户主关系", choices=optional(Relation.choices, "请选择"))
    id_number = ResidentIdField(label="身份证号", required=False, help_text="加密保存。户主的不在这里填。")
    birth_year = forms.IntegerField(
        label="出生年份", required=False, min_value=1900, max_value=2100, help_text="填了身份证号可以不填。"
    )
    sex = forms.ChoiceField(label="性别", required=False, choices=optional(Sex.choices, "按身份证号"))
    guardian = NameField(label="监护人姓名", required=False, help_text="未成年人必填。")
    stage = forms.ChoiceField(label="在校情况", required=False, choices=optional(Stage.choices, "不在校"))
    health = forms.ChoiceField(label="健康状况", choices=Health.choices, initial=Health.HEALTHY)
    illness = LineField(
        label="病情",
        required=False,
        private=True,
        max_length=200,
        help_text="加密保存，任何公开页面都不显示。",
    )
    labour = forms.ChoiceField(label="劳动能力", choices=optional(Labour.choices, "请选择"))
    left_behind = forms.BooleanField(label="家人长期在外，留守在家", required=False)
    disability = forms.ChoiceField(label="残疾类别", required=False, choices=optional(Disability.choices))
    grade = forms.TypedChoiceField(
        label="残疾等级", required=False, coerce=int, empty_value=None, choices=optional(Grade.choices)
    )
    certificate = LineField(
        label="残疾人证号", required=False, private=True, max_length=24, help_text="加密保存。"
    )
    needs = forms.MultipleChoiceField(
        label="需要什么", required=False, choices=DisabilityNeed.choices, widget=forms.CheckboxSelectMultiple
    )
    parts = (
        ("基本情况", ("name", "relation", "id_number", "birth_year", "sex", "guardian")),
        ("上学、健康、劳动", ("stage", "health", "illness", "labour", "left_behind")),
        ("残疾和需求", ("disability", "grade", "certificate", "needs")),
    )

    def __init__(self, *args: Any, member: HouseholdMember | None = None, **kwargs: Any) -> None:
        if member:
            names = (
                "name", "relation", "birth_year", "sex", "guardian", "stage", "health", "labour", "left_behind",
                "disability", "grade", "needs",
            )  # fmt: skip
            kwargs["initial"] = {name: getattr(member, name) for name in names}
        super().__init__(*args, **kwargs)
        for name in ("id_number", "illness", "certificate") if member else ():
            if value := getattr(member, name):
                self.fields[name].help_text = f"已登记 {value.masked}，加密保存；不改就留空。"

    def clean_certificate(self) -> str:
        """Without spaces, the letters large."""
        return re.sub(r"[\s-]", "", fold_width(self.cleaned_data["certificate"])).upper()

    def content(self) -> MemberInput:
        """What was typed, for the services."""
        return MemberInput(**self.cleaned_data)


class LeavingForm(SectionedForm):
    why = forms.ChoiceField(label="移出的原因", choices=Leaving.choices, widget=forms.RadioSelect)


class MonitoringForm(SectionedForm):
    monitored = forms.ChoiceField(
        label="监测对象类别", required=False, choices=optional(Monitored.choices, "不是监测对象")
    )
    risk = forms.ChoiceField(label="风险状态", required=False, choices=optional(Risk.choices, "请选择"))
    since = DateField(label="从哪天起", required=False)


class BankForm(SectionedForm):
    """`holders` are the household's people; the number is typed twice, so that a slip shows."""

    holder = forms.ChoiceField(label="户名", help_text="只能是户主或登记的家庭成员，严禁借用他人账户。")
    number = LineField(
        label="银行账号",
        private=True,
        max_length=30,
        help_text="社保卡或存折账号，12 到 19 位数字，加密保存。",
    )
    again = LineField(label="再填一次账号", private=True, max_length=30)

    def __init__(self, *args: Any, holders: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].choices = [(name, name) for name in holders]  # type: ignore[attr-defined]
        for name in ("number", "again"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"

    def clean_number(self) -> str:
        number = re.sub(r"[\s-]", "", fold_width(self.cleaned_data["number"]))
        if not _CARD.fullmatch(number):
            raise ValidationError("银行账号是 12 到 19 位数字，请核对。", code="bank")
        return number

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        again = re.sub(r"[\s-]", "", fold_width(values.get("again") or ""))
        if values.get("number") and again and values["number"] != again:
            self.add_error("again", "两次填写的账号不一样，请核对。")
        return values


class ConsentForm(SectionedForm):
    """A consent given on paper or by word, recorded by an officer."""

    evidence = forms.ChoiceField(label="凭据", choices=PAPER, widget=forms.RadioSelect)
    read = forms.BooleanField(label="已向这户人家读过上面的文字，并取得同意")


class ConsentWithdrawForm(SectionedForm):
    """The household's word, recorded by an officer."""

    evidence = forms.ChoiceField(label="本户怎样提出的", choices=PAPER, widget=forms.RadioSelect)
    reason = LineField(
        label="撤回的原因", max_length=200, help_text="按本户的话写，例如“孩子不想让同学知道”。"
    )


class RevealForm(CleanForm):
    """`values` are the recorded secrets that can be opened, by key."""

    field = forms.ChoiceField(label="要查看的内容", widget=forms.RadioSelect)
    reason = LineField(label="查看原因", max_length=200, help_text="会写入审计记录，例如“核对送货地址”。")

    def __init__(self, *args: Any, values: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = values  # type: ignore[attr-defined]
