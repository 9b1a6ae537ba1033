"""The target of the match rate and the number of poor households, set by an area's office (REQUIREMENTS 25, 26)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.enums import Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.errors import InvalidInput
from grid.figure_enums import AreaKind
from grid.models import AreaNumber

MOST_PERCENT, MOST_HOMES = 100, 10_000_000


@dataclass(frozen=True, slots=True)
class NumberInput:
    """A number as typed: percent or households; `valid_from` is the first day of a month."""

    kind: str
    value: int
    valid_from: date
    clause: str


def set_number(*, actor: User, region: Region, content: NumberInput) -> AreaNumber:
    """Let a number hold for the region from a month on; the same month again replaces it.

    Raises NotAllowed outside where one appoints, InvalidInput for a number out of bounds.
    """
    ensure(actor, Verb.APPOINT, region.code)
    most = MOST_PERCENT if content.kind == AreaKind.MATCH_RATE else MOST_HOMES
    if content.kind not in AreaKind.values or not 1 <= content.value <= most:
        raise InvalidInput(fields={"value": [f"请填 1 到 {most} 的整数。"]})
    if content.valid_from.day != 1:
        raise InvalidInput(fields={"valid_from": ["从一个月的第一天起。"]})
    with transaction.atomic():
        made, _ = AreaNumber.objects.update_or_create(
            region=region,
            kind=content.kind,
            valid_from=content.valid_from,
            defaults={"value": content.value, "clause": content.clause, "made_by": actor},
        )
        audit.record(
            actor=actor,
            action="area.number",
            obj=made,
            region_code=region.code,
            changes={"kind": content.kind, "value": content.value, "from": f"{content.valid_from:%Y-%m}"},
        )
    return made
