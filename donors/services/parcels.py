"""Parcels of a goods pledge: the first by `steps.ship`, up to four more, numbers put right, arrivals ticked."""

from django.db import IntegrityError, transaction

from accounts.models import User
from donors import couriers
from donors.models import MOST_PARCELS, Parcel, Pledge
from donors.services.dispatch import new_parcel
from donors.services.moves import locked, move
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput, StaleState

USED = "这个快递单号已经登记过，请核对。"


def add(*, actor: User, pledge: Pledge, courier: str, tracking_number: str) -> Pledge:
    """One more parcel of the same gift. Raises Conflict for a number used before and beyond 5 parcels."""
    _check(courier, tracking_number)
    try:
        with transaction.atomic():
            pledge, step = locked(pledge, actor, "add_parcel")
            taken = pledge.parcels.count()
            if taken >= MOST_PARCELS:
                raise Conflict(f"一笔帮助最多登记 {MOST_PARCELS} 个包裹。", code="parcels_full")
            parcel = new_parcel(pledge, taken + 1, courier, tracking_number)
            return move(pledge, step, actor=actor, note=f"第 {parcel.number} 个包裹：{parcel}")
    except IntegrityError as error:
        raise Conflict(USED, code="parcel_used") from error


def correct(*, actor: User, pledge: Pledge, number: int, courier: str, tracking_number: str) -> Pledge:
    """Put a mistyped number right while the parcel has not arrived; the step keeps what stood there before."""
    _check(courier, tracking_number)
    try:
        with transaction.atomic():
            pledge, step = locked(pledge, actor, "correct")
            parcel = _parcel(pledge, number)
            before, parcel.courier = str(parcel), courier
            parcel.tracking_number = couriers.canonical(tracking_number)
            parcel.save(update_fields=["courier", "tracking_number"])
            return move(pledge, step, actor=actor, note=f"第 {number} 个包裹：{before} 改为 {parcel}")
    except IntegrityError as error:
        raise Conflict(USED, code="parcel_used") from error


def arrive(*, actor: User, pledge: Pledge, number: int) -> Pledge:
    """A parcel lies at the village's station; the household may fetch it. Raises StaleState the second time."""
    with transaction.atomic():
        pledge, step = locked(pledge, actor, "arrive")
        parcel = _parcel(pledge, number)
        parcel.arrived_at, parcel.arrived_by = now(), actor
        parcel.save(update_fields=["arrived_at", "arrived_by"])
        return move(pledge, step, actor=actor, note=f"第 {number} 个包裹：{parcel}")


def _parcel(pledge: Pledge, number: int) -> Parcel:
    parcel = pledge.parcels.filter(number=number).first()
    if parcel is None:
        raise InvalidInput(fields={"number": ["没有这个包裹，请刷新后再办理。"]})
    if parcel.arrived_at:
        raise StaleState("这个包裹已经到了村服务点。")
    return parcel


def _check(courier: str, tracking_number: str) -> None:
    if not courier or not tracking_number:
        raise InvalidInput(fields={"tracking_number": ["快递公司和快递单号要一起填写。"]})
