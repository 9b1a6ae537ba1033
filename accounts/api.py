"""The API's doors to people and places (CONTRACT, API)."""

from typing import cast

from django.shortcuts import get_object_or_404
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts import queries
from accounts.enums import Verb
from accounts.middleware import client_network
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.serializers import (
    AppointmentSerializer,
    AppointSerializer,
    EndSerializer,
    EnterSerializer,
    PhoneSerializer,
    RegionPage,
    RegionQuery,
    RegionSerializer,
    SentSerializer,
    TokenSerializer,
    region_named,
)
from accounts.services import appointments as posts
from accounts.services import enter, limits
from accounts.services.people import appoint_by_phone
from accounts.tokens import token_of
from fupin.lib.drf import cleaned, operation, paged
from fupin.lib.errors import NotVisible
from fupin.lib.paging import keyset_page

TRIES_A_MINUTE = 30  # code comparisons a network may ask for; each costs an Argon2 hash


@operation(
    "POST",
    "Sends a sign-in code by text message; the answer is the same for every number.",
    body=PhoneSerializer,
    answers=SentSerializer,
    status=202,
    refuses=[429],
    name="auth_codes_create",
    signed_in=False,
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def codes(request: Request) -> Response:
    values = cleaned(PhoneSerializer, request.data)
    enter.send_code(phone=values["phone"], address=client_network(request._request))
    return Response({"detail": "如果号码可以接收短信，验证码已经发出，5 分钟内有效。"}, status=202)


@operation(
    "POST",
    "Exchanges a phone number and its code for the person's API token; the first visit registers.",
    body=EnterSerializer,
    answers=TokenSerializer,
    refuses=[429],
    name="auth_tokens_create",
    signed_in=False,
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def tokens(request: Request) -> Response:
    values = cleaned(EnterSerializer, request.data)
    limits.take(f"enter:net:{client_network(request._request)}", limit=TRIES_A_MINUTE, seconds=60)
    user = enter.enter(phone=values["phone"], code=values["code"])
    return Response({"token": token_of(user, actor=user)}, headers={"Cache-Control": "no-store"})


@operation(
    "GET",
    "Lists the regions directly below `parent`, or the provinces.",
    query=RegionQuery,
    answers=RegionPage,
    name="regions_list",
    signed_in=False,
)
@api_view(["GET"])
@permission_classes([AllowAny])
def regions(request: Request) -> Response:
    wanted = cleaned(RegionQuery, request.query_params)
    parent = region_named(wanted["parent"], "parent") if wanted.get("parent") else None
    page = keyset_page(
        queries.children_of(parent),
        order=("code",),
        cursor=wanted.get("cursor"),
        size=wanted["page_size"],
    )
    return paged(request, page, RegionSerializer(page.items, many=True).data)


@operation(
    "POST",
    "Appoints a person to a post inside the caller's own area.",
    body=AppointSerializer,
    answers=AppointmentSerializer,
    status=201,
    refuses=[401, 403, 404, 409],
    name="appointments_create",
)
@api_view(["POST"])
def appointments(request: Request) -> Response:
    values = cleaned(AppointSerializer, request.data)
    values["region"] = region_named(values["region"], "region")
    if "phone" in values:
        post = appoint_by_phone(actor=caller(request), **values)
    else:
        values.pop("name")
        values["user"] = _person(caller(request), **values)
        post = posts.appoint(actor=caller(request), **values)
    return Response(AppointmentSerializer(post).data, status=201)


@operation(
    "POST",
    "Ends a post; its powers are gone with the next request.",
    body=EndSerializer,
    answers=AppointmentSerializer,
    refuses=[401, 403, 404, 409],
    name="appointments_end",
)
@api_view(["POST"])
def end_appointment(request: Request, pk: int) -> Response:
    post = get_object_or_404(queries.appointments_seen_by(request.user), pk=pk)
    values = cleaned(EndSerializer, request.data)
    ended = posts.end(actor=caller(request), appointment=post, reason=values["reason"])
    return Response(AppointmentSerializer(ended).data)


@operation(
    "GET",
    "Says where the schema and the documentation are.",
    answers={"type": "object", "additionalProperties": {"type": "string", "format": "uri"}},
    name="root_retrieve",
    signed_in=False,
)
@api_view(["GET"])
@permission_classes([AllowAny])
def root(request: Request) -> Response:
    names = {
        "schema": "api:schema",
        "documentation": "api-docs",
        "needs": "api:needs",
        "regions": "api:regions",
    }
    return Response({key: reverse(name, request=request) for key, name in names.items()})


def caller(request: Request) -> User:
    """Who is asking, where only signed-in people come."""
    return cast(User, request.user)


def _person(actor: User, *, user: int, region: Region, **values: object) -> User:
    """The account of this number; only those who appoint here learn which exist."""
    if not actor.is_superuser:
        ensure(actor, Verb.APPOINT, region.code)
    found = User.objects.filter(pk=user, is_active=True).first()
    if found is None:
        raise NotVisible("没有这个账号。", fields={"user": ["没有这个账号。"]})
    return found
