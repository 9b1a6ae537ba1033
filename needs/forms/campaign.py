"""Forms of the county's campaigns."""

from typing import Any

from django import forms

from fupin.lib.forms import BodyField, CleanForm, LineField
from needs.services.campaigns import CampaignInput


def _moment(label: str, *, required: bool, help_text: str = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, help_text=help_text, widget=widget)


class MomentsForm(CleanForm):
    """When a campaign is released and when its page says that it is over."""

    release_at = _moment("发布时间", required=True, help_text="到时自动公开里面的全部求助。")
    closes_at = _moment("结束时间", required=False, help_text="可以不填；结束后求助仍然公开。")


class CampaignForm(MomentsForm):
    """A new campaign of the county; `regions` are those where the person approves."""

    region = forms.ChoiceField(label="县（市、区）")
    name = LineField(label="名称", max_length=40, help_text="例如“十月集中发布”。会公开。")
    intro = BodyField(label="说明", required=False, max_length=500, help_text="会公开，可以不填。")
    field_order = ("region", "name", "intro", "release_at", "closes_at")

    def __init__(self, *args: Any, regions: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = {str(region.code): region for region in regions}
        self.fields["region"].choices = [(code, place.name) for code, place in self.regions.items()]  # type: ignore[attr-defined]

    def content(self) -> CampaignInput:
        """What was typed, for the service."""
        names = ("name", "intro", "release_at", "closes_at")
        return CampaignInput(**{name: self.cleaned_data[name] for name in names})
