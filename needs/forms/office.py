"""Forms of the office: searching, registering, deciding, opening a sensitive value."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import Region
from fupin.lib.clock import ZONE, now
from fupin.lib.forms import (
    BodyField,
    CleanForm,
    LineField,
    NameField,
    PhoneField,
    QuantityField,
    ResidentIdField,
)
from needs.enums import Cause, Evidence, Focus, Kind, Reason, Status
from needs.forms.villages import VillageForm
from needs.household_enums import Monitored, Risk
from needs.models import Campaign, NeedPhoto
from needs.services.households import HouseholdInput

PAPER = [choice for choice in Evidence.choices if choice[0] != Evidence.OWN_ACCOUNT]


class NeedFilter(CleanForm):
    """The office's list of needs: `?status=&kind=&region=&household=`."""

    status = forms.ChoiceField(required=False, choices=[("", ""), *Status.choices])
    kind = forms.ChoiceField(required=False, choices=[("", ""), *Kind.choices])
    household = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    flagged = forms.BooleanField(label="只看带提示的", required=False)
    overdue = forms.BooleanField(label="只看超时的", required=False)


class QueueFilter(CleanForm):
    """The filters of a gate's queue; `places` are the townships or villages directly below the officer's own."""

    region = forms.ChoiceField(label="地区", required=False)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Kind.choices])
    flagged = forms.BooleanField(label="只看带提示的", required=False)
    overdue = forms.BooleanField(label="只看超时的", required=False)

    def __init__(self, *args: Any, places: Iterable[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(place.code), place.name) for place in places]
        self.fields["region"].choices = [("", "全部"), *choices]  # type: ignore[attr-defined]
        if not choices:
            del self.fields["region"]


class BulkForm(CleanForm):
    """Several needs of one queue, checked with one comment."""

    need = forms.TypedMultipleChoiceField(coerce=int, required=False)
    comment = BodyField(label="检查意见", required=False, max_length=500, help_text="写入每一条的办理记录。")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        sent = data.getlist("need")[:100] if data is not None else []
        known = [(pk, pk) for pk in sent if pk.isascii() and pk.isdigit() and len(pk) < 19]
        self.fields["need"].choices = known  # type: ignore[attr-defined]


class SearchForm(CleanForm):
    q = LineField(label="户主姓名", required=False, max_length=30)
    watch = forms.ChoiceField(
        label="监测和重点情况",
        required=False,
        choices=[
            ("", "全部家庭"),
            ("closed", "已销户"),
            ("监测对象", [*Risk.choices, *Monitored.choices]),
            ("重点情况", [(f"focus-{code}", label) for code, label in Focus.choices]),
        ],
    )

    @property
    def is_closed(self) -> bool:
        """Households that left the register are listed on demand alone."""
        return bool(self.cleaned_data["watch"] == "closed")

    def wanted(self) -> Q:
        """The chosen watch or focus as a filter on households."""
        watch = self.cleaned_data["watch"]
        if not watch or self.is_closed:
            return Q()
        if watch.startswith("focus-"):
            return Q(focus__contains=[watch.removeprefix("focus-")])
        return Q(risk=watch) if watch in Risk.values else Q(monitored=watch)


class HouseholdFields(CleanForm):
    """What officers and households both fill in."""

    name = NameField(label="户主姓名", help_text="与户口簿或身份证一致。公开页面只显示姓。")
    members = QuantityField(label="家庭人口", max_value=30, initial=1)
    cause = forms.ChoiceField(label="主要困难原因", choices=[("", "请选择"), *Cause.choices])
    phone = PhoneField(label="联系电话", required=False, help_text="家里人的手机号；没有手机可以留空。")

    def content(self) -> HouseholdInput:
        """What was typed, for the services."""
        names = ("name", "members", "cause", "phone", "id_number", "address", "situation", "focus")
        return HouseholdInput(
            **{name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        )


def focus_field() -> forms.MultipleChoiceField:
    """The eight groups of 重庆 第三条."""
    return forms.MultipleChoiceField(
        label="重点情况", required=False, choices=Focus.choices, widget=forms.CheckboxSelectMultiple
    )


def address_field() -> LineField:
    return LineField(
        label="详细住址", required=False, private=True, max_length=100, help_text="加密保存，不公开。"
    )


def situation_field() -> BodyField:
    return BodyField(
        label="家庭情况", required=False, private=True, max_length=1000, help_text="加密保存，不公开。"
    )


class HouseholdForm(VillageForm, HouseholdFields):
    """Registering on behalf; `villages` are those of the officer."""

    village = forms.ChoiceField(label="所在村（社区）")
    focus = focus_field()
    id_number = ResidentIdField(
        label="户主身份证号", required=False, help_text="加密保存，只用来防止重复登记。"
    )
    address = address_field()
    situation = situation_field()
    evidence = forms.ChoiceField(label="申请和同意的凭据", choices=PAPER, widget=forms.RadioSelect)
    consent = forms.BooleanField(label="已向这户人家读过上面的文字，并取得同意")
    field_order = (
        "village",
        "name",
        "members",
        "cause",
        "focus",
        "phone",
        "id_number",
        "address",
        "situation",
    )


class DecisionForm(CleanForm):
    """One form for every button of a need under review; each service reads what it needs."""

    comment = BodyField(
        label="办理意见", required=False, max_length=500, help_text="会留在办理记录里，本户和同事看得到。"
    )
    reason = forms.ChoiceField(
        label="退回原因", required=False, choices=[("", "（退回时选择）"), *Reason.choices]
    )
    photos = forms.MultipleChoiceField(
        label="可以公开的照片",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="没有人脸、没有孩子、没有证件的才选；不选的不公开。",
    )
    publish_at = forms.DateTimeField(
        label="定时发布",
        required=False,
        help_text="不填就立即发布。",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    urgent = forms.BooleanField(
        label="紧急，不排队",
        required=False,
        help_text="现在求助多、帮助少，一般求助要排队。勾了请在意见里写明原因。",
    )
    campaign = forms.ChoiceField(label="集中发布", required=False, help_text="选了就和其他求助一起公开。")

    def __init__(
        self,
        *args: Any,
        photos: Iterable[NeedPhoto],
        actions: Iterable[str],
        campaigns: Iterable[Campaign] = (),
        queues: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(photo.pk), f"第 {n} 张") for n, photo in enumerate(photos, start=1)]
        self.fields["photos"].choices = known  # type: ignore[attr-defined]
        offered = set(actions)
        if not offered & {"return", "recall"}:
            del self.fields["reason"]
        if "approve" not in offered:
            del self.fields["publish_at"], self.fields["photos"], self.fields["campaign"]
        elif not known:
            del self.fields["photos"]
        if "approve" not in offered or not queues:
            del self.fields["urgent"]

        self.campaigns = {str(campaign.pk): campaign for campaign in campaigns}
        if "campaign" in self.fields and self.campaigns:
            coming = [
                (pk, f"{row.name}（{row.release_at.astimezone(ZONE):%m-%d %H:%M}）")
                for pk, row in self.campaigns.items()
            ]
            self.fields["campaign"].choices = [("", "不参加"), *coming]  # type: ignore[attr-defined]
        elif "campaign" in self.fields:
            del self.fields["campaign"]

    def said(self) -> dict[str, Any]:
        """What was typed as plain values, for the submission's mark."""
        campaign = self.cleaned_data.get("campaign")
        return {**self.cleaned_data, **({"campaign": campaign.pk} if campaign else {})}

    def clean_campaign(self) -> Campaign | None:
        return self.campaigns.get(self.cleaned_data["campaign"])

    def clean_publish_at(self) -> Any:
        moment = self.cleaned_data["publish_at"]
        if moment and moment <= now():
            raise forms.ValidationError("定时发布的时间要晚于现在。", code="past")
        return moment
