"""What people send to follow a place or a need, and to choose how they hear of it."""

from typing import Any

from django import forms

from accounts.models import Region
from fupin.lib.forms import CleanForm
from needs import queries

BIGGEST = 2**63 - 1


class FollowForm(CleanForm):
    """Either `region`, a division code, or `need`, the number of a public need; cleaned to the object."""

    region = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST)
    need = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        code, number = data.get("region"), data.get("need")
        data["region"] = Region.objects.filter(code=code, valid_to=None).first() if code else None
        data["need"] = queries.public().filter(pk=number).first() if number else None
        if (data["region"] is None) == (data["need"] is None):
            raise forms.ValidationError("请重新选择。")
        return data


class PlanForm(CleanForm):
    weekly = forms.BooleanField(
        label="每周告诉我一次", required=False, help_text="有消息才有，每周最多一次，发到“我的消息”。"
    )
    by_sms = forms.BooleanField(label="也发短信到我的手机", required=False, help_text="短信里带有退订链接。")
