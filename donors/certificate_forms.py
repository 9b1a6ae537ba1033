"""What people type about certificates: how they are named on one, why one is revoked, which one they look for."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from donors.enums import Display
from fupin.lib.forms import CleanForm, LineField


class SignatureForm(CleanForm):
    """How the donor is named on a certificate that is issued again, or for a year."""

    display = forms.ChoiceField(
        label="证书上怎样称呼您", choices=Display.choices, widget=forms.RadioSelect, initial=Display.NAMED
    )

    def __init__(self, *args: Any, donor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.donor = donor

    def clean_display(self) -> str:
        """Own names are written on the profile page; without one there is nothing to sign with."""
        display = str(self.cleaned_data["display"])
        missing = {Display.NAMED: not self.donor.name, Display.NICKNAME: not self.donor.nickname}
        if missing.get(Display(display)):
            raise ValidationError("还没有填写这个称呼，请先到“我的”里填写，或者换一种。")
        return display


class YearForm(SignatureForm):
    year = forms.IntegerField(min_value=2000, max_value=2100, widget=forms.HiddenInput)


class RevokeForm(CleanForm):
    reason = LineField(
        label="撤销原因", min_length=4, max_length=200, help_text="核验页会显示给所有人，请不要写个人信息。"
    )


class LookupForm(CleanForm):
    code = LineField(
        label="证书编号或核验码", max_length=60, help_text="编号像 FP-430426-2026-000001，印在证书下方。"
    )
