"""How goods travel and how they arrive: parcels, meetings, what was received item by item."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Region
from donors import couriers
from donors.enums import CallResult, Courier, MeetWith, Outcome, Weekday
from donors.models import MOST_PHOTOS, Pledge
from donors.services.dispatch import Dispatch
from fupin.lib.forms import (
    BodyField,
    CleanForm,
    CodeField,
    LineField,
    NameField,
    PhotoField,
    QuantityField,
    TrackingNumberField,
)
from fupin.lib.text import fold_width
from needs.enums import Evidence, Form
from needs.forms.writing import PhotosField


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class CountField(QuantityField):
    """A whole number from 0 to `max_value`: how many arrived."""

    def parse(self, value: str) -> int:
        return 0 if fold_width(value).strip(" ") == "0" else super().parse(value)


class CourierForm(CleanForm):
    """A parcel; a number that does not look like its courier's is asked about once, not forbidden."""

    courier = forms.ChoiceField(label="快递公司", choices=[("", "请选择"), *Courier.choices])
    tracking_number = TrackingNumberField(label="快递单号")
    sure = forms.BooleanField(label="已照着面单核对，单号就是这样", required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        courier, number = data.get("courier", ""), data.get("tracking_number", "")
        if courier and number and not couriers.fits(courier, number) and not data.get("sure"):
            self.fields["sure"].widget = forms.CheckboxInput()
            name = Courier(courier).label
            self.add_error(
                "tracking_number", f"{name}的单号一般是{couriers.words(courier)}，请照着面单再核对一次。"
            )
        return data

    def dispatch(self) -> Dispatch:
        """The parcel of a valid form."""
        return Dispatch(
            courier=self.cleaned_data["courier"], tracking_number=self.cleaned_data["tracking_number"]
        )


class CorrectForm(CourierForm):
    """The same for a parcel that is registered already."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=9)


class ArriveForm(CleanForm):
    number = forms.IntegerField(min_value=1, max_value=9)


class MeetForm(CleanForm):
    meet_at = LineField(label="见面地点", max_length=60)
    meet_on = forms.DateField(label="见面日期", widget=day_input())
    meet_time = forms.TimeField(label="几点", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    meet_with = forms.ChoiceField(
        label="和谁见面",
        choices=MeetWith.choices,
        initial=MeetWith.OFFICER,
        help_text="由这个岗位的同志带您，不留私人电话。",
    )

    def dispatch(self) -> Dispatch:
        """The meeting of a valid form."""
        return Dispatch(**self.cleaned_data)


class ReceiveForm(CleanForm):
    """What the recipient side says: complete, or a problem with words and counts."""

    outcome = forms.ChoiceField(
        label="收到的情况", choices=Outcome.choices, widget=forms.RadioSelect, initial=Outcome.COMPLETE
    )
    note = BodyField(
        label="说明", required=False, max_length=500, help_text="有问题时请写清楚缺了什么、坏了什么。"
    )

    def __init__(self, *args: Any, pledge: Pledge, officer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [row for row in pledge.items.all() if row.kept]
        self.officer = officer
        counts: dict[str, forms.Field] = {f"got_{row.item_id}": _count_field(row) for row in self.items}
        self.initial.update((f"got_{row.item_id}", row.kept) for row in self.items)
        if pledge.form == Form.SERVICE and pledge.hours:
            counts["hours"] = hours_field()
            self.initial["hours"] = pledge.hours
        proofs = _proof_fields() if officer else {}
        self.fields = {"outcome": self.fields["outcome"], **counts, "note": self.fields["note"], **proofs}

    def clean(self) -> dict[str, Any]:
        """An officer brings the household's code or a witness with name and role."""
        data = super().clean() or self.cleaned_data
        if self.officer and data.get("outcome") == Outcome.COMPLETE and "code" not in self.errors:
            if not data.get("code") and not data.get("witness_name"):
                self.add_error("witness_name", "请填写短信确认码，或者请一位在场的见证人。")
            elif data.get("witness_name") and not data.get("witness_role"):
                self.add_error("witness_role", "请写明见证人的身份。")
        return data

    def received(self) -> dict[int, int]:
        """Counted units by item id; items left empty count as whole."""
        typed = {row.item_id: self.cleaned_data.get(f"got_{row.item_id}") for row in self.items}
        return {pk: count for pk, count in typed.items() if count is not None}


def hours_field() -> QuantityField:
    """Hours as they were, which may differ from those offered."""
    return QuantityField(label="实际服务几小时", max_value=200, required=False)


def _proof_fields() -> dict[str, forms.Field]:
    code = CodeField(
        label="受助家庭的短信确认码", required=False, help_text="先点下面“发送确认码”；没有手机的请见证人。"
    )
    name = NameField(label="见证人姓名", required=False, help_text="在场的第二个人，不能是您或爱心人士。")
    role = LineField(label="见证人身份", required=False, max_length=20, help_text="例如：邻居、小组长。")
    return {"code": code, "witness_name": name, "witness_role": role}


class HandoverForm(CleanForm):
    """The donor at the door: the code that the household reads out."""

    code = CodeField(label="受助家庭收到的确认码")

    def __init__(self, *args: Any, pledge: Pledge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if pledge.form == Form.SERVICE and pledge.hours:
            self.fields["hours"] = hours_field()
            self.initial["hours"] = pledge.hours


class ProposeForm(CleanForm):
    date = forms.DateField(label="换到哪一天", widget=day_input())


def _count_field(row: Any) -> CountField:
    return CountField(
        label=f"实际收到 {row.item.name}（{row.item.unit}）",
        required=False,
        max_value=row.kept,
        help_text=f"寄出 {row.kept} {row.item.unit}",
    )


class ThanksForm(CleanForm):
    """A household's words to its donor."""

    text = BodyField(
        label="想对爱心人士说的话",
        max_length=500,
        help_text="乡镇看过以后才会送给对方。不要写全名、电话、证件号。",
    )


class WordsForm(CleanForm):
    """A county's step in a case: what both sides will read."""

    note = BodyField(label="情况说明", max_length=500, help_text="双方都会看到，不要写全名和电话。")


class ReviewThanksForm(CleanForm):
    reason = LineField(label="退回的原因", required=False, max_length=200)


class CallForm(CleanForm):
    """The result of one call."""

    result = forms.ChoiceField(label="结果", choices=[("", "请选择"), *CallResult.choices])
    note = LineField(label="说明", required=False, max_length=300)


class StationForm(CleanForm):
    """A village's service point."""

    address = LineField(
        label="服务点地址", max_length=80, help_text="村委会等公共场所的地址，爱心人士照着寄；不写电话。"
    )
    opening = LineField(
        label="开放时间", required=False, max_length=40, help_text="例如：周一到周五 8:30–17:00"
    )
    pickup_day = forms.ChoiceField(
        label="集中领取日", required=False, choices=[("", "不固定"), *Weekday.choices]
    )

    def values(self) -> dict[str, Any]:
        """The station of a valid form."""
        day = self.cleaned_data["pickup_day"]
        return {**self.cleaned_data, "pickup_day": int(day) if day else None}


class NoticeForm(CleanForm):
    """What one of the officer's places does not need."""

    region = forms.TypedChoiceField(label="哪个地区", coerce=int)
    text = LineField(label="不需要什么", max_length=60, help_text="例如：不需要旧衣物，去年的还没有发完。")

    def __init__(self, *args: Any, places: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [(place.code, place.name) for place in places]  # type: ignore[attr-defined]


class OpenAddressForm(CleanForm):
    """How the household agreed that this donor may know where it lives."""

    evidence = forms.ChoiceField(label="这户怎样同意的", choices=Evidence.choices)
    note = LineField(label="说明", max_length=200, help_text="例如：户主当面同意，希望志愿者上门。")


class GoodsPhotosField(PhotosField):
    """Pictures of the goods, given along with the promise."""

    limit = most = MOST_PHOTOS


class PhotoForm(CleanForm):
    """One picture: of the goods from their donor, or of a problem from the recipient side."""

    photo = PhotoField(label="添加照片")
