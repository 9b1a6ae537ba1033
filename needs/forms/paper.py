"""Forms of the printed application forms."""

from django import forms

from fupin.lib.forms import QuantityField
from needs.enums import Kind
from needs.forms.villages import VillageForm
from needs.services.paper import MAX_COPIES


class PrintForm(VillageForm):
    """What to print; `villages` are those of the officer."""

    village = forms.ChoiceField(label="村（社区）")
    kind = forms.ChoiceField(
        label="类别", required=False, choices=[("", "通用（到时再选类别）"), *Kind.choices]
    )
    copies = QuantityField(
        label="张数",
        max_value=MAX_COPIES,
        initial=1,
        help_text=f"每张有自己的二维码，一次最多 {MAX_COPIES} 张。",
    )
