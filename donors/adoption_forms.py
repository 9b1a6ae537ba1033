"""What donors, officers and households type about an adoption."""

from typing import Any

from django import forms

from accounts.models import User
from donors.delivery_forms import day_input
from donors.enums import AdoptionEnd, Rhythm
from donors.forms import PledgeForm
from donors.services.adoptions import TERMS, AdoptionInput
from donors.services.pledges import MAX_FEN, MIN_FEN
from fupin.lib.clock import today
from fupin.lib.forms import CleanForm, LineField, YuanField
from fupin.lib.money import yuan_display
from needs.enums import Evidence
from needs.models import Need

TERM_WORDS = {6: "半年（6 个月）", 12: "一年（12 个月）", 24: "两年（24 个月）", 36: "三年（36 个月）"}


class AdoptForm(PledgeForm):
    """A donor's offer: how long, how often, how much each time."""

    kind = "adopt"
    months = forms.TypedChoiceField(
        label="结对多久",
        choices=[(term, TERM_WORDS[term]) for term in TERMS],
        coerce=int,
        widget=forms.RadioSelect,
    )
    rhythm = forms.ChoiceField(label="多久一期", choices=Rhythm.choices, widget=forms.RadioSelect)
    amount = YuanField(label="每期金额", min_fen=MIN_FEN, max_fen=MAX_FEN)
    first_on = forms.DateField(label="第一期哪一天", widget=day_input(), help_text="今天起半年以内。")
    words = LineField(
        label="想说的话",
        required=False,
        max_length=200,
        help_text="乡镇和受助家庭会看到。请不要写电话、住址。",
    )

    def __init__(self, *args: Any, donor: User, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, donor=donor, need=need, **kwargs)
        del self.fields["key"], self.fields["guardian"]  # a term is for adults
        told = need.details
        self.fields["months"].initial = told.get("months") if told.get("months") in TERMS else 12
        self.fields["rhythm"].initial = told.get("rhythm") or Rhythm.MONTH
        self.fields["amount"].initial = told.get("instalment") or None
        self.fields["first_on"].initial = today()
        open_fen = yuan_display(need.progress.open_fen)
        self.fields["amount"].help_text = f"所有期数加起来不超过还差的 {open_fen} 元。"

    def offer(self) -> AdoptionInput:
        """The offer of a valid form."""
        values = self.cleaned_data
        return AdoptionInput(
            rhythm=values["rhythm"],
            months=values["months"],
            amount_fen=values["amount"],
            first_on=values["first_on"],
            display=values["display"],
            words=values["words"],
        )


class AdoptionStepForm(CleanForm):
    """What a step asks for beside its button; each step's page shows the fields it needs."""

    evidence = forms.ChoiceField(
        label="本户怎样同意的",
        required=False,
        choices=[("", "请选择"), *((one, one.label) for one in Evidence if one != Evidence.OWN_ACCOUNT)],
    )
    reason = forms.ChoiceField(
        label="为什么结束",
        required=False,
        choices=[
            ("", "请选择"),
            *((one.value, one.label) for one in (AdoptionEnd.GRADUATED, AdoptionEnd.OFFICE)),
        ],
    )
    note = LineField(label="说明", required=False, max_length=200, help_text="对方会看到，请不要写个人信息。")

    def __init__(self, *args: Any, action: str, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {
            "agree": [] if own else ["evidence"],
            "close": ["reason", "note"],
            "refuse": ["note"],
            "decline": [] if own else ["note"],
        }.get(action, [])
        for name in set(self.fields) - set(wanted):
            del self.fields[name]
        if action in ("refuse", "close"):
            self.fields["note"].required = True
