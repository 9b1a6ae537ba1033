"""The API's door to quotas (CONTRACT): what a month asked of each post, and what it brought."""

import re
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Verb
from accounts.models import Appointment, Region
from accounts.permissions import grants
from accounts.serializers import RegionCodeField
from fupin.lib.clock import month_of, today
from fupin.lib.drf import AnySerializer, LineField, PageQuery, cleaned, operation, page_of, paged
from fupin.lib.errors import InvalidInput, NotVisible
from fupin.lib.paging import keyset_page
from grid.api_dashboard import dashboard
from grid.queries import results
from grid.queries.results import Row

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
OVERSEERS = (Verb.CHECK, Verb.APPROVE, Verb.REPORT, Verb.APPOINT)


class QuotaQuery(PageQuery):
    month = LineField(7, required=False, help_text="such as 2026-10; left out: the present month")
    region = RegionCodeField(help_text="a county, a township or a village")


class QuotaSerializer(AnySerializer):
    """One post in one month; `met` also where a zero report was signed."""

    officer = serializers.CharField()
    region = serializers.IntegerField()
    expected = serializers.IntegerField()
    submitted = serializers.IntegerField()
    on_time = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    met = serializers.BooleanField()


QuotaPage = page_of(QuotaSerializer, "Quota")


@operation(
    "GET",
    "Lists what a month asked of each post of a region, and what it brought; officers see their own posts.",
    query=QuotaQuery,
    answers=QuotaPage,
    refuses=[401, 404],
    name="quotas_list",
)
@api_view(["GET"])
def quotas(request: Request) -> Response:
    wanted = cleaned(QuotaQuery, request.query_params)
    region = Region.objects.filter(pk=wanted["region"]).first()
    county = results.county_of(region.code) if region else None
    if region is None or county is None or region.code < county.code:
        raise NotVisible
    inside = Q(region__gte=region.code, region__lte=region.code_end) & _seen_by(request.user, region)
    table: dict[int, list[Row]] = {}
    for row in results.rows_of(county, _month(wanted.get("month", "")), inside):
        table.setdefault(row.post.pk, []).append(row)
    posts = Appointment.objects.filter(pk__in=table)
    page = keyset_page(posts, order=("id",), cursor=wanted.get("cursor"), size=wanted["page_size"])
    return paged(request, page, [_shown(table[post.pk]) for post in page.items])


def _seen_by(user: Any, region: Region) -> Q:
    """All posts to who answers for the region, else one's own; raises NotVisible to who has no post there."""
    held = grants(user)
    if any(held.allow(verb, region.code) for verb in OVERSEERS):
        return Q()
    if not any(row.low <= region.code_end and region.code <= row.high for row in held.rows):
        raise NotVisible
    return Q(user=user)


def _month(text: str) -> date:
    if not text:
        return month_of(today())
    found = _MONTH.fullmatch(text)
    if not found:
        raise InvalidInput(fields={"month": ["请写成 2026-10 这样的月份。"]})
    return date(int(found[1]), int(found[2]), 1)


def _shown(rows: list[Row]) -> dict[str, Any]:
    """A post's rules together."""
    numbers = ("expected", "submitted", "on_time", "confirmed")
    return {
        "officer": rows[0].post.user.get_full_name(),
        "region": rows[0].post.region_id,
        **{name: sum(getattr(row, name) for row in rows) for name in numbers},
        "met": all(row.met for row in rows),
    }


urlpatterns = [path("quotas/", quotas, name="quotas"), path("dashboard/", dashboard, name="dashboard")]
