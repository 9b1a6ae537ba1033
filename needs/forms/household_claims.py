"""Forms of claiming a household."""

import re

from django.core.exceptions import ValidationError

from fupin.lib.forms import CleanForm, CodeField, LineField, NameField, PhoneField
from fupin.lib.text import fold_width


class ClaimForm(CleanForm):
    name = NameField(label="户主姓名", help_text="和村里登记的一样。")
    id_tail = LineField(
        label="户主身份证号后 4 位",
        required=False,
        max_length=4,
        help_text="登记时没有填身份证号的可以不填。",
    )

    def clean_id_tail(self) -> str:
        """Four characters, or nothing."""
        tail = fold_width(self.cleaned_data["id_tail"]).upper()
        if tail and not re.fullmatch(r"[0-9]{3}[0-9X]", tail):
            raise ValidationError("请填写身份证号的最后 4 位。", code="id_tail")
        return tail


class DeskPhoneForm(CleanForm):
    phone = PhoneField(label="本户的手机号", help_text="家里人的手机号，不能是工作人员的。")


class DeskCodeForm(CleanForm):
    code = CodeField(label="本户手机收到的验证码")
