import io
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils.datastructures import MultiValueDict
from PIL import Image
from stdnum.cn import ric

from fupin.lib import clock
from fupin.lib import forms as ours
from fupin.lib.secret import Secret

ODD = ["\0", "a\0b", "\ud800", "\u202eabc", "\u200b", "\x1b[31m"]


class Everything(ours.CleanForm):
    title = ours.LineField(max_length=20, label="标题")
    story = ours.BodyField(max_length=100, label="情况", required=False)
    name = ours.NameField(label="姓名", required=False)
    amount = ours.YuanField(label="金额", required=False, min_fen=100, max_fen=100_000_00)
    phone = ours.PhoneField(label="手机号码", required=False, help_text="用来接收短信")
    code = ours.CodeField(label="验证码", required=False)
    number = ours.ResidentIdField(label="身份证号码", required=False)
    parcel = ours.TrackingNumberField(label="运单号", required=False)
    quantity = ours.QuantityField(label="数量", required=False)
    plain = forms.CharField(label="备注", required=False, max_length=10)
    lines = forms.CharField(label="留言", required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("a", "甲")])
    day = forms.DateField(label="日期", required=False)
    password = forms.CharField(label="密码", required=False, widget=forms.PasswordInput, strip=False)


def filled(**data: Any) -> Everything:
    return Everything({"title": "一件棉衣", **data})


def resident_id(day: str, area: str = "430426") -> str:
    """An invented number with a right checksum."""
    front = f"{area}{day}001"
    return front + ric.calc_check_digit(front + "0")


@pytest.mark.parametrize(
    ("field", "typed", "cleaned"),
    [
        ("title", "  一件\u3000棉衣 ", "一件 棉衣"),
        ("story", "一\r\n二 👨‍👩‍👧", "一\n二 👨‍👩‍👧"),
        ("name", "阿依古丽•买买提", "阿依古丽·买买提"),
        ("amount", "２００．５", 20050),
        ("amount", "", None),
        ("phone", "138 0000 0001", "+8613800000001"),
        ("phone", "", ""),
        ("code", "１２３ 456", "123456"),
        ("number", resident_id("19900101"), resident_id("19900101")),
        ("number", "11010519491231002x", "11010519491231002X"),
        ("number", "１１０１０５ １９４９１２３１ ００２ｘ", "11010519491231002X"),
        ("parcel", "ＳＦ1380-000001", "SF1380-000001"),
        ("quantity", "２", 2),
        ("quantity", "007", 7),
        ("quantity", "100000", 100_000),
        ("quantity", "", None),
        ("plain", " e\u0301 ", "é"),
        ("lines", "一\r\n二", "一\n二"),
        ("password", "  a  b ", "  a  b "),
    ],
)
def test_field_cleans_what_people_type(field: str, typed: str, cleaned: object) -> None:
    form = filled(**{field: typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data[field] == cleaned


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("title", "", "请填写标题。"),
        ("title", "   ", "请填写标题。"),
        ("title", "字" * 21, "最多 20 个字"),
        ("title", "x" * 100_000, "最多 20 个字"),
        ("story", "字" * 101, "最多 100 个字"),
        ("name", "张3", "姓名里只能有文字"),
        ("amount", "1_000", "请只用数字填写金额"),
        ("amount", "1e9", "请只用数字填写金额"),
        ("amount", "-5", "请只用数字填写金额"),
        ("amount", "😀", "请只用数字填写金额"),
        ("amount", "0", "大于 0"),
        ("amount", "0.99", "不能少于 1 元"),
        ("amount", "100000.01", "不能超过 100,000 元"),
        ("phone", "12345", "11 位手机号码"),
        ("code", "12345", "6 位数字"),
        ("code", "１２３４５６７", "6 位数字"),
        ("code", "١٢٣٤٥٦", "6 位数字"),
        ("number", "110105491231002", "15 位的旧号码"),
        ("number", "110105194912310021", "逐位核对"),
        ("number", resident_id("19900101", area="999999"), "逐位核对"),
        ("number", resident_id("19901301"), "逐位核对"),
        ("number", "１２３", "18 位"),
        ("number", "11010519491231002XX", "18 位"),
        ("parcel", "12345", "6 到 32 位"),
        ("parcel", "x" * 33, "6 到 32 位"),
        ("parcel", "SF<script>", "6 到 32 位"),
        ("quantity", "1_000", "只填写整数"),
        ("quantity", "1e9", "只填写整数"),
        ("quantity", "1000000000", "只填写整数"),
        ("quantity", "-1", "只填写整数"),
        ("quantity", "1.5", "只填写整数"),
        ("quantity", "٢", "只填写整数"),
        ("quantity", "9" * 100_000, "只填写整数"),
        ("quantity", "0", "在 1 到 100000 之间"),
        ("quantity", "100001", "在 1 到 100000 之间"),
        ("plain", "字" * 11, "最多 10 个字"),
        ("kind", "b", "请从列表里选择类别"),
        ("day", "2026-02-30", "请填写正确的日期"),
    ],
)
def test_field_refuses_with_words_that_say_what_to_do(field: str, typed: str, words: str) -> None:
    form = filled(**{field: typed})
    assert list(form.errors) == [field]
    [message] = form.errors[field]
    assert words in message
    assert form[field].value() == typed


@pytest.mark.parametrize("odd", ODD)
def test_no_text_field_takes_characters_nobody_can_see(odd: str) -> None:
    fields = [name for name in Everything.base_fields if name not in ("kind", "day", "password")]
    assert sorted(Everything(dict.fromkeys(fields, odd)).errors) == sorted(fields)


def test_a_birth_day_still_to_come_is_refused() -> None:
    tomorrow = f"{clock.today() + timedelta(days=1):%Y%m%d}"
    assert "还没有到" in filled(number=resident_id(tomorrow)).errors["number"][0]
    assert filled(number=resident_id(f"{clock.today():%Y%m%d}")).is_valid()


def test_errors_are_tied_to_their_inputs() -> None:
    html = str(filled(phone="12")["phone"])
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    assert 'id="id_phone_error"' in str(filled(phone="12")["phone"].errors)
    assert "aria-invalid" not in str(filled()["phone"])


def test_inputs_open_the_right_keyboard_and_offer_no_old_entries() -> None:
    form = Everything()
    assert 'inputmode="decimal"' in str(form["amount"])
    assert 'type="tel"' in str(form["phone"])
    assert 'inputmode="tel"' in str(form["phone"])
    assert 'autocomplete="one-time-code"' in str(form["code"])
    assert 'autocomplete="off"' in str(form["title"])
    assert "maxlength" not in str(form["story"])


def test_a_secret_is_never_sent_back_to_the_browser() -> None:
    form = Everything(initial={"phone": Secret("+8613800000001", kind="phone"), "amount": 20050})
    assert "value" not in str(form["phone"])
    assert 'value="200.50"' in str(form["amount"])


def test_words_of_the_author_stay() -> None:
    class Consent(ours.CleanForm):
        agreed = forms.BooleanField(label="同意公示")
        other = forms.CharField(error_messages={"required": "说点什么。"})

    assert Consent({}).errors == {"agreed": ["请勾选“同意公示”。"], "other": ["说点什么。"]}


def test_model_forms_clean_the_text_of_the_model() -> None:
    class Village(models.Model):
        name = models.CharField("村名", max_length=5)
        story = models.TextField("介绍")

        class Meta:
            app_label = "lib_samples"

        def __str__(self) -> str:
            return self.name

    class VillageForm(ours.CleanModelForm):
        class Meta:
            model = Village
            fields = ["name", "story"]

    form = VillageForm({"name": " 石\u3000塘 ", "story": "一\r\n二"})
    assert form.is_valid()
    assert (form.instance.name, form.instance.story) == ("石 塘", "一\n二")
    assert VillageForm({"name": "石\0塘", "story": "字" * 5001}).errors == {
        "name": ["第 2 个字符是看不见的特殊字符，请删掉后重新输入。"],
        "story": ["最多 5000 个字，请缩短一些。"],
    }


class Album(ours.CleanForm):
    photo = ours.PhotoField(label="照片")


def album(content: bytes, name: str = "../../张\u202e.php") -> Album:
    return Album({}, MultiValueDict({"photo": [SimpleUploadedFile(name, content)]}))


def test_a_photo_comes_out_as_a_clean_jpeg_under_a_random_name() -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 20)).save(file, "PNG")
    form = album(file.getvalue())
    assert form.is_valid(), form.errors
    photo = form.cleaned_data["photo"]
    assert photo.read().startswith(b"\xff\xd8\xff")
    assert len(photo.name) == 36
    assert photo.name.endswith(".jpg")


def test_a_missing_or_false_photo_is_refused_in_plain_words() -> None:
    assert Album({}).errors == {"photo": ["请选择照片。"]}
    assert album(b"").errors == {"photo": ["这张照片是空的，请重新选择。"]}
    assert album(b"<svg/>").errors == {"photo": ["请上传 JPG、PNG 或 WEBP 格式的照片。"]}


def test_resident_id_accepts_people_born_before_their_county_had_its_code() -> None:
    assert ours.ResidentIdField().clean(resident_id("19550312")) == resident_id("19550312")
