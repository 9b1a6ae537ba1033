"""The API's doors to needs and households (CONTRACT, API). Each need's gates are in `needs/api_gates.py`."""

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import caller
from accounts.models import User
from accounts.permissions import is_officer
from accounts.serializers import region_named
from fupin.lib.drf import cleaned, operation, paged
from fupin.lib.errors import NotAllowed, NotVisible
from fupin.lib.paging import Page, keyset_page
from needs import queries
from needs.models import Household, Need
from needs.serializers import (
    HouseholdPage,
    HouseholdQuery,
    HouseholdSerializer,
    NeedDetailSerializer,
    NeedPage,
    NeedQuery,
    WriteHouseholdSerializer,
    WriteNeedSerializer,
    households_for,
    needs_for,
)
from needs.services import drafts
from needs.services import households as registry
from needs.services.drafts import CooperativeInput, ItemInput, NeedInput
from needs.services.households import HouseholdInput

HOUSEHOLD_COLUMNS = ("name", "cause", "members", "phone", "id_number", "address", "situation")


@operation(
    "GET",
    "Lists public needs by region, kind, form and subject; with scope=office an officer's own area.",
    query=NeedQuery,
    answers=NeedPage,
    refuses=[401, 403],
    name="needs_list",
)
@operation(
    "POST",
    "Writes the draft of a need, by a household for itself or by an officer on its behalf.",
    body=WriteNeedSerializer,
    answers=NeedDetailSerializer,
    status=201,
    refuses=[401, 403, 404],
    name="needs_create",
)
@api_view(["GET", "POST"])
@permission_classes([IsAuthenticatedOrReadOnly])
def needs(request: Request) -> Response:
    if request.method == "POST":
        return one(request, _create_need(request), status=201)
    wanted = cleaned(NeedQuery, request.query_params)
    page = _page(request, wanted)
    return paged(request, page, needs_for(request, page.items))


@operation(
    "GET",
    "Shows one need as the caller may read it.",
    answers=NeedDetailSerializer,
    refuses=[404],
    name="needs_retrieve",
)
@api_view(["GET"])
@permission_classes([AllowAny])
def need(request: Request, pk: int) -> Response:
    return one(request, get_object_or_404(queries.visible_to(request.user), pk=pk))


@operation(
    "GET",
    "Lists the households of the officer's own area; names are masked by role, numbers always.",
    query=HouseholdQuery,
    answers=HouseholdPage,
    refuses=[401, 403],
    name="households_list",
)
@operation(
    "POST",
    "Registers a household in its village with its recorded application and consent.",
    body=WriteHouseholdSerializer,
    answers=HouseholdSerializer,
    status=201,
    refuses=[401, 403, 409],
    name="households_create",
)
@api_view(["GET", "POST"])
def households(request: Request) -> Response:
    if not is_officer(request.user):
        raise NotAllowed("只有信息员等工作人员可以办理家庭登记。")
    if request.method == "POST":
        made = _register(request)
        return Response(households_for(request, [made])[0], status=201)
    wanted = cleaned(HouseholdQuery, request.query_params)
    rows = queries.households_visible_to(request.user)
    if wanted.get("region"):
        region = region_named(wanted["region"], "region")
        rows = rows.filter(region__gte=region.code, region__lte=region.code_end)
    page = keyset_page(rows, order=("-id",), cursor=wanted.get("cursor"), size=wanted["page_size"])
    return paged(request, page, households_for(request, page.items))


def one(request: Request, shown: Need, *, status: int = 200) -> Response:
    """The answer that is one need."""
    return Response(needs_for(request, [shown], NeedDetailSerializer)[0], status=status)


def _page(request: Request, wanted: dict[str, Any]) -> Page[Need]:
    region = region_named(wanted["region"], "region") if wanted.get("region") else None
    names = ("kind", "form", "subject", "status", "order", "q")
    asked = queries.ListFilter(region=region, **{name: wanted[name] for name in names})
    place = {"cursor": wanted.get("cursor"), "size": wanted["page_size"]}
    if wanted["scope"] != "office":
        return queries.list_page(asked, **place)
    if not request.user.is_authenticated:
        raise NotAuthenticated
    if not is_officer(request.user):
        raise NotAllowed("只有工作人员可以查看本辖区的全部需求。")
    return queries.office_page(request.user, asked, **place)


def _create_need(request: Request) -> Need:
    values = cleaned(WriteNeedSerializer, request.data)
    content = NeedInput(
        **{name: values[name] for name in ("title", "story", "kind", "forms", "subject")},
        target_fen=values.get("target_amount") or 0,
        items=[
            ItemInput(item["name"], item["unit"], item["quantity"], item.get("price") or 0)
            for item in values.get("items", [])
        ],
        details=values["details"],
        cooperative=CooperativeInput(**values["cooperative"]) if values.get("cooperative") else None,
    )
    household = _household(caller(request), values)
    region = region_named(values["region"], "region") if values.get("region") else None
    return drafts.create_draft(actor=caller(request), content=content, household=household, region=region)


def _household(user: User, values: dict[str, Any]) -> Household | None:
    """The household that is helped: the one named, or the caller's own where none is and none is meant."""
    if values.get("household"):
        found = queries.households_visible_to(user).filter(pk=values["household"]).first()
        if found is None:
            raise NotVisible("没有找到这户家庭。", fields={"household": ["没有找到这户家庭。"]})
        return found
    if values.get("region"):
        return None
    own = Household.objects.select_related("region").filter(account=user).first()
    if own is None and not is_officer(user):
        raise NotAllowed("只有登记过的家庭和信息员可以发布需求。")
    return own


def _register(request: Request) -> Household:
    values = cleaned(WriteHouseholdSerializer, request.data)
    columns = {name: values[name] for name in HOUSEHOLD_COLUMNS}
    return registry.register(
        actor=caller(request),
        region=region_named(values["region"], "region"),
        content=HouseholdInput(**columns, focus=sorted(set(values.get("focus", [])))),
        evidence=values["evidence"],
    )
