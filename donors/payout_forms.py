"""What the charity types about money it hands on: which gifts, how, to whom, with which evidence."""

from collections.abc import Sequence
from typing import Any

from django import forms

from donors.delivery_forms import day_input
from donors.enums import PayMethod, PayoutState
from donors.models import Payout, Pledge
from donors.payout_queries import Recipient
from donors.services.payouts import Terms
from fupin.lib.clock import today
from fupin.lib.forms import CleanForm, LineField, NameField, PhotoField
from fupin.lib.money import yuan_display

MOST = 200


def key_of(row: Recipient) -> str:
    """What is chosen: exactly these gifts; one that came later is not among them."""
    return ".".join(str(pledge.pk) for pledge in row.pledges)


class PlanForm(CleanForm):
    """The recipients of a list for the bank."""

    chosen = forms.MultipleChoiceField(
        error_messages={
            "required": "请至少选择一户。",
            "invalid_choice": "您打开以后情况有了变化，请看过现在的名单再选。",
        }
    )

    def __init__(self, *args: Any, rows: Sequence[Recipient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {key_of(row): row for row in rows}
        field: Any = self.fields["chosen"]
        field.choices = [(key, key) for key in self.rows]

    def pledges(self) -> list[Pledge]:
        """The gifts of a valid form."""
        return [pledge for key in self.cleaned_data["chosen"] for pledge in self.rows[key].pledges]


class RecordForm(CleanForm):
    """One payout that was made to one recipient."""

    gifts = forms.MultipleChoiceField(label="拨付哪几笔善款", widget=forms.CheckboxSelectMultiple)
    method = forms.ChoiceField(label="怎样付的", choices=PayMethod.choices, widget=forms.RadioSelect)
    paid_on = forms.DateField(label="付款日期", widget=day_input())
    payee = LineField(
        label="收款的供应商或单位",
        max_length=60,
        required=False,
        help_text="付给供应商、学校、医院时填写；付到家庭账户不用填。",
    )
    signer = NameField(label="领款人签字", required=False, help_text="付现金时填写。")
    second_signer = NameField(
        label="在场证明人签字", required=False, help_text="付现金时填写，不能和领款人是同一个人。"
    )
    photo = PhotoField(
        label="凭证照片",
        required=False,
        help_text="银行回单、签收单或发票。现金和付给供应商的必须有；只有慈善组织和当地工作人员能看到。",
    )
    note = LineField(label="备注", required=False, max_length=200)

    def __init__(self, *args: Any, row: Recipient, **kwargs: Any) -> None:
        first = {
            "gifts": [str(pledge.pk) for pledge in row.pledges],
            "method": PayMethod.BANK if row.by_bank else PayMethod.SUPPLIER,
            "paid_on": today(),
        }
        super().__init__(*args, initial=first, **kwargs)
        self.row = row
        field: Any = self.fields["gifts"]
        field.choices = [
            (str(pledge.pk), f"{yuan_display(pledge.amount_fen)} 元 {pledge.reference}")
            for pledge in row.pledges
        ]

    def pledges(self) -> list[Pledge]:
        return [pledge for pledge in self.row.pledges if str(pledge.pk) in self.cleaned_data["gifts"]]

    def terms(self) -> Terms:
        names = ("method", "paid_on", "payee", "signer", "second_signer", "note")
        return Terms(**{name: self.cleaned_data[name] for name in names})

    def photos(self) -> list[bytes]:
        photo = self.cleaned_data["photo"]
        return [photo.read()] if photo else []


class BatchPaidForm(CleanForm):
    """Which lines of a list the bank has paid, and when."""

    paid_on = forms.DateField(label="银行付款日期", widget=day_input())
    lines = forms.MultipleChoiceField(error_messages={"required": "请至少选择一户。"})

    def __init__(self, *args: Any, payouts: Sequence[Payout], **kwargs: Any) -> None:
        super().__init__(*args, initial={"paid_on": today()}, **kwargs)
        self.payouts = {str(payout.pk): payout for payout in payouts}
        field: Any = self.fields["lines"]
        field.choices = [(key, key) for key in self.payouts]

    def chosen(self) -> list[Payout]:
        return [self.payouts[key] for key in self.cleaned_data["lines"]]


class DropForm(CleanForm):
    reason = LineField(label="原因", max_length=200, help_text="例：银行退回，账号和户名不符。")


class PayoutPhotoForm(CleanForm):
    photo = PhotoField(label="凭证照片")


class PayoutFilter(CleanForm):
    """`?state=` of the records: also those whose line of the bank is missing."""

    state = forms.ChoiceField(
        required=False, choices=[("", ""), ("missing", ""), *[(state.value, "") for state in PayoutState]]
    )
