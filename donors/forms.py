"""What donors and recipients type: a pledge in one of its three forms, and the steps after it."""

import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from donors.delivery_forms import GoodsPhotosField, day_input
from donors.enums import Delivery, Display, ServiceKind
from donors.services.pledges import CHILD_UNNAMED, MAX_FEN, MIN_FEN, PledgeInput
from fupin.lib.clock import today
from fupin.lib.errors import Conflict
from fupin.lib.forms import (
    CleanForm,
    LineField,
    NameField,
    QuantityField,
    YuanField,
)
from fupin.lib.money import parse_fen, yuan_display
from needs.enums import Form
from needs.models import Need, NeedItem

MAX_HOURS = 200
_KEY = re.compile(r"[0-9a-f]{32}")


def new_key() -> str:
    """A fresh idempotency key; a form keeps it until its pledge is made."""
    return secrets.token_hex(16)


class PledgeForm(CleanForm):
    """What the three forms share: how the donor wants to be named, and the hidden key."""

    kind: ClassVar[str]
    display = forms.ChoiceField(
        label="公示和证书上怎样称呼您",
        choices=Display.choices,
        widget=forms.RadioSelect,
        initial=Display.NAMED,
    )
    name = NameField(label="您的姓名", required=False, help_text="选“实名”时需要，会写在证书上。")
    nickname = LineField(
        label="您的昵称", required=False, max_length=30, help_text="选“昵称”时需要，例：一位老师。"
    )
    guardian = NameField(
        label="监护人姓名",
        required=False,
        help_text="请监护人看过、同意这一次帮助再提交。只有您自己能看到；年满 18 周岁的不用填。",
    )
    key = forms.Field(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, donor: User, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.donor, self.need = donor, need
        self.fields["display"].initial = donor.display or Display.NAMED
        for field in ("name", "nickname"):
            if getattr(donor, field):
                del self.fields[field]
        self.order_fields([*(name for name in self.fields if name not in _LAST), *_LAST])

    def clean_key(self) -> str:
        """A key this page made. Anything else gets a fresh one, to be sent with the next try."""
        key = str(self.cleaned_data["key"])
        if not _KEY.fullmatch(key):
            self.renew_key()
            # On top of the form: a hidden field has no place of its own for words.
            self.add_error(None, "页面停留太久了，请再提交一次。")
        return key

    def renew_key(self) -> None:
        """Show another key when this form is printed again."""
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("key")] = new_key()
        self.data = data

    def clean(self) -> dict[str, Any]:
        """A way of being named needs its name, from the account or from this form."""
        data = super().clean() or self.cleaned_data
        for display, field, words in (
            (Display.NAMED, "name", "姓名"),
            (Display.NICKNAME, "nickname", "昵称"),
        ):
            wanted = data.get("display") == display and field in self.fields and field not in self.errors
            if wanted and not data.get(field):
                self.add_error(field, f"请填写{words}，或者换一种称呼方式。")
        if data.get("guardian") and data.get("display") == Display.NAMED:
            self.add_error("display", CHILD_UNNAMED)
        return data

    def names(self) -> dict[str, str]:
        """The names typed here that the account lacks."""
        return {
            field: self.cleaned_data[field] for field in ("name", "nickname") if self.cleaned_data.get(field)
        }

    def about_donor(self) -> dict[str, Any]:
        """How the donor is shown, and who agreed for a donor under 18."""
        return {name: self.cleaned_data.get(name, "") for name in ("display", "guardian")}

    def content(self) -> PledgeInput:
        """The pledge of a valid form."""
        raise NotImplementedError

    def explain(self, error: Conflict) -> None:
        """Put what is still open beside the fields it concerns."""
        self.add_error(None, error.message)


_LAST = ("display", "name", "nickname", "guardian", "key")


class MoneyForm(PledgeForm):
    kind = Form.MONEY
    amount = YuanField(label="我想捐", min_fen=MIN_FEN, max_fen=MAX_FEN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_fen = self.need.progress.open_fen
        self.fields["amount"].help_text = f"还差 {yuan_display(self.open_fen)} 元，捐多少由您决定。"

    @property
    def quick(self) -> str:
        """Amounts offered as buttons, in yuan: 50, 100, 200 and all that is open."""
        usual = [yuan for yuan in (50, 100, 200) if yuan * 100 < self.open_fen]
        return " ".join([*map(str, usual), yuan_display(self.open_fen).replace(",", "")])

    def content(self) -> PledgeInput:
        return PledgeInput(
            form=self.kind,
            **self.about_donor(),
            amount_fen=self.cleaned_data["amount"],
        )

    def explain(self, error: Conflict) -> None:
        still_open = error.extra.get("open")
        if not isinstance(still_open, str):
            return super().explain(error)
        fen = parse_fen(still_open) if still_open.strip("0.") else 0
        text = f"现在还差 {yuan_display(fen)} 元，请改一下金额。" if fen else "刚刚已经全部认领了。"
        self.add_error("amount", text)
        return None


class GoodsForm(PledgeForm):
    kind = Form.GOODS
    delivery = forms.ChoiceField(
        label="怎样送到", choices=Delivery.choices, widget=forms.RadioSelect, initial=Delivery.COURIER
    )
    photos = GoodsPhotosField(
        label="物资照片", required=False, help_text="最多 3 张，只有您和当地工作人员能看到；也可以以后再加。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [
            item
            for item in self.need.items.all()
            if item.open_quantity or self.data.get(self.add_prefix(_slot(item)))
        ]
        fields = {_slot(item): _item_field(item) for item in self.items}
        self.fields = {**fields, **self.fields}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        slots = [_slot(item) for item in self.items]
        if slots and not any(data.get(slot) or slot in self.errors for slot in slots):
            self.add_error(slots[0], "请至少填写一种物品的数量。")
        return data

    def content(self) -> PledgeInput:
        quantities = {item.pk: self.cleaned_data[_slot(item)] for item in self.items}
        return PledgeInput(
            form=self.kind,
            **self.about_donor(),
            items={pk: quantity for pk, quantity in quantities.items() if quantity},
            delivery=self.cleaned_data["delivery"],
        )

    def explain(self, error: Conflict) -> None:
        still_open = {row["item"]: row["quantity"] for row in _rows(error.extra.get("open"))}
        short = [
            item
            for item in self.items
            if (self.cleaned_data.get(_slot(item)) or 0) > still_open.get(item.pk, 0)
        ]
        if not still_open or not short:
            return super().explain(error)
        for item in short:
            left = still_open.get(item.pk, 0)
            text = f"现在还需要 {left} {item.unit}，请改一下数量。" if left else "刚刚已经有人全部认领。"
            self.add_error(_slot(item), text)
        return None


class ServiceForm(PledgeForm):
    kind = Form.SERVICE
    service = forms.ChoiceField(
        label="打算怎样出力",
        choices=ServiceKind.choices,
        widget=forms.RadioSelect,
        initial=ServiceKind.HOURS,
        required=False,
    )
    hours = QuantityField(
        label="大约几小时",
        max_value=MAX_HOURS,
        required=False,
        help_text="写信不用填；确认时按实际时长登记。",
    )
    date = forms.DateField(label="哪一天", widget=day_input(), help_text="一年以内；到时可与村里再商量。")

    insured = forms.BooleanField(
        label="我已购买或会购买人身意外伤害保险",
        required=False,
        help_text="出门服务建议买一份短期意外险，几元一天，保险由您自愿购买。",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("service") != ServiceKind.LETTER and not data.get("hours") and "hours" not in self.errors:
            self.add_error("hours", "请填写大约几小时。")
        return data

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if not today() <= day <= today() + timedelta(days=365):
            raise ValidationError("请选择今天起一年以内的日期。", code="date")
        return day

    def content(self) -> PledgeInput:
        return PledgeInput(
            form=self.kind,
            **self.about_donor(),
            hours=self.cleaned_data["hours"] or 0,
            service_on=self.cleaned_data["date"],
            service=self.cleaned_data["service"] or ServiceKind.HOURS,
            insured=self.cleaned_data["insured"],
        )


PLEDGE_FORMS: dict[str, type[PledgeForm]] = {form.kind: form for form in (MoneyForm, GoodsForm, ServiceForm)}


class PayForm(CleanForm):
    bank_note = LineField(
        label="转账时的付款人或附言",
        required=False,
        max_length=60,
        help_text="和编号不一样时填写，方便慈善会对账。不要填银行卡号。",
    )


class NoteForm(CleanForm):
    """A charity's word on money in or out."""

    note = LineField(label="备注", required=False, max_length=200)


def _slot(item: NeedItem) -> str:
    return f"item_{item.pk}"


def _item_field(item: NeedItem) -> QuantityField:
    words = f"还需要 {item.open_quantity} {item.unit}" if item.open_quantity else "已经有人捐"
    return QuantityField(
        label=f"{item.name}（{item.unit}）", required=False, max_value=item.quantity, help_text=words
    )


def _rows(value: object) -> Iterable[dict[str, int]]:
    return value if isinstance(value, list) else []
