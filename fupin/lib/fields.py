"""Form fields that fold, clean and check what people in this country type, and answer in plain Chinese.

Each takes Django's usual keyword arguments. Empty optional fields give "" (numbers and photos: None). A
`Secret` is never put back into an input: its field shows empty.
"""

import re
import secrets
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as NumberError

from fupin.lib import clock, money, text
from fupin.lib.images import reencode
from fupin.lib.secret import Secret

_CODE = re.compile(r"[0-9]{6}")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,5})?|400-?[0-9]{3,4}-?[0-9]{3,4}")
_TRACKING = re.compile(r"[A-Za-z0-9-]{6,32}")
_QUANTITY = re.compile(r"0*[0-9]{1,9}")
# The first two digits of every province, municipality and special region.
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9X]")
_GAPS = str.maketrans("", "", " -\u00a0\u3000")


class _TypedField(forms.CharField):
    """A text input whose value goes through `parse` once it is not empty.

    What is typed into a `private` one is never kept as a draft on the device.
    """

    hints: ClassVar[dict[str, str]] = {}

    def __init__(self, *, private: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if private:
            self.widget.attrs["data-private"] = ""

    def parse(self, value: str) -> Any:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return self.parse(typed) if typed else typed

    def prepare_value(self, value: Any) -> Any:
        return "" if isinstance(value, Secret) else super().prepare_value(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), **self.hints}


class LineField(_TypedField):
    """One line of text, at most `max_length` characters after normalisation."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.limit = max_length

    def parse(self, value: str) -> str:
        return text.clean_line(value, max_length=self.limit)


class BodyField(_TypedField):
    """Several lines of text. Has no `maxlength`, which would cut a pasted story without a word."""

    widget = forms.Textarea

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = max_length

    def parse(self, value: str) -> str:
        return text.clean_body(value, max_length=self.limit)


class NameField(_TypedField):
    """A person's name in its canonical form."""

    def parse(self, value: str) -> str:
        return text.clean_name(value)


class YuanField(_TypedField):
    """Yuan as typed, fen as cleaned value; `min_fen` and `max_fen` bound it (fen)."""

    hints: ClassVar[dict[str, str]] = {"inputmode": "decimal"}

    def __init__(self, *, min_fen: int = 1, max_fen: int | None = None, **kwargs: Any) -> None:
        super().__init__(**{"empty_value": None, **kwargs})
        self.min_fen, self.max_fen = min_fen, max_fen

    def parse(self, value: str) -> int:
        fen = money.parse_fen(value)
        if fen < self.min_fen:
            raise ValidationError(f"金额不能少于 {money.yuan_display(self.min_fen)} 元。", code="amount_min")
        if self.max_fen is not None and fen > self.max_fen:
            raise ValidationError(f"金额不能超过 {money.yuan_display(self.max_fen)} 元。", code="amount_max")
        return fen

    def prepare_value(self, value: Any) -> Any:
        return (
            money.yuan(value).removesuffix(".00") if isinstance(value, int) else super().prepare_value(value)
        )


class PhoneField(_TypedField):
    """A mainland mobile number as +86…"""

    widget = forms.TextInput(attrs={"type": "tel"})
    hints: ClassVar[dict[str, str]] = {"inputmode": "tel"}

    def parse(self, value: str) -> str:
        return text.canonical_phone(value)


class CodeField(_TypedField):
    """The six digits of a text message."""

    hints: ClassVar[dict[str, str]] = {"inputmode": "numeric", "autocomplete": "one-time-code"}

    def parse(self, value: str) -> str:
        digits = text.fold_width(value).translate(_GAPS)
        if not _CODE.fullmatch(digits):
            raise ValidationError("请填写短信里的 6 位数字验证码。", code="code")
        return digits


class ResidentIdField(_TypedField):
    """An 18-digit resident identity number, X in upper case; province, birth date and check digit are checked."""

    def parse(self, value: str) -> str:
        number = text.fold_width(value).translate(_GAPS).upper()
        if len(number) == 15 and number.isdigit():
            raise ValidationError("15 位的旧号码已经停用，请填写 18 位身份证号码。", code="id_old")
        try:
            if not _RESIDENT_ID.fullmatch(number):
                raise ValidationError("身份证号码是 18 位，最后一位可以是 X，请检查。", code="id_format")
            # Not ric.validate: it refuses people born before their county's present code existed.
            born = ric.get_birth_date(number)
            if not _PROVINCES.match(number) or ric.calc_check_digit(number) != number[-1]:
                raise InvalidChecksum()
        except NumberError as error:
            raise ValidationError("身份证号码不对，请照着身份证逐位核对。", code="id_checksum") from error
        if born > clock.today():
            raise ValidationError("身份证号码里的出生日期还没有到，请核对。", code="id_birth")
        return number


class DutyPhoneField(_TypedField):
    """The telephone of an office: a landline with area code, or a 400 number. A mobile is a person's own."""

    widget = forms.TextInput(attrs={"type": "tel"})
    hints: ClassVar[dict[str, str]] = {"inputmode": "tel"}

    def parse(self, value: str) -> str:
        number = text.fold_width(value).replace(" ", "")
        if _MOBILE.fullmatch(number):
            raise ValidationError("这里会公开，请填写办公电话，不要填写个人手机。", code="duty_mobile")
        if not _LANDLINE.fullmatch(number):
            raise ValidationError("请填写带区号的座机，例如 0734-0000000。", code="duty_phone")
        return number


class TrackingNumberField(_TypedField):
    """A courier's number: 6 to 32 letters, digits and hyphens."""

    def parse(self, value: str) -> str:
        number = text.fold_width(value).replace(" ", "")
        if not _TRACKING.fullmatch(number):
            raise ValidationError("请填写快递面单上的运单号，6 到 32 位字母或数字。", code="tracking")
        return number


class QuantityField(_TypedField):
    """A whole number from 1 to `max_value`."""

    hints: ClassVar[dict[str, str]] = {"inputmode": "numeric"}

    def __init__(self, *, max_value: int = 100_000, **kwargs: Any) -> None:
        super().__init__(**{"empty_value": None, **kwargs})
        self.max_value = max_value

    def parse(self, value: str) -> int:
        digits = text.fold_width(value).strip(" ")
        if not _QUANTITY.fullmatch(digits):
            raise ValidationError("数量请只填写整数，例如 2。", code="quantity")
        if not 1 <= int(digits) <= self.max_value:
            raise ValidationError(f"数量要在 1 到 {self.max_value} 之间。", code="quantity_range")
        return int(digits)


class PhotoField(forms.FileField):
    """A photo, re-encoded: a JPEG `ContentFile` under a random name. The uploaded name is never used."""

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def to_python(self, data: Any) -> "ContentFile[bytes] | None":
        if data in self.empty_values:
            return None
        return ContentFile(reencode(data), name=f"{secrets.token_hex(16)}.jpg")
