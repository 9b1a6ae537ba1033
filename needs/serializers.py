"""The shapes of needs and households in the API. What is public is named field by field (DESIGN 9)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.enums import Verb
from accounts.permissions import grants
from accounts.serializers import PlaceField, RegionCodeField, places_of
from fupin.lib.clock import now
from fupin.lib.drf import (
    AnySerializer,
    BodyField,
    LineField,
    NameField,
    OneOf,
    PageQuery,
    PhoneField,
    ResidentIdField,
    WholeField,
    YuanField,
    page_of,
)
from fupin.lib.money import yuan
from needs import lifecycle
from needs.detail_serializers import SCHEMA, DetailsField, read_details, shown_details
from needs.details import clean_licence
from needs.enums import Cause, Evidence, Flag, Focus, Form, Kind, Reason, Status, Subject
from needs.models import Household, Need, NeedItem, NeedPhoto
from needs.queries import ORDERS
from needs.services.drafts import MAX_ITEMS, MAX_PHOTOS

MOST_UNITS = 100_000
MOST_MEMBERS = 50
FARTHEST_RELEASE = timedelta(days=365)


class NeedQuery(PageQuery):
    """The filters of the need list. `status` beyond the public ones needs `scope=office`."""

    region = RegionCodeField(required=False, allow_null=True, help_text="the subtree of this region")
    kind = OneOf(choices=Kind.choices, required=False, allow_blank=True, default="")
    form = OneOf(choices=Form.choices, required=False, allow_blank=True, default="")
    subject = OneOf(choices=Subject.choices, required=False, allow_blank=True, default="")
    status = OneOf(choices=Status.choices, required=False, allow_blank=True, default="")
    order = OneOf(choices=[(name, name) for name in ORDERS], required=False, default="newest")
    q = LineField(
        40, required=False, allow_blank=True, default="", help_text="a place's name, from its start"
    )
    scope = OneOf(choices=[("public", "公开"), ("office", "本辖区")], required=False, default="public")


class ItemSerializer(AnySerializer):
    """Goods of a need, in whole units."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    unit = serializers.CharField()
    quantity = serializers.IntegerField()
    price = serializers.SerializerMethodField(help_text="estimate for one unit, in yuan")
    pledged = serializers.IntegerField()
    received = serializers.IntegerField()

    def get_price(self, item: NeedItem) -> str | None:
        return yuan(item.price_fen) if item.price_fen else None


class PhotoSerializer(AnySerializer):
    """A picture; `reviewed` is false for pictures that only the office and the household see."""

    id = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    reviewed = serializers.SerializerMethodField()

    def get_url(self, photo: NeedPhoto) -> str:
        path = reverse("needs:photo", args=[photo.need_id, photo.pk])
        return str(self.context["request"].build_absolute_uri(path))

    def get_reviewed(self, photo: NeedPhoto) -> bool:
        return photo.reviewed_at is not None


class CooperativeSerializer(AnySerializer):
    """Who a cooperative is; the public reads its name as the need's `recipient`."""

    name = LineField(40)
    contact_role = LineField(20, help_text="a role, never a person's name")
    licence = LineField(20, help_text="business licence or unified social credit number")

    def validate_licence(self, value: str) -> str:
        return clean_licence(value)


class OfficeSerializer(AnySerializer):
    """What only the office and the household itself read about a need."""

    household = serializers.IntegerField(source="household_id", allow_null=True)
    on_behalf = serializers.BooleanField()
    flags = serializers.ListField(child=serializers.ChoiceField(choices=Flag.choices))
    publish_at = serializers.DateTimeField(allow_null=True)
    queued_at = serializers.DateTimeField(allow_null=True, help_text="approved, waits because help lags")
    waiting_since = serializers.DateTimeField(allow_null=True)
    cooperative = CooperativeSerializer(allow_null=True)


class NeedSerializer(AnySerializer):
    """A need as the public reads it. Make it with `needs_for`, which prepares the context."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    story = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    forms = serializers.ListField(child=serializers.ChoiceField(choices=Form.choices))
    subject = serializers.ChoiceField(choices=Subject.choices)
    region = PlaceField(source="region_id")
    recipient = serializers.CharField(help_text="masked")
    target_amount = YuanField(source="progress.target_fen")
    pledged_amount = YuanField(source="progress.pledged_fen")
    received_amount = YuanField(source="progress.received_fen")
    helpers = serializers.IntegerField(source="progress.helpers", help_text="living pledges")
    items = ItemSerializer(source="items.all", many=True)
    details = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Status.choices)
    published_at = serializers.DateTimeField(allow_null=True)
    office = serializers.SerializerMethodField()

    @extend_schema_field(SCHEMA)
    def get_details(self, need: Need) -> dict[str, Any]:
        return shown_details(need.kind, need.details, inside=self._inside(need))

    @extend_schema_field(PhotoSerializer(many=True))
    def get_photos(self, need: Need) -> Any:
        inside = self._inside(need)
        photos = [photo for photo in need.photos.all() if inside or photo.reviewed_at]
        return PhotoSerializer(photos, many=True, context=self.context).data

    @extend_schema_field(OfficeSerializer(allow_null=True))
    def get_office(self, need: Need) -> Any:
        return OfficeSerializer(need).data if self._inside(need) else None

    def _inside(self, need: Need) -> bool:
        user = self.context["request"].user
        return grants(user).allow(Verb.VIEW, need.region_id) or lifecycle.is_owner(user, need)


class NeedDetailSerializer(NeedSerializer):
    """One need, with what the caller may do with it now."""

    actions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=lifecycle.ACTIONS)))
    def get_actions(self, need: Need) -> list[str]:
        user = self.context["request"].user
        return [step.action for step in lifecycle.steps_for(user, need)] if user.is_authenticated else []


class WantedItemSerializer(AnySerializer):
    name = LineField(40)
    unit = LineField(8)
    quantity = WholeField(max_value=MOST_UNITS)
    price = YuanField(required=False, allow_null=True)


class WriteNeedSerializer(AnySerializer):
    """A new need. A household leaves `household` out; villages, counties and cooperatives give `region`."""

    household = WholeField(required=False, allow_null=True)
    region = RegionCodeField(required=False, allow_null=True, help_text="only where no household is helped")
    title = LineField(40)
    story = BodyField(2000)
    kind = OneOf(choices=Kind.choices)
    forms = serializers.ListField(child=OneOf(choices=Form.choices), min_length=1, max_length=3)
    subject = OneOf(choices=Subject.choices, required=False, default=Subject.HOUSEHOLD)
    target_amount = YuanField(required=False, allow_null=True)
    items = WantedItemSerializer(many=True, required=False, max_length=MAX_ITEMS)  # type: ignore[call-arg]
    details = DetailsField(required=False)
    cooperative = CooperativeSerializer(required=False, allow_null=True)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "details": read_details(values["kind"], values.get("details", {}))}


class DecisionSerializer(AnySerializer):
    comment = LineField(500, required=False, allow_blank=True, default="")


class ReturnSerializer(DecisionSerializer):
    reason = OneOf(choices=Reason.choices)


class ApproveSerializer(DecisionSerializer):
    """`photos` are the ids that may be shown; `publish_at` lies within a year; an `urgent` need passes the queue."""

    publish_at = serializers.DateTimeField(required=False, allow_null=True)
    urgent = serializers.BooleanField(required=False, default=False)
    photos = serializers.ListField(child=WholeField(), required=False, max_length=MAX_PHOTOS)

    def validate_publish_at(self, value: datetime | None) -> datetime | None:
        if value and not now() < value <= now() + FARTHEST_RELEASE:
            raise serializers.ValidationError("发布时间要在现在之后、一年之内。")
        return value


class HouseholdQuery(PageQuery):
    region = RegionCodeField(required=False, allow_null=True, help_text="the subtree of this region")


class MaskedField(serializers.CharField):
    """A secret, masked; null where nothing is recorded."""

    def to_representation(self, value: Any) -> str:
        masked: str = value.masked
        return masked


class HouseholdSerializer(AnySerializer):
    """A household for the office. The full name is for posts that collect there; secrets are always masked."""

    id = serializers.IntegerField()
    name = serializers.SerializerMethodField()
    region = PlaceField(source="region_id")
    members = serializers.IntegerField()
    cause = serializers.ChoiceField(choices=Cause.choices)
    focus = serializers.ListField(child=serializers.ChoiceField(choices=Focus.choices))
    phone = MaskedField(allow_null=True)
    id_number = MaskedField(allow_null=True)
    has_account = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_name(self, household: Household) -> str:
        held = grants(self.context["request"].user)
        full = held.allow(Verb.COLLECT, household.region_id)
        return household.name if full else household.masked_name

    def get_has_account(self, household: Household) -> bool:
        return household.account_id is not None


# Whoever registers for somebody else holds paper or a recording; 本人在线确认 is only the person's own.
ON_BEHALF = [choice for choice in Evidence.choices if choice[0] != Evidence.OWN_ACCOUNT]


class WriteHouseholdSerializer(AnySerializer):
    """A household to register, with how its application and consent were given."""

    name = NameField()
    region = RegionCodeField(help_text="the village")
    cause = OneOf(choices=Cause.choices)
    members = WholeField(max_value=MOST_MEMBERS, required=False, default=1)
    focus = serializers.ListField(
        child=OneOf(choices=Focus.choices), required=False, max_length=len(Focus.choices)
    )
    phone = PhoneField(required=False, allow_blank=True, default="")
    id_number = ResidentIdField(required=False, allow_blank=True, default="")
    address = LineField(100, required=False, allow_blank=True, default="")
    situation = BodyField(1000, required=False, allow_blank=True, default="")
    evidence = OneOf(choices=ON_BEHALF)


NeedPage = page_of(NeedSerializer, "Need")
HouseholdPage = page_of(HouseholdSerializer, "Household")


def needs_for(request: Any, needs: list[Need], kind: type[NeedSerializer] = NeedSerializer) -> list[Any]:
    """These needs as this person may read them, in a fixed number of queries."""
    prefetch_related_objects(needs, "items", Prefetch("photos", NeedPhoto.objects.order_by("id")))
    context = {"request": request, "places": places_of(need.region_id for need in needs)}
    return [kind(need, context=context).data for need in needs]


def households_for(request: Any, households: Iterable[Household]) -> list[Any]:
    """These households as this officer may read them, in a fixed number of queries."""
    rows = list(households)
    context = {"request": request, "places": places_of(row.region_id for row in rows)}
    return [HouseholdSerializer(row, context=context).data for row in rows]
