"""The shapes of regions, tokens and posts in the API."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.enums import Role
from accounts.models import Appointment, Region
from accounts.queries import paths_of
from fupin.lib.drf import (
    AnySerializer,
    CodeField,
    DayField,
    LineField,
    NameField,
    OneOf,
    PageQuery,
    PhoneField,
    WholeField,
    page_of,
)
from fupin.lib.errors import InvalidInput

LOWEST_CODE, HIGHEST_CODE = 10**11, 10**12 - 1


class RegionCodeField(WholeField):
    """A 12-digit division code, as a number or as its digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(text=True, **{"min_value": LOWEST_CODE, "max_value": HIGHEST_CODE, **kwargs})

    def to_representation(self, value: Any) -> int:
        return int(value)


class RegionSerializer(serializers.ModelSerializer[Region]):
    """One administrative division. `level`: 1 province, 2 city, 3 county, 4 township, 5 village."""

    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", allow_null=True, read_only=True
    )

    class Meta:
        model = Region
        fields = ["code", "name", "level", "parent", "tags"]


class PlaceSerializer(AnySerializer):
    """A region where something is: its code, its name, and the names from the province down."""

    code = serializers.IntegerField()
    name = serializers.CharField()
    path = serializers.CharField(help_text="湖南省/衡阳市/祁东县/…")


@extend_schema_field(PlaceSerializer)
class PlaceField(serializers.Field[Any, Any, Any, Any]):
    """A region code shown as its place; `context["places"]` comes from `places_of`."""

    def to_representation(self, value: int) -> dict[str, Any]:
        place: dict[str, Any] = self.context["places"][value]
        return place


class RegionQuery(PageQuery):
    parent = RegionCodeField(  # type: ignore[assignment]
        required=False, allow_null=True, help_text="left out: the provinces"
    )


class PhoneSerializer(AnySerializer):
    phone = PhoneField(help_text="a mainland mobile number")


class EnterSerializer(PhoneSerializer):
    code = CodeField(help_text="the six digits of the text message")


class SentSerializer(AnySerializer):
    detail = serializers.CharField()


class TokenSerializer(AnySerializer):
    token = serializers.CharField(help_text="send it as `Authorization: Token …`")


class AppointSerializer(AnySerializer):
    """Who gets which post where: the person by `phone`, also before the first visit, or by `user`."""

    phone = PhoneField(required=False)
    name = NameField(required=False, allow_blank=True, default="", help_text="kept where the person has none")
    user = WholeField(required=False)
    role = OneOf(choices=Role.choices)
    region = RegionCodeField()
    starts_on = DayField(required=False, allow_null=True, help_text="today where left out")
    ends_on = DayField(required=False, allow_null=True, help_text="last day, inclusive")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("phone" in attrs) == ("user" in attrs):
            raise serializers.ValidationError({"phone": ["请填写手机号 phone 或用户编号 user，二选一。"]})
        return attrs


class EndSerializer(AnySerializer):
    reason = LineField(500, required=False, allow_blank=True, default="")


class PersonSerializer(AnySerializer):
    id = serializers.IntegerField()
    name = serializers.CharField(source="get_full_name")


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    """A post: who, which, where, from and to."""

    user = PersonSerializer(read_only=True)
    region = serializers.IntegerField(source="region_id", read_only=True)

    class Meta:
        model = Appointment
        fields = ["id", "user", "role", "region", "starts_on", "ends_on", "ended_at"]
        read_only_fields = fields


RegionPage = page_of(RegionSerializer, "Region")


def places_of(codes: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What `PlaceField` shows, by region code; one query however many."""
    return {
        code: {"code": code, "name": path[-1].name, "path": "/".join(region.name for region in path)}
        for code, path in paths_of(set(codes)).items()
    }


def region_named(code: int, field: str) -> Region:
    """The region of this code; raises InvalidInput for a code that is nobody's."""
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise InvalidInput("没有这个地区。", fields={field: ["没有这个地区代码。"]})
    return region
