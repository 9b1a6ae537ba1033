"""The API's door to the leaders' figures (CONTRACT): registration, use and match rates, by child region."""

from typing import Any

from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Verb
from accounts.models import Region
from accounts.permissions import grants
from accounts.serializers import RegionCodeField
from fupin.lib.clock import today
from fupin.lib.drf import AnySerializer, LineField, cleaned, operation
from fupin.lib.errors import InvalidInput, NotVisible
from fupin.lib.money import yuan
from grid.figure_totals import Place, percent, waiting_days
from grid.forms.figures import PeriodParameter
from grid.queries import figures as queries


class DashboardQuery(AnySerializer):
    region = RegionCodeField(required=False, help_text="left out: the caller's own highest region")
    month = LineField(7, required=False, help_text="such as 2026-10; left out: all time")


class FigurePlaceSerializer(AnySerializer):
    code = serializers.IntegerField()
    name = serializers.CharField()
    level = serializers.IntegerField()


class FiguresSerializer(AnySerializer):
    """One region's figures. Rates are percent with one decimal, null of nothing; money is yuan; waiting is days."""

    region = FigurePlaceSerializer()
    registered = serializers.IntegerField(help_text="households at the end of the month")
    registration_rate = serializers.FloatField(allow_null=True)
    use_rate = serializers.FloatField(allow_null=True, help_text="households that handed in a need")
    coverage_rate = serializers.FloatField(allow_null=True, help_text="households with a person or a measure")
    published = serializers.IntegerField()
    open = serializers.IntegerField()
    matched = serializers.IntegerField()
    match_rate = serializers.FloatField(allow_null=True)
    match_rate_by_money = serializers.FloatField(allow_null=True)
    match_target = serializers.IntegerField()
    waiting_days = serializers.FloatField(allow_null=True, help_text="of the open needs, on average")
    gifts = serializers.IntegerField()
    received_amount = serializers.CharField(help_text="what the charities got of the gifts")
    confirmed = serializers.IntegerField()
    problems = serializers.IntegerField()
    officers = serializers.IntegerField()
    neglected_villages = serializers.IntegerField()


class DashboardSerializer(AnySerializer):
    month = serializers.CharField(allow_null=True)
    counted_at = serializers.DateTimeField(allow_null=True)
    own = FiguresSerializer()
    children = FiguresSerializer(many=True)


@operation(
    "GET",
    "Gives the figures of a region and of the regions directly below it, of one month or of all time.",
    query=DashboardQuery,
    answers=DashboardSerializer,
    refuses=[401, 403, 404],
    name="dashboard",
)
@api_view(["GET"])
def dashboard(request: Request) -> Response:
    wanted = cleaned(DashboardQuery, request.query_params)
    form = PeriodParameter({"month": wanted.get("month", "")})
    if not form.is_valid():
        raise InvalidInput(fields={"month": ["请写成 2026-10 这样的月份。"]})
    board = queries.board(_region(request, wanted.get("region")), form.cleaned_data["month"])
    return Response(
        {
            "month": f"{board.month:%Y-%m}" if board.month else None,
            "counted_at": board.counted_at,
            "own": _figures(board.own),
            "children": [_figures(place) for place in board.children],
        }
    )


def _region(request: Request, code: int | None) -> Region:
    """The asked region, or the caller's own; raises NotVisible outside what they read."""
    held = grants(request.user)
    roots = queries.report_regions(request.user)
    if not roots:
        raise NotVisible
    if code is None:
        return roots[0]
    region = Region.objects.filter(code=code, valid_to=None).first()
    if region is None or not held.allow(Verb.REPORT, region.code):
        raise NotVisible
    return region


def _figures(place: Place) -> dict[str, Any]:
    sums, region = place.totals.sum, place.region
    homes, registered = sums("village", "homes"), sums("+household", "households")
    counts = {name: sums("need", name) for name in ("published", "open", "matched")}
    counts |= {name: sums("gift", name) for name in ("gifts", "confirmed", "problems")}
    return {
        "region": {"code": region.code, "name": region.name, "level": region.level},
        "registered": registered,
        "registration_rate": percent(registered, place.poor_homes or 0),
        "use_rate": percent(sums("village", "used"), homes),
        "coverage_rate": percent(sums("village", "covered"), homes),
        **counts,
        "match_rate": place.rate,
        "match_rate_by_money": place.money_rate,
        "match_target": place.target,
        "waiting_days": waiting_days(place.totals, today()),
        "received_amount": yuan(sums("gift", "arrived_fen")),
        "officers": sums("+post", "posts"),
        "neglected_villages": sums("village", "neglected"),
    }
