"""How goods travel: what a donor says about it, and writing a parcel down."""

from dataclasses import dataclass
from datetime import date, time

from donors import couriers
from donors.models import Parcel, Pledge
from fupin.lib.clock import now, today
from fupin.lib.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Dispatch:
    """How goods travel: a courier's parcel, or a meeting at a place and time with somebody in a post."""

    courier: str = ""
    tracking_number: str = ""
    meet_at: str = ""
    meet_on: date | None = None
    meet_time: time | None = None
    meet_with: str = ""

    def check(self) -> None:
        """Raise InvalidInput unless it is a parcel with its number, or a place and a day that is not over."""
        errors: dict[str, list[str]] = {}
        if bool(self.courier) != bool(self.tracking_number):
            errors["tracking_number"] = ["快递公司和快递单号要一起填写。"]
        if not self.courier and not (self.meet_at and self.meet_on):
            errors["meet_at"] = ["请填写快递信息，或者见面的地点和日期。"]
        if self.meet_on and self.meet_on < today():
            errors["meet_on"] = ["见面日期不能早于今天。"]
        if errors:
            raise InvalidInput(fields=errors)


def new_parcel(pledge: Pledge, number: int, courier: str, tracking_number: str) -> Parcel:
    """Write a parcel down; the caller holds the pledge's lock and translates IntegrityError."""
    return Parcel.objects.create(
        pledge=pledge,
        number=number,
        courier=courier,
        tracking_number=couriers.canonical(tracking_number),
        sent_at=now(),
    )
