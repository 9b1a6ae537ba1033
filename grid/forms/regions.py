"""Forms of the office's own work."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from accounts.enums import ChangeKind
from accounts.models import Appointment, Region
from fupin.lib.clock import today
from fupin.lib.forms import CleanForm, LineField
from grid.services.regions import Plan


class _CodeField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=10**11, max_value=10**12 - 1, **kwargs)
        self.widget.attrs["inputmode"] = "numeric"


class _DatedForm(CleanForm):
    effective_on = forms.DateField(
        label="生效日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="填今天就马上办理；以后的日期到那天自动办理。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_on"].initial = today()


class MergeForm(_DatedForm):
    """Which villages of one township end and which takes over; `posts` are asked once the villages are known."""

    sources = forms.MultipleChoiceField(label="撤并的村", widget=forms.CheckboxSelectMultiple)
    target = forms.ChoiceField(label="并入", widget=forms.Select, help_text="并入现有的村，或者新设一个村。")
    name = LineField(label="新村名称", required=False, max_length=60, help_text="新设村才填。")
    code = _CodeField(label="新村代码", required=False, help_text="12 位统计代码，新设村才填。")
    ending_posts = forms.MultipleChoiceField(
        label="不随村转任、就此结束的职务",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="没有勾选的职务转到新村；勾选的到此结束，没办完的工作交给新村的信息员或乡镇。",
    )

    def __init__(
        self, *args: Any, villages: Sequence[Region], posts: Iterable[Appointment] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(row.code), row.name) for row in villages]
        self.fields["sources"].choices = known  # type: ignore[attr-defined]
        self.fields["target"].choices = [("new", "新设一个村"), *known]  # type: ignore[attr-defined]
        self.fields["code"].initial = max((row.code for row in villages), default=0) + 1
        self.fields["ending_posts"].choices = [  # type: ignore[attr-defined]
            (str(post.pk), f"{post.user.get_full_name()}（{post.region.name} {post.get_role_display()}）")
            for post in posts
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("target") == "new":
            for name, words in (("name", "请填写新村名称。"), ("code", "请填写新村代码。")):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return given

    def plan(self) -> Plan:
        given = self.cleaned_data
        new = given["target"] == "new"
        return Plan(
            kind=ChangeKind.MERGE,
            sources=[int(code) for code in given["sources"]],
            target_code=given["code"] if new else int(given["target"]),
            target_name=given["name"] if new else "",
            effective_on=given["effective_on"],
            ending_posts=[int(pk) for pk in given["ending_posts"]],
        )


class SplitForm(_DatedForm):
    """A new village out of an old one: its name and code, and the households that go."""

    name = LineField(label="新村名称", max_length=60)
    code = _CodeField(label="新村代码", help_text="12 位统计代码。")
    households = forms.MultipleChoiceField(label="划到新村的家庭", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, homes: Sequence[Any], next_code: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].initial = next_code
        self.fields["households"].choices = [  # type: ignore[attr-defined]
            (str(home.pk), f"{home.name}（{home.open_needs} 条在办）" if home.open_needs else home.name)
            for home in homes
        ]

    def plan(self, village: Region) -> Plan:
        given = self.cleaned_data
        return Plan(
            kind=ChangeKind.SPLIT,
            sources=[village.code],
            target_code=given["code"],
            target_name=given["name"],
            effective_on=given["effective_on"],
            households=[int(pk) for pk in given["households"]],
        )
