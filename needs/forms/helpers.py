"""Forms about helpers on the spot and what they did."""

from django import forms

from fupin.lib.clock import today
from fupin.lib.forms import BodyField, CleanForm, LineField, NameField, PhoneField, YuanField
from needs.forms.household import DateField, SectionedForm, optional
from needs.household_enums import HelperAnswer, HelperKind, HelperWork, HelpKind, HelpState
from needs.services.helpers import HelperInput, HelpInput


class HelperForm(SectionedForm):
    """A helper; the phone number only finds an account and is not kept."""

    name = NameField(label="姓名或队名", help_text="帮扶单位填写联系人。")
    unit = LineField(label="单位", required=False, max_length=60)
    kind = forms.ChoiceField(label="帮扶力量", choices=optional(HelperKind.choices, "请选择"))
    work = forms.ChoiceField(label="帮什么", choices=optional(HelperWork.choices, "请选择"))
    since = DateField(label="从哪天开始", initial=today)
    phone = PhoneField(
        label="帮扶人的手机号",
        required=False,
        help_text="有账号的可以自己登记帮扶；号码不保存，没有账号请留空。",
    )

    def content(self) -> HelperInput:
        """The helper of a valid form."""
        return HelperInput(**self.cleaned_data)


class HelperEndForm(SectionedForm):
    reason = BodyField(label="结束的原因", max_length=200)


class HelperRespondForm(CleanForm):
    """Whether the named person agrees to stand there."""

    answer = forms.ChoiceField(
        choices=[(row, row.label) for row in (HelperAnswer.AGREED, HelperAnswer.DECLINED)]
    )
    reason = LineField(label="为什么不同意", required=False, max_length=100, help_text="选填，村里看得到。")


class HelpForm(SectionedForm):
    """What was done. An amount is told, and enters no account."""

    day = DateField(label="哪一天", initial=today)
    kind = forms.ChoiceField(label="帮扶方式", choices=optional(HelpKind.choices, "请选择"))
    words = BodyField(label="做了什么", max_length=300)
    amount = YuanField(
        label="折合金额", required=False, max_fen=100_000_000, help_text="选填，只作记录，不计入平台的善款。"
    )

    def content(self) -> HelpInput:
        """The help of a valid form."""
        data = self.cleaned_data
        return HelpInput(
            day=data["day"], kind=data["kind"], words=data["words"], amount_fen=data["amount"] or None
        )


class HelpDecideForm(SectionedForm):
    state = forms.ChoiceField(
        label="是否属实",
        choices=[(HelpState.CONFIRMED.value, "属实，确认"), (HelpState.REFUSED.value, "不属实")],
        initial=HelpState.CONFIRMED.value,
        widget=forms.RadioSelect,
    )
    comment = BodyField(label="说明", required=False, max_length=200, help_text="不属实的要写明情况。")
