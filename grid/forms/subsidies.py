"""Forms of subsidy statements, of what the county asks itself, and of what counts."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Region
from fupin.lib.forms import BodyField, CleanForm, YuanField
from grid.question_enums import Answer
from grid.quota_enums import POOR_VILLAGE

KEEP, MORE, LESS = "keep", "more", "less"


class ContestForm(CleanForm):
    text = BodyField(
        label="哪里不对", max_length=300, help_text="例如：9 月 12 日提交的一条没有计入，编号在这里。"
    )


class AnswerForm(CleanForm):
    """The county's answer to an objection, with a correction where it is right."""

    way = forms.ChoiceField(
        label="结果",
        choices=[(KEEP, "维持原金额"), (MORE, "下个月补发"), (LESS, "下个月扣回")],
        widget=forms.RadioSelect,
    )
    amount = YuanField(label="更正金额（元）", required=False, help_text="维持原金额的不用填。")
    text = BodyField(label="答复", max_length=300, help_text="本人会看到。")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("way") in (MORE, LESS) and "amount" not in self.errors and not cleaned.get("amount"):
            self.add_error("amount", "请填更正的金额。")
        if cleaned.get("way") == KEEP and cleaned.get("amount"):
            self.add_error("amount", "维持原金额的，这里请留空。")
        return cleaned

    @property
    def correction_fen(self) -> int:
        fen: int = self.cleaned_data.get("amount") or 0
        return -fen if self.cleaned_data["way"] == LESS else fen


class VerdictForm(CleanForm):
    """The county's answer to a question."""

    verdict = forms.ChoiceField(
        label="答复",
        choices=[(Answer.HARMLESS.value, "没有问题"), (Answer.EXCLUDED.value, "这些求助不计入任务数")],
        widget=forms.RadioSelect,
    )
    reason = BodyField(label="查了什么、为什么", max_length=300)


class ReasonForm(CleanForm):
    reason = BodyField(label="原因", max_length=300)


class PoorForm(CleanForm):
    """Which villages of one township are poor ones."""

    villages = forms.TypedMultipleChoiceField(
        label="贫困村", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, villages: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["villages"]
        field.choices = [(str(village.code), village.name) for village in villages]
        field.initial = [str(village.code) for village in villages if POOR_VILLAGE in village.tags]
