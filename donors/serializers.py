"""The shapes of pledges and certificates in the API."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from donors import lifecycle
from donors.account_queries import version_of
from donors.enums import (
    Courier,
    Delivery,
    Display,
    MeetWith,
    Outcome,
    PayMethod,
    PledgeStatus,
    Proof,
    ServiceKind,
)
from donors.models import MOST_PARCELS, Certificate, Pledge, PledgeItem
from fupin.lib.drf import (
    AnySerializer,
    ClockField,
    CodeField,
    DayField,
    LineField,
    NameField,
    OneOf,
    PageQuery,
    PhotoField,
    TrackingNumberField,
    WholeField,
    YuanField,
    page_of,
)
from needs.enums import Form
from needs.serializers import MOST_UNITS
from needs.services.drafts import MAX_ITEMS

MOST_HOURS = 200
ACTIONS = tuple(dict.fromkeys(step.action for step in lifecycle.LIFECYCLE if step.by != lifecycle.SYSTEM))


class PledgeQuery(PageQuery):
    status = OneOf(choices=PledgeStatus.choices, required=False, allow_blank=True, default="")
    need = WholeField(text=True, required=False, allow_null=True)


class GoodsSerializer(AnySerializer):
    """Whole units of one item of the need."""

    item = serializers.IntegerField(source="item_id")
    name = serializers.CharField(source="item.name")
    unit = serializers.CharField(source="item.unit")
    quantity = serializers.IntegerField()


class StepSerializer(AnySerializer):
    """One dated step; `by` is a side or a post, never a name."""

    action = serializers.CharField()
    status = serializers.ChoiceField(source="target", choices=PledgeStatus.choices)
    by = serializers.CharField(source="actor_label")
    note = serializers.CharField()
    at = serializers.DateTimeField()


class CharityAccountSerializer(AnySerializer):
    """Where the donor sends the money."""

    charity = serializers.CharField()
    bank = serializers.CharField()
    number = serializers.CharField()
    licence = serializers.CharField()


class ParcelSerializer(AnySerializer):
    """One parcel, 1 to 5 of its pledge."""

    number = serializers.IntegerField()
    courier = serializers.ChoiceField(choices=Courier.choices)
    tracking_number = serializers.CharField()
    sent_at = serializers.DateTimeField()
    arrived_at = serializers.DateTimeField(allow_null=True, help_text="at the village's station")


class PledgeSerializer(AnySerializer):
    """A pledge and where it stands. Make it with `pledges_for`, which prepares the context."""

    id = serializers.IntegerField()
    need = serializers.IntegerField(source="need_id")
    need_title = serializers.CharField(source="need.title")
    form = serializers.ChoiceField(choices=Form.choices)
    status = serializers.ChoiceField(choices=PledgeStatus.choices)
    amount = serializers.SerializerMethodField(help_text="null unless money")
    items = GoodsSerializer(source="items.all", many=True)
    hours = serializers.IntegerField()
    date = serializers.DateField(source="service_on", allow_null=True)
    date_agreed_at = serializers.DateTimeField(allow_null=True)
    service = serializers.ChoiceField(source="service_kind", choices=ServiceKind.choices)
    proof = serializers.ChoiceField(
        choices=Proof.choices, allow_blank=True, help_text="on whose word it counts"
    )
    display = serializers.ChoiceField(choices=Display.choices)
    donor = serializers.CharField(source="donor_shown", help_text="as the donor wishes to be shown")
    reference = serializers.CharField(help_text="to be written on the transfer")
    charity_account = serializers.SerializerMethodField(help_text="as it was when this promise used it")
    delivery = serializers.ChoiceField(choices=Delivery.choices, allow_blank=True)
    courier = serializers.SerializerMethodField(help_text="of the first parcel")
    tracking_number = serializers.SerializerMethodField(help_text="of the first parcel")
    parcels = ParcelSerializer(source="parcels.all", many=True)
    meet_at = serializers.CharField()
    meet_on = serializers.DateField(allow_null=True)
    meet_time = serializers.TimeField(allow_null=True, format="%H:%M")
    meet_with = serializers.ChoiceField(choices=MeetWith.choices, allow_blank=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_blank=True)
    outcome_note = serializers.CharField()
    steps = StepSerializer(source="steps.all", many=True)
    certificate = serializers.SerializerMethodField(help_text="its token, or null")
    actions = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="it lapses then unless paid or sent")
    closed_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(YuanField(allow_null=True))
    def get_amount(self, pledge: Pledge) -> str | None:
        return YuanField().to_representation(pledge.amount_fen) if pledge.form == Form.MONEY else None

    @extend_schema_field(CharityAccountSerializer(allow_null=True))
    def get_charity_account(self, pledge: Pledge) -> dict[str, Any] | None:
        version = version_of(pledge)
        return version and dict(CharityAccountSerializer(version).data)

    @extend_schema_field(serializers.ChoiceField(choices=Courier.choices, allow_blank=True))
    def get_courier(self, pledge: Pledge) -> str:
        return next((parcel.courier for parcel in pledge.parcels.all()), "")

    @extend_schema_field(serializers.CharField())
    def get_tracking_number(self, pledge: Pledge) -> str:
        return next((parcel.tracking_number for parcel in pledge.parcels.all()), "")

    def get_certificate(self, pledge: Pledge) -> str | None:
        return next((row.token for row in pledge.certificates.all()), None)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS)))
    def get_actions(self, pledge: Pledge) -> list[str]:
        steps = lifecycle.steps_for(self.context["request"].user, pledge)
        return list(dict.fromkeys(step.action for step in steps))


class WantedGoodsSerializer(AnySerializer):
    item = WholeField()
    quantity = WholeField(max_value=MOST_UNITS)


class WritePledgeSerializer(AnySerializer):
    """Help to promise: `amount` with money, `items` and `delivery` with goods, `hours` and `date` with service."""

    form = OneOf(choices=Form.choices)
    display = OneOf(choices=Display.choices, required=False, default="")
    amount = YuanField(required=False, allow_null=True)
    items = WantedGoodsSerializer(many=True, required=False, max_length=MAX_ITEMS)  # type: ignore[call-arg]
    delivery = OneOf(choices=Delivery.choices, required=False, allow_blank=True, default="")
    hours = WholeField(max_value=MOST_HOURS, required=False, allow_null=True)
    date = DayField(required=False, allow_null=True)
    service = OneOf(choices=ServiceKind.choices, required=False, default=ServiceKind.HOURS)
    insured = serializers.BooleanField(required=False, default=False)
    guardian = NameField(
        required=False, allow_blank=True, default="", help_text="who agrees, where the donor is under 18"
    )

    def validate_items(self, rows: list[dict[str, int]]) -> dict[int, int]:
        quantities = {row["item"]: row["quantity"] for row in rows}
        if len(quantities) != len(rows):
            raise serializers.ValidationError("同一种物品请只写一行。")
        return quantities


class PaySerializer(AnySerializer):
    reference = LineField(
        60, required=False, allow_blank=True, default="", help_text="what stands on the transfer"
    )


class PayWithSlipSerializer(PaySerializer):
    """As a multipart body: with the picture of the transfer, which only the charity sees."""

    slip = PhotoField(required=False, help_text="JPEG, PNG or WEBP, at most 8 MB")


class PayOutSerializer(AnySerializer):
    """How the charity handed the money on: `bank` to the household's recorded account; `cash` with two signers and
    `supplier` with its `payee` need the picture of the receipt, so a multipart body."""

    method = OneOf(choices=PayMethod.choices, required=False, default=PayMethod.BANK)
    paid_on = DayField(required=False, allow_null=True, help_text="today unless told")
    payee = LineField(60, required=False, allow_blank=True, default="")
    signer = NameField(required=False, allow_blank=True, default="")
    second_signer = NameField(required=False, allow_blank=True, default="")
    note = LineField(200, required=False, allow_blank=True, default="")


class PayOutWithPhotoSerializer(PayOutSerializer):
    """As a multipart body: with the bank's slip, the signed receipt or the invoice."""

    photo = PhotoField(required=False, help_text="JPEG, PNG or WEBP, at most 8 MB")


class ShipSerializer(AnySerializer):
    """`courier` with `tracking_number`, or `meet_at` with `meet_on`, and if known the hour and whom one meets."""

    courier = OneOf(choices=Courier.choices, required=False, allow_blank=True, default="")
    tracking_number = TrackingNumberField(required=False, allow_blank=True, default="")
    meet_at = LineField(60, required=False, allow_blank=True, default="")
    meet_on = DayField(required=False, allow_null=True)
    meet_time = ClockField(required=False, allow_null=True)
    meet_with = OneOf(choices=MeetWith.choices, required=False, allow_blank=True, default="")


class ParcelNumberSerializer(AnySerializer):
    number = WholeField(max_value=MOST_PARCELS)


class NewParcelSerializer(AnySerializer):
    courier = OneOf(choices=Courier.choices)
    tracking_number = TrackingNumberField()


class CorrectParcelSerializer(NewParcelSerializer):
    number = WholeField(max_value=MOST_PARCELS)


class CountSerializer(AnySerializer):
    item = WholeField()
    quantity = WholeField(min_value=0, max_value=MOST_UNITS)


class DaySerializer(AnySerializer):
    date = DayField()


class HandoverSerializer(AnySerializer):
    """The donor at the door with the household's code."""

    code = CodeField()
    hours = WholeField(min_value=0, max_value=MOST_HOURS, required=False, allow_null=True)


class ReceiveSerializer(AnySerializer):
    """`received` counts whole units by item where some are missing; items left out count as complete. An officer's
    word carries the household's `code` or a witness, else it is always called back on. `hours` as they were."""

    hours = WholeField(min_value=0, max_value=MOST_HOURS, required=False, allow_null=True)
    code = CodeField(required=False, help_text="from the household's phone")
    witness_name = NameField(required=False, allow_blank=True, default="")
    witness_role = LineField(20, required=False, allow_blank=True, default="")
    received = CountSerializer(many=True, required=False, max_length=MAX_ITEMS)  # type: ignore[call-arg]
    outcome = OneOf(choices=Outcome.choices, required=False, default=Outcome.COMPLETE)
    note = LineField(500, required=False, allow_blank=True, default="")


class ReasonSerializer(AnySerializer):
    reason = LineField(200, help_text="the donor reads it")


PledgePage = page_of(PledgeSerializer, "Pledge")


def pledges_for(request: Any, pledges: list[Pledge]) -> list[Any]:
    """These pledges as this person may read them, in a fixed number of queries."""
    prefetch_related_objects(
        pledges,
        "steps",
        "charity_account__changes",
        "parcels",
        Prefetch("items", PledgeItem.objects.select_related("item").order_by("id")),
        Prefetch("certificates", Certificate.objects.filter(revoked_at=None)),
    )
    return [PledgeSerializer(pledge, context={"request": request}).data for pledge in pledges]
