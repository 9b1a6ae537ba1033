"""The API's doors to a need's gates: one address for each action of the lifecycle."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from fupin.lib.drf import AnySerializer, cleaned, operation
from needs import queries
from needs.api import one
from needs.models import Need
from needs.serializers import ApproveSerializer, DecisionSerializer, NeedDetailSerializer, ReturnSerializer
from needs.services import review


@dataclass(frozen=True, slots=True)
class Gate:
    """One action: its address, the service behind it, the shape of its body, its sentence in the schema."""

    action: str
    service: Callable[..., Need]
    body: type[AnySerializer]
    says: str


GATES = (
    Gate("submit", review.submit, DecisionSerializer, "Hands a draft or returned need in."),
    Gate("verify", review.verify, DecisionSerializer, "Gives the village's word that a request is true."),
    Gate("check", review.check, DecisionSerializer, "Passes the township's check; flags need a comment."),
    Gate("approve", review.approve, ApproveSerializer, "Publishes a need, now or at a set date."),
    Gate("return", review.send_back, ReturnSerializer, "Returns a need to its author with a reason."),
    Gate("recall", review.recall, ReturnSerializer, "Takes a public need back for repair; the county's."),
    Gate("withdraw", review.withdraw, DecisionSerializer, "Takes a need back while nobody has pledged."),
)


def door(gate: Gate) -> Callable[..., Any]:
    """The view of one gate."""

    def act(request: Request, pk: int) -> Response:
        need = get_object_or_404(queries.visible_to(request.user), pk=pk)
        values = {
            name: value for name, value in cleaned(gate.body, request.data).items() if value is not None
        }
        return one(request, gate.service(actor=request.user, need=need, **values))

    act.__name__ = f"need_{gate.action}"
    described = operation(
        "POST",
        gate.says,
        body=gate.body,
        answers=NeedDetailSerializer,
        refuses=[401, 403, 404, 409],
        name=f"needs_{gate.action}",
    )
    return described(api_view(["POST"])(act))


urlpatterns = [
    path(f"needs/<int:pk>/{gate.action}/", door(gate), name=f"need-{gate.action}") for gate in GATES
]
