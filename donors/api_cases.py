"""The API's doors to deliveries that went wrong (B9): the county works them, the township reads along."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import caller
from donors.cases import CASE_LIFECYCLE, moves_for
from donors.enums import CaseReason, CaseStatus
from donors.models import DeliveryCase
from donors.office_queries import cases_of
from donors.services import cases as service
from fupin.lib.drf import AnySerializer, LineField, OneOf, PageQuery, cleaned, operation, page_of, paged
from fupin.lib.paging import keyset_page

ACTIONS = tuple(dict.fromkeys(row.action for row in CASE_LIFECYCLE))
SAYS = {
    "answer": "Answers both sides; may be done again.",
    "solve": "Says that the problem is solved; the recipient confirms it.",
    "close": "Closes a case, solved or not, with the reason in words.",
}


class CaseQuery(PageQuery):
    status = OneOf(choices=CaseStatus.choices, required=False, allow_blank=True, default="")


class CaseStepSerializer(AnySerializer):
    """One dated step; `by` is a side or a post, never a name."""

    action = serializers.CharField()
    status = serializers.ChoiceField(source="target", choices=CaseStatus.choices)
    by = serializers.CharField(source="actor_label")
    note = serializers.CharField()
    at = serializers.DateTimeField()


class CaseSerializer(AnySerializer):
    """A delivery received with problems, or one that a call-back did not find as recorded."""

    id = serializers.IntegerField()
    pledge = serializers.IntegerField(source="pledge_id")
    need = serializers.IntegerField(source="pledge.need_id")
    need_title = serializers.CharField(source="pledge.need.title")
    reason = serializers.ChoiceField(choices=CaseReason.choices)
    status = serializers.ChoiceField(choices=CaseStatus.choices)
    steps = CaseStepSerializer(source="steps.all", many=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    actions = serializers.SerializerMethodField(help_text="what the caller may do now")

    def get_actions(self, case: DeliveryCase) -> list[str]:
        return [row.action for row in moves_for(self.context["request"].user, case)]


class CaseNoteSerializer(AnySerializer):
    note = LineField(500, help_text="both sides read it")


CasePage = page_of(CaseSerializer, "Case")


@operation(
    "GET",
    "Lists the cases of the caller's places, longest waiting first.",
    query=CaseQuery,
    answers=CasePage,
    refuses=[401],
    name="cases_list",
)
@api_view(["GET"])
def cases(request: Request) -> Response:
    wanted = cleaned(CaseQuery, request.query_params)
    given = {"status": wanted["status"]} if wanted["status"] else {}
    found = cases_of(request.user).filter(**given).prefetch_related("steps")
    page = keyset_page(found, order=("id",), cursor=wanted.get("cursor"), size=wanted["page_size"])
    return paged(request, page, [_shown(request, case) for case in page.items])


@operation(
    "GET",
    "Shows one case and its steps.",
    answers=CaseSerializer,
    refuses=[401, 404],
    name="cases_retrieve",
)
@api_view(["GET"])
def case(request: Request, pk: int) -> Response:
    return Response(_shown(request, _mine(request, pk)))


def door(action: str) -> Callable[..., Any]:
    """The view of one decision."""

    def act(request: Request, pk: int) -> Response:
        found = _mine(request, pk)
        note = cleaned(CaseNoteSerializer, request.data)["note"]
        service.work(actor=caller(request), case=found, action=action, note=note)
        return Response(_shown(request, _mine(request, pk)))

    act.__name__ = f"case_{action}"
    described = operation(
        "POST",
        SAYS[action],
        body=CaseNoteSerializer,
        answers=CaseSerializer,
        refuses=[401, 403, 404, 409],
        name=f"cases_{action}",
    )
    return described(api_view(["POST"])(act))


def _mine(request: Request, pk: int) -> DeliveryCase:
    return get_object_or_404(cases_of(request.user), pk=pk)


def _shown(request: Request, case: DeliveryCase) -> Any:
    return CaseSerializer(case, context={"request": request}).data


urlpatterns = [
    path("cases/", cases, name="cases"),
    path("cases/<int:pk>/", case, name="case"),
    *(path(f"cases/<int:pk>/{action}/", door(action), name=f"case-{action}") for action in ACTIONS),
]
