"""The API's doors to pledges and certificates (CONTRACT, API)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import caller
from donors import lifecycle, queries
from donors.certificate_serializers import CertificateSerializer
from donors.enums import Display, Picture
from donors.models import Certificate, Pledge
from donors.serializers import (
    CorrectParcelSerializer,
    DaySerializer,
    HandoverSerializer,
    NewParcelSerializer,
    ParcelNumberSerializer,
    PayOutSerializer,
    PayOutWithPhotoSerializer,
    PaySerializer,
    PayWithSlipSerializer,
    PledgePage,
    PledgeQuery,
    PledgeSerializer,
    ReasonSerializer,
    ReceiveSerializer,
    ShipSerializer,
    WritePledgeSerializer,
    pledges_for,
)
from donors.services import codes, matching, money, parcels, payouts, photos, service_days, steps
from donors.services import pledges as promises
from donors.services.dispatch import Dispatch
from donors.services.payouts import Terms
from donors.services.pledges import PledgeInput
from donors.services.proofs import Witness
from fupin.lib.clock import today
from fupin.lib.drf import AnySerializer, CleanJSONParser, cleaned, header, operation, paged
from fupin.lib.errors import InvalidInput
from fupin.lib.paging import keyset_page
from needs.queries import visible_to as needs_visible_to

KEY_HEADER = "Idempotency-Key"
KEY = r"[A-Za-z0-9_-]{8,64}"


@operation(
    "POST",
    "Promises help to a need; the same key and body again answer 201 with the same pledge.",
    body=WritePledgeSerializer,
    answers=PledgeSerializer,
    status=201,
    refuses=[401, 403, 404, 409],
    headers=[header(KEY_HEADER, "8 to 64 of A-Z a-z 0-9 _ -, new for each pledge", pattern=f"^{KEY}$")],
    name="needs_pledge",
)
@api_view(["POST"])
def pledge_to(request: Request, pk: int) -> Response:
    need = get_object_or_404(needs_visible_to(request.user), pk=pk)
    key = _key(request)
    values = cleaned(WritePledgeSerializer, request.data)
    content = PledgeInput(
        form=values["form"],
        display=values["display"] or caller(request).display or Display.NAMED,
        amount_fen=values.get("amount") or 0,
        items=values.get("items") or {},
        delivery=values["delivery"],
        hours=values.get("hours") or 0,
        service_on=values.get("date"),
        service=values["service"],
        insured=values["insured"],
        guardian=values["guardian"],
    )
    made = promises.pledge(actor=caller(request), need=need, content=content, idempotency_key=key)
    return _one(request, made, status=201)


@operation(
    "GET",
    "Lists the pledges the caller gave, receives, or oversees, newest first.",
    query=PledgeQuery,
    answers=PledgePage,
    refuses=[401],
    name="pledges_list",
)
@api_view(["GET"])
def pledges(request: Request) -> Response:
    wanted = cleaned(PledgeQuery, request.query_params)
    given = {name: wanted[name] for name in ("status", "need") if wanted.get(name)}
    page = keyset_page(
        queries.visible_to(request.user).filter(**given),
        order=("-id",),
        cursor=wanted.get("cursor"),
        size=wanted["page_size"],
    )
    return paged(request, page, pledges_for(request, page.items))


@operation(
    "GET",
    "Shows one pledge, its steps and its certificate.",
    answers=PledgeSerializer,
    refuses=[401, 404],
    name="pledges_retrieve",
)
@api_view(["GET"])
def pledge(request: Request, pk: int) -> Response:
    return _one(request, _visible(request, pk))


@operation(
    "GET",
    "Says whether a certificate is genuine and what it certifies.",
    answers=CertificateSerializer,
    refuses=[404],
    name="certificates_retrieve",
    signed_in=False,
)
@api_view(["GET"])
@permission_classes([AllowAny])
def certificate(request: Request, token: str) -> Response:
    return Response(CertificateSerializer(get_object_or_404(Certificate, token=token)).data)


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a pledge: its address, the service behind it, the shape of its body, its sentence."""

    action: str
    service: Callable[..., Pledge]
    body: type[AnySerializer]
    says: str
    with_picture: type[AnySerializer] | None = None
    """The shape of its multipart body, where it takes a picture."""


def _pay(*, actor: Any, pledge: Pledge, reference: str, slip: bytes | None = None) -> Pledge:
    with transaction.atomic():
        paid = steps.pay(actor=actor, pledge=pledge, bank_note=reference)
        if slip:
            photos.add(actor=actor, pledge=paid, purpose=Picture.SLIP, jpeg=slip)
    return paid


def _pay_out(*, actor: Any, pledge: Pledge, photo: bytes | None = None, **said: Any) -> Pledge:
    terms = Terms(**{**said, "paid_on": said.get("paid_on") or today()})
    payouts.record(actor=actor, pledges=[pledge], terms=terms, photos=[photo] if photo else [])
    return pledge


def _come_back(*, actor: Any, pledge: Pledge, reason: str) -> Pledge:
    """With all gifts of its payout: the bank gives back a whole transfer."""
    gift = pledge.payouts.filter(live=True).select_related("payout").first()
    if gift is None:
        return money.come_back(actor=actor, pledge=pledge, note=reason)
    lifecycle.step(actor, pledge, "come_back")
    payouts.drop(actor=actor, payout=gift.payout, reason=reason)
    return pledge


def _ship(*, actor: Any, pledge: Pledge, **dispatch: Any) -> Pledge:
    return steps.ship(actor=actor, pledge=pledge, dispatch=Dispatch(**dispatch))


def _receive(
    *, actor: Any, pledge: Pledge, received: list[dict[str, int]] | None = None, **said: Any
) -> Pledge:
    counts = {row["item"]: row["quantity"] for row in received or ()}
    witness = Witness(said.pop("witness_name"), said.pop("witness_role"))
    if code := said.pop("code", ""):
        codes.prove(actor=actor, pledge=pledge, code=code)
    return steps.receive(actor=actor, pledge=pledge, received=counts, witness=witness, **said)


def _handover(*, actor: Any, pledge: Pledge, code: str, hours: int | None = None) -> Pledge:
    codes.prove(actor=actor, pledge=pledge, code=code)
    return steps.handover(actor=actor, pledge=pledge, hours=hours)


def _code(*, actor: Any, pledge: Pledge) -> Pledge:
    codes.send(actor=actor, pledge=pledge)
    return pledge


MOVES = (
    Move(
        "pay",
        _pay,
        PaySerializer,
        "Declares that the donor made the transfer; as multipart also with its slip.",
        with_picture=PayWithSlipSerializer,
    ),
    Move("ship", _ship, ShipSerializer, "Says how the goods travel: a parcel, or a meeting."),
    Move("add_parcel", parcels.add, NewParcelSerializer, "Registers one more parcel, five at most."),
    Move("correct", parcels.correct, CorrectParcelSerializer, "Puts the number of a parcel right."),
    Move(
        "arrive", parcels.arrive, ParcelNumberSerializer, "Says that a parcel lies at the village's station."
    ),
    Move("receive", _receive, ReceiveSerializer, "Confirms what arrived, complete or with a problem."),
    Move("code", _code, AnySerializer, "Sends the household the code it reads out at the door."),
    Move("handover", _handover, HandoverSerializer, "Confirms at the door with the household's code."),
    Move("propose", service_days.propose, DaySerializer, "Proposes another day for a service or visit."),
    Move("agree", service_days.agree, AnySerializer, "Agrees to the day the other side proposed."),
    Move("prolong", steps.prolong, AnySerializer, "Keeps a promise once more before it lapses."),
    Move(
        "pay_out",
        _pay_out,
        PayOutSerializer,
        "Records that the charity paid the money out; as multipart also with its evidence.",
        with_picture=PayOutWithPhotoSerializer,
    ),
    Move("come_back", _come_back, ReasonSerializer, "Records that the recipient's bank gave the money back."),
    Move("undo", matching.take_back, ReasonSerializer, "Takes a receipt back that was booked by mistake."),
    Move("refund", money.refund, ReasonSerializer, "Records that the charity gave the money back."),
    Move("cancel", steps.cancel, AnySerializer, "Cancels a pledge before payment or dispatch."),
)


def door(move: Move) -> Callable[..., Any]:
    """The view of one step."""

    def act(request: Request, pk: int) -> Response:
        found = _visible(request, pk)
        values = cleaned(_shape(move, request), request.data)
        move.service(actor=request.user, pledge=found, **values)
        return _one(request, _visible(request, pk))

    act.__name__ = f"pledge_{move.action}"
    body: Any = move.body if move.body is not AnySerializer else None
    if move.with_picture:
        body = {"application/json": move.body, "multipart/form-data": move.with_picture}
    described = operation(
        "POST",
        move.says,
        body=body,
        answers=PledgeSerializer,
        refuses=[401, 403, 404, 409],
        name=f"pledges_{move.action}",
    )
    parsers = (CleanJSONParser, MultiPartParser) if move.with_picture else (CleanJSONParser,)
    return described(api_view(["POST"])(parser_classes(parsers)(act)))


def _shape(move: Move, request: Request) -> type[AnySerializer]:
    multipart = (request.content_type or "").startswith("multipart/")
    return move.with_picture if move.with_picture and multipart else move.body


def _key(request: Request) -> str:
    key: str = request.headers.get(KEY_HEADER, "")
    if not re.fullmatch(KEY, key):
        text = "请在请求头里带上这次提交的编号：8 到 64 个字母、数字、_ 或 -。"
        raise InvalidInput(text, fields={KEY_HEADER: [text]})
    return key


def _visible(request: Request, pk: int) -> Pledge:
    return get_object_or_404(queries.visible_to(request.user), pk=pk)


def _one(request: Request, shown: Pledge, *, status: int = 200) -> Response:
    return Response(pledges_for(request, [shown])[0], status=status)
