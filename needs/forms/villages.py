"""Forms that begin with a village out of those their writer may use."""

from collections.abc import Iterable
from typing import Any

from accounts.models import Region
from fupin.lib.forms import CleanForm


class VillageForm(CleanForm):
    """Offers the given villages in its `village` field; a single one is chosen already."""

    def __init__(self, *args: Any, villages: Iterable[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.villages = {str(village.code): village for village in villages}
        choices = [
            (code, f"{village.parent or ''} {village.name}") for code, village in self.villages.items()
        ]
        self.fields["village"].choices = choices if len(choices) == 1 else [("", "请选择"), *choices]  # type: ignore[attr-defined]

    @property
    def chosen_village(self) -> Region:
        return self.villages[self.cleaned_data["village"]]
