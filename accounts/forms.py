"""Forms of signing in, of one's own page and of appointing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.enums import Display, DonorKind, Occupation, Role, Source
from accounts.models import Region
from accounts.queries import counties_named
from accounts.services.appointments import PostDetails
from accounts.services.profile import DonorProfile
from fupin.lib.clock import today
from fupin.lib.forms import (
    CleanForm,
    CodeField,
    DutyPhoneField,
    LineField,
    NameField,
    PhoneField,
    ResidentIdField,
)


class PhoneForm(CleanForm):
    phone = PhoneField(label="手机号码", help_text="没有注册过也可以，验证后自动开通。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs["autocomplete"] = "tel-national"


class CodeForm(CleanForm):
    code = CodeField(label="短信验证码", help_text="6 位数字，5 分钟内有效。")


class ProfileForm(CleanForm):
    name = NameField(label="姓名", required=False, help_text="证书上选择实名时印这个姓名。")
    nickname = LineField(
        label="昵称", required=False, max_length=30, help_text="选择昵称时显示，例如“一位老师”。"
    )
    display = forms.ChoiceField(
        label="平时怎样称呼您",
        required=False,
        choices=[("", "每次再选"), *Display.choices],
        widget=forms.RadioSelect,
        help_text="每次帮助时都可以另选。",
    )
    donor_kind = forms.ChoiceField(label="您是", required=False, choices=[("", "不说"), *DonorKind.choices])
    work_county = LineField(
        label="单位所在的县（市、区）",
        required=False,
        max_length=40,
        help_text="机关事业单位职工填，例如“祁东县”，用来区分本县干部和其他人的帮助。",
    )
    occupation = forms.ChoiceField(
        label="您的职业", required=False, choices=[("", "不说"), *Occupation.choices]
    )

    def clean_work_county(self) -> Region | None:
        """The county of this name; one with namesakes needs its city before it."""
        words: str = self.cleaned_data["work_county"]
        if not words:
            return None
        found = counties_named(words)
        if not found:
            raise ValidationError(f"没有找到“{words}”，请写县、市、区的全名。")
        if len(found) > 1:
            raise ValidationError(f"叫“{words}”的不止一个，请在前面写上市名。")
        return found[0]

    def content(self) -> DonorProfile:
        """What a valid form says about the donor."""
        names = ("donor_kind", "occupation", "work_county", "display")
        return DonorProfile(**{name: self.cleaned_data[name] for name in names})


class DetailsForm(CleanForm):
    """What the register of officers says besides the post."""

    source = forms.ChoiceField(
        label="来源", required=False, choices=[("", "未注明"), *Source.choices], widget=forms.Select
    )
    unit = LineField(label="单位及职务", required=False, max_length=60, help_text="例如：沙井村村委会委员。")
    duty_phone = DutyPhoneField(
        label="办公电话", required=False, help_text="会公开，让群众找得到；不要填写个人手机。"
    )

    def details(self) -> PostDetails:
        values = self.cleaned_data
        return PostDetails(values["source"], values["unit"], values["duty_phone"])


class AmendForm(DetailsForm):
    ends_on = forms.DateField(
        label="结束日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="最后一天仍在任；不填表示长期。购买服务人员必须填写。",
    )

    def values(self) -> dict[str, Any]:
        """The cleaned values as `appointments.amend` takes them."""
        return {"ends_on": self.cleaned_data["ends_on"], "details": self.details()}


class AppointmentFilter(CleanForm):
    """`?state=&role=` of the list of posts."""

    state = forms.ChoiceField(required=False, choices=[("", ""), ("soon", ""), ("ended", "")])
    role = forms.ChoiceField(required=False, choices=[("", ""), *Role.choices])


class AppointForm(DetailsForm):
    """`roles` are those the actor may give at the chosen region."""

    phone = PhoneField(label="手机号码", help_text="对方用这个号码登录；没有注册过的会自动开通。")
    name = NameField(label="姓名", help_text="对方已经填写过姓名的，以对方填写的为准。")
    role = forms.ChoiceField(label="职务", widget=forms.RadioSelect)
    starts_on = forms.DateField(
        label="开始日期", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label="结束日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="最后一天仍在任；不填表示长期。购买服务人员必须填写。",
    )

    def __init__(self, *args: Any, roles: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = today()

    def appointment(self) -> dict[str, Any]:
        """The cleaned values as `appoint_by_phone` takes them."""
        names = ("phone", "name", "role", "starts_on", "ends_on")
        return {**{name: self.cleaned_data[name] for name in names}, "details": self.details()}


class PostApplicationForm(CleanForm):
    """Asking for an officer's rights; `roles` are those that exist at the chosen region."""

    role = forms.ChoiceField(label="申请的职务", widget=forms.RadioSelect)
    name = NameField(label="姓名")
    source = forms.ChoiceField(label="您来自", choices=Source.choices, widget=forms.RadioSelect)
    unit = LineField(
        label="单位及职务",
        required=False,
        max_length=60,
        help_text="例如：沙井村村委会委员、驻村工作队队员。",
    )
    duty_phone = DutyPhoneField(
        label="办公电话", required=False, help_text="会公开，让群众找得到；不要填写个人手机，没有就不填。"
    )
    id_number = ResidentIdField(
        label="身份证号码", required=False, help_text="可不填。填写后加密保存，只用于核对是不是同一个人。"
    )

    def __init__(self, *args: Any, roles: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]


class PostDecisionForm(CleanForm):
    """The county's answer: consent needs no words, a refusal does."""

    decision = forms.ChoiceField(
        label="审核结果",
        choices=[("grant", "同意，给予权限"), ("refuse", "不同意")],
        widget=forms.RadioSelect,
    )
    ends_on = forms.DateField(
        label="任期到",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="不填表示长期。",
    )
    reason = LineField(
        label="不同意的原因",
        required=False,
        max_length=200,
        help_text="申请人会看到，例如：请先由村委会推荐。",
    )


class EndForm(CleanForm):
    reason = LineField(label="结束原因", max_length=200, help_text="例如：换届、调离、本人申请。")
