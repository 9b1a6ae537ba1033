"""Forms about grids, their households and their people."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.models import Appointment
from fupin.lib.forms import BodyField, CleanForm, DutyPhoneField, LineField, PhotoField
from grid.enums import MemberKind
from grid.models import Grid, GridMember
from grid.services.grids import GridInput
from grid.services.members import MemberInput
from needs.models import Household


class GridForm(CleanForm):
    """What board and notice say of a grid; `grid` is the one being corrected."""

    name = LineField(label="网格名称", max_length=30, help_text="例如“第三村民小组”。")
    area = LineField(
        label="范围", max_length=120, required=False, help_text="公开：屋场、院落、楼栋，不写门牌号。"
    )
    duty_phone = DutyPhoneField(
        label="值班电话", required=False, help_text="公开：村部座机或 400 号码，不写个人手机。"
    )
    oversize_reason = LineField(
        label="超过 100 户的原因",
        max_length=120,
        required=False,
        help_text="一般不填：一个网格控制在 100 户以内。",
    )

    def __init__(self, *args: Any, grid: Grid | None = None, **kwargs: Any) -> None:
        if grid:
            kwargs["initial"] = {name: getattr(grid, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)

    def content(self) -> GridInput:
        names = ("name", "area", "duty_phone", "oversize_reason")
        return GridInput(**{name: self.cleaned_data.get(name, "") for name in names})


class HomesForm(CleanForm):
    """Which households go into a grid; `homes` are those that may."""

    households = forms.MultipleChoiceField(label="家庭", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, homes: Iterable[Household], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["households"].choices = [  # type: ignore[attr-defined]
            (str(home.pk), f"{home.name}（{home.members} 人）") for home in homes
        ]

    def chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["households"]]


class SplitForm(GridForm, HomesForm):
    """A new grid and the households that go there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["households"].label = "分到新网格的家庭"
        del self.fields["oversize_reason"]


class MemberForm(CleanForm):
    """Somebody in a grid; `posts` are those in post who may come in, `member` the one being corrected."""

    post = forms.ChoiceField(label="谁")
    kind = forms.ChoiceField(label="身份", choices=[("", "请选择"), *MemberKind.choices])
    duty = LineField(
        label="工作职责",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=120,
        initial="入户走访，了解收支、“三保障”和饮水安全情况，及时反映问题。",
        help_text="公开，写在公示栏和明白纸上。",
    )
    photo = PhotoField(label="照片", required=False, help_text="公示和工作证用的半身照。")
    agreed = forms.BooleanField(label="本人同意在公示栏、网站和工作证上使用照片", required=False)

    def __init__(
        self, *args: Any, posts: Iterable[Appointment] = (), member: GridMember | None = None, **kwargs: Any
    ) -> None:
        if member:
            kwargs["initial"] = {"kind": member.kind, "duty": member.duty}
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((str(one.pk), f"{one.user.get_full_name()}（{one.get_role_display()}）") for one in posts),
        ]
        if member:
            del self.fields["post"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("photo") and not given.get("agreed"):
            self.add_error("agreed", "公开照片要先取得本人同意。")
        return given

    def content(self) -> MemberInput:
        given = self.cleaned_data
        return MemberInput(given["kind"], given["duty"], given.get("photo"))


class TownshipLeaderForm(CleanForm):
    post = forms.ChoiceField(label="包保领导")

    def __init__(self, *args: Any, posts: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((str(one.pk), f"{one.user.get_full_name()}（{one.region.name}）") for one in posts),
        ]


class FileForm(CleanForm):
    """Handing in the month's table."""

    remark = BodyField(label="说明", max_length=200, required=False, help_text="没有走访到的原因等。")
