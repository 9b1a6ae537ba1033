"""Forms of the change reports, and of every queue where something about households is decided."""

from collections.abc import Sequence
from typing import Any

from django import forms

from fupin.lib.forms import (
    BodyField,
    CleanForm,
    NameField,
    PhoneField,
    QuantityField,
    ResidentIdField,
)
from needs.enums import Cause
from needs.forms.household import SectionedForm, optional
from needs.forms.office import PAPER, address_field, focus_field, situation_field
from needs.forms.villages import VillageForm
from needs.household_enums import ReportKind
from needs.models import Household
from needs.services.households import HouseholdInput
from needs.services.members import MOST


class StateFilter(CleanForm):
    """`?state=` of a queue; `states` are its choices."""

    state = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, states: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", ""), *states]  # type: ignore[attr-defined]


class DecideForm(CleanForm):
    """The comment and the pressed button; `actions` are those of the thing."""

    comment = BodyField(label="意见", required=False, max_length=200, help_text="提交的人看得到。")
    action = forms.ChoiceField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actions: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [(action, action) for action in actions]  # type: ignore[attr-defined]


def _reason(help_text: str) -> BodyField:
    return BodyField(label="情况说明", max_length=500, help_text=help_text)


class CorrectionForm(SectionedForm):
    """New values of one household; an empty field stays as it is. Numbers are never sent back."""

    name = NameField(label="户主姓名", required=False)
    id_number = ResidentIdField(label="户主身份证号", required=False)
    members = QuantityField(label="家庭人口", required=False, max_value=MOST)
    cause = forms.ChoiceField(label="困难原因", required=False, choices=optional(Cause.choices, "不改"))
    focus = focus_field()
    phone = PhoneField(label="联系电话", required=False)
    address = address_field()
    situation = situation_field()
    reason = _reason("为什么要改，依据是什么。不要写手机号和证件号。")

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        super().__init__(*args, initial={"focus": household.focus}, **kwargs)
        self.fields["focus"].help_text = "打钩的是现在登记的；照实际情况改。"
        for name in self.fields.keys() - {"reason", "focus"}:
            value = getattr(household, f"get_{name}_display", lambda name=name: getattr(household, name))()
            self.fields[name].help_text = f"现在是：{value or '没有登记'}"


class EndingForm(SectionedForm):
    kind = forms.ChoiceField(
        label="报告什么",
        widget=forms.RadioSelect,
        choices=[(kind.value, kind.label) for kind in (ReportKind.CLOSE, ReportKind.FALSE)],
    )
    reason = _reason("例如：已搬迁到外县；经核查家里有小车和商铺。")


class NewReportForm(VillageForm, SectionedForm):
    """Somebody who is not in the register; `villages` are those of the officer."""

    kind = forms.ChoiceField(
        label="报告什么",
        widget=forms.RadioSelect,
        choices=[(kind.value, kind.label) for kind in (ReportKind.MISSED, ReportKind.ADD)],
    )
    village = forms.ChoiceField(label="所在村（社区）")
    name = NameField(label="户主姓名")
    members = QuantityField(label="家庭人口", max_value=MOST, initial=1)
    cause = forms.ChoiceField(label="主要困难原因", choices=optional(Cause.choices, "请选择"))
    focus = focus_field()
    phone = PhoneField(label="联系电话", required=False, help_text="家里人的手机号；没有手机可以留空。")
    id_number = ResidentIdField(label="户主身份证号", required=False, help_text="加密保存。")
    address = address_field()
    situation = situation_field()
    reason = _reason("怎样发现的，家里是什么情况。不要写手机号和证件号。")
    evidence = forms.ChoiceField(label="申请和同意的凭据", choices=PAPER, widget=forms.RadioSelect)
    consent = forms.BooleanField(label="已向这户人家读过上面的文字，并取得同意")

    def content(self) -> HouseholdInput:
        """What was typed about the household, for the services."""
        names = ("name", "members", "cause", "focus", "phone", "id_number", "address", "situation")
        return HouseholdInput(**{name: self.cleaned_data[name] for name in names})
