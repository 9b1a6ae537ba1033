"""What officers type about a charity's account: a proposal of each kind, and the second person's word."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Region
from donors.delivery_forms import day_input
from donors.enums import AccountChangeKind
from donors.services.accounts import ASKED
from fupin.lib.forms import CleanForm, LineField

_GAPS = re.compile(r"[\s-]")
NOTES = {
    AccountChangeKind.OPEN: "例：开户证明和资格证书原件已核对，存县民政局。",
    AccountChangeKind.BANK: "例：开户行迁址，新开户证明 2026-11-02。",
    AccountChangeKind.LICENCE: "例：县民政局 2026-11-02 换发的证书。",
    AccountChangeKind.CLOSE: "例：资格被撤销，县民政局通知。",
}


class ProposeForm(CleanForm):
    """One kind of proposal: the fields it changes, and the paper it rests on. `places` are asked for a new account."""

    region = forms.ChoiceField(label="哪个县（市）的账户")
    charity = LineField(
        label="户名", max_length=60, help_text="慈善组织全称，和开户证明、公开募捐资格证书上的一致。"
    )
    bank = LineField(label="开户行", max_length=60, help_text="写到支行。")
    number = LineField(label="账号", max_length=40, help_text="照开户证明填写，可以带空格。")
    licence = LineField(label="公开募捐资格证书编号", max_length=40)
    licence_from = forms.DateField(label="资格起始日", widget=day_input())
    licence_to = forms.DateField(
        label="资格到期日", widget=day_input(), help_text="当天仍有效；第二天零点起不再接受捐款。"
    )
    note = LineField(label="依据", max_length=200)

    def __init__(
        self, *args: Any, kind: AccountChangeKind, places: Sequence[Region] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in set(self.fields) - {*ASKED[kind], "note", "region"}:
            del self.fields[name]
        if kind == AccountChangeKind.OPEN:
            choices: Any = self.fields["region"]
            choices.choices = [(str(row.code), row.name) for row in places]
        else:
            del self.fields["region"]
        self.fields["note"].help_text = NOTES[kind]
        if kind == AccountChangeKind.CLOSE:
            self.fields["note"].label = "停用原因"

    def clean_number(self) -> str:
        return _GAPS.sub("", str(self.cleaned_data["number"]))

    def values(self) -> dict[str, Any]:
        """The proposed values of a valid form."""
        return {name: self.cleaned_data[name] for name in ASKED[self.kind]}


class ApproveForm(CleanForm):
    """The second person's yes; where the payee changes, the number is typed once more from the paper."""

    def __init__(self, *args: Any, retype: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if retype:
            self.fields["number"] = LineField(
                label="对照开户证明，再输一遍账号",
                max_length=40,
                help_text="不要照着屏幕抄：请看纸质证明输入。",
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )


class RefuseForm(CleanForm):
    reason = LineField(label="不同意的原因", max_length=200, help_text="提出的人会看到。")
