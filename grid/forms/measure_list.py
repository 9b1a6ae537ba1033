"""Form of one line of the county's 政策措施清单."""

from django import forms

from fupin.lib.forms import CleanForm, LineField
from grid.clue_enums import Problem
from grid.measure_defaults import Values
from grid.models import Department


class MeasureEntryForm(CleanForm):
    name = LineField(label="措施", max_length=30, help_text="会在村里公示，例如“危房改造、住房安置”。")
    department = forms.ChoiceField(
        label="责任部门", required=False, choices=[("", "村镇自己落实"), *Department.choices]
    )
    problems = forms.MultipleChoiceField(
        label="适用的困难",
        required=False,
        choices=Problem.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="遇到这些困难时排在前面。",
    )
    basis = LineField(label="政策依据", required=False, max_length=80, help_text="文件名或文号，可以不填。")

    def values(self) -> Values:
        """What was typed, for the services."""
        given = self.cleaned_data
        return Values(given["name"], given["department"], tuple(given["problems"]), given["basis"])
