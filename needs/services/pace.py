"""The county's rule by which routine new needs wait while help lags (REQUIREMENTS 60)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import today
from fupin.lib.errors import InvalidInput
from needs.models import PublicationPace

MOST_DAYS, MOST_A_DAY = 60, 100


@dataclass(frozen=True, slots=True)
class PaceInput:
    """A rule as typed; `percent` None holds nothing back, `exempt` are kinds."""

    valid_from: date
    percent: int | None
    after_days: int
    per_day: int
    clause: str
    exempt: Sequence[str] = ()


def set_pace(*, actor: User, county: Region, content: PaceInput) -> PublicationPace:
    """Let a rule hold from a day on; the same day again replaces it.

    Raises NotAllowed for whoever does not approve for the whole county, InvalidInput for a day that is over and numbers
    out of bounds.
    """
    ensure(actor, Verb.APPROVE, county.code)
    _check(county, content)
    with transaction.atomic():
        made, _ = PublicationPace.objects.update_or_create(
            county=county,
            valid_from=content.valid_from,
            defaults={
                "percent": content.percent,
                "after_days": content.after_days,
                "per_day": content.per_day,
                "exempt": sorted(content.exempt),
                "clause": content.clause,
                "made_by": actor,
            },
        )
        audit.record(
            actor=actor,
            action="need.pace",
            obj=made,
            region_code=county.code,
            changes={
                "from": str(content.valid_from),
                "percent": content.percent,
                "after_days": content.after_days,
                "per_day": content.per_day,
                "exempt": sorted(content.exempt),
            },
        )
    return made


def _check(county: Region, content: PaceInput) -> None:
    errors: dict[str, list[str]] = {}
    if county.level != Level.COUNTY:
        raise InvalidInput("发布节奏按县设置，请选择县。")
    if content.valid_from < today():
        errors["valid_from"] = ["从今天或者以后的一天起，过去的不能改。"]
    for name, most in (("percent", 100), ("after_days", MOST_DAYS), ("per_day", MOST_A_DAY)):
        value = getattr(content, name)
        if value is not None and not 1 <= value <= most:
            errors[name] = [f"请填 1 到 {most} 的整数。"]
    if errors:
        raise InvalidInput(fields=errors)
