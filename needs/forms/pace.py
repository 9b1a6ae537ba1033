"""The county's rule by which routine new needs wait while help lags."""

from typing import Any

from django import forms

from fupin.lib.clock import today
from fupin.lib.forms import LineField, QuantityField
from needs.enums import Kind
from needs.forms.household import DateField, SectionedForm
from needs.services.pace import MOST_A_DAY, MOST_DAYS, PaceInput

LIMIT, OFF = "limit", "off"


class PaceForm(SectionedForm):
    """A rule from a day on, or none."""

    way = forms.ChoiceField(
        label="求助多、帮助少的时候",
        choices=[(LIMIT, "一般求助按先后公开"), (OFF, "不限，审批了就公开")],
        initial=LIMIT,
        widget=forms.RadioSelect,
    )
    valid_from = DateField(label="从哪天起", initial=today)
    after_days = QuantityField(
        label="公开满几天还没有人认领", max_value=MOST_DAYS, initial=14, required=False
    )
    percent = QuantityField(
        label="这样的求助超过百分之几",
        max_value=100,
        initial=50,
        required=False,
        help_text="填 1 到 100 的整数。",
    )
    per_day = QuantityField(label="每天公开几条", max_value=MOST_A_DAY, initial=5, required=False)
    exempt = forms.MultipleChoiceField(
        label="不用排队的类别",
        choices=Kind.choices,
        initial=[Kind.MEDICAL],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="受灾家庭、集中发布和审批时写明紧急的，总是不排队。",
    )
    clause = LineField(label="依据", max_length=200, help_text="文件名和条款，或者会议决定。")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("way") == LIMIT:
            for name in ("after_days", "percent", "per_day"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "请填写。")
        return data

    def content(self) -> PaceInput:
        """The rule of a valid form."""
        data = self.cleaned_data
        limited = data["way"] == LIMIT
        return PaceInput(
            valid_from=data["valid_from"],
            percent=data["percent"] if limited else None,
            after_days=data["after_days"] or 14,
            per_day=data["per_day"] or 5,
            exempt=data["exempt"],
            clause=data["clause"],
        )
