"""What the charity's finance types: a statement file, what a line was for, why something is taken back."""

from collections.abc import Sequence
from typing import Any

from django import forms

from donors.enums import LineState, Purpose
from donors.models import CharityAccount
from donors.services.matching import SETTLING
from fupin.lib.forms import CleanForm, LineField


class UploadForm(CleanForm):
    """`accounts` are those whose statements the person may import."""

    account = forms.ChoiceField(label="哪个账户的流水")
    file = forms.FileField(
        label="银行流水文件",
        help_text="网银下载的 XLSX 或 CSV，20 MB 以内，不用改任何内容。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, accounts: Sequence[CharityAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(account.pk): account for account in accounts}
        field: Any = self.fields["account"]
        field.choices = [(pk, f"{row.charity}，尾号 {row.number[-4:]}") for pk, row in self.accounts.items()]
        if len(self.accounts) == 1:
            field.initial = next(iter(self.accounts))

    @property
    def chosen(self) -> CharityAccount:
        """The account of a valid form."""
        return self.accounts[self.cleaned_data["account"]]


class LineFilter(CleanForm):
    """`?state=`: open ones unless said otherwise."""

    state = forms.ChoiceField(required=False, choices=[("", ""), *LineState.choices])


class MatchForm(CleanForm):
    """A promise by its transfer reference."""

    reference = LineField(label="转账编号", max_length=20, help_text="像 FP7K3M9QXA；不分大小写和空格。")

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"]).upper().replace(" ", "")


class SettleForm(CleanForm):
    purpose = forms.ChoiceField(
        label="这笔钱是什么",
        choices=[(purpose.value, purpose.label) for purpose in SETTLING],
        widget=forms.RadioSelect,
        initial=Purpose.OTHER,
    )
    note = LineField(label="依据", max_length=200, help_text="例：已与汇款人电话确认。不要写卡号、电话。")


class ReasonForm(CleanForm):
    reason = LineField(label="原因", max_length=200, help_text="爱心人士会看到这句话。")
