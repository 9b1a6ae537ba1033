"""Campaigns: needs that the county approves ahead and that become public together (集中发布, REQUIREMENTS 43)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.enums import Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from needs.enums import Status
from needs.models import Campaign, Need


@dataclass(frozen=True, slots=True)
class CampaignInput:
    """What a form hands over."""

    name: str
    release_at: datetime
    intro: str = ""
    closes_at: datetime | None = None


def create(*, actor: User, region: Region, content: CampaignInput) -> Campaign:
    """A new campaign of a county. Raises NotAllowed outside one's range, InvalidInput for moments that do not fit."""
    ensure(actor, Verb.APPROVE, region.code)
    _check(content.release_at, content.closes_at)
    with transaction.atomic():
        made = Campaign.objects.create(
            region=region,
            name=content.name,
            intro=content.intro,
            release_at=content.release_at,
            closes_at=content.closes_at,
            created_by=actor,
        )
        audit.record(actor=actor, action="campaign.create", obj=made, region_code=region.code)
    return made


def move(
    *, actor: User, campaign: Campaign, release_at: datetime, closes_at: datetime | None = None
) -> Campaign:
    """Set another moment; every need that waits in the campaign moves with it.

    Raises Conflict once it is released, InvalidInput for moments that do not fit.
    """
    with transaction.atomic():
        campaign = locked(campaign.pk)
        ensure(actor, Verb.APPROVE, campaign.region_id)
        if campaign.is_released:
            raise Conflict("这次集中发布的时间已到，不能再改。")
        _check(release_at, closes_at)
        before, campaign.release_at, campaign.closes_at = campaign.release_at, release_at, closes_at
        campaign.save(update_fields=["release_at", "closes_at"])
        waiting = Need.objects.filter(campaign=campaign, status=Status.CHECKED, publish_at__isnull=False)
        waiting.update(publish_at=release_at)
        changes = {"release_at": [before.isoformat(), release_at.isoformat()]}
        audit.record(
            actor=actor,
            action="campaign.move",
            obj=campaign,
            region_code=campaign.region_id,
            changes=changes,
        )
    return campaign


def locked(pk: int) -> Campaign:
    """Hold the campaign, so that its moment does not move under who approves into it.

    Taken before the need's own rows by everybody.
    """
    return Campaign.objects.select_for_update(no_key=True, of=("self",)).select_related("region").get(pk=pk)


def ensure_takes(campaign: Campaign, need: Need) -> None:
    """Raise Conflict where the need lies elsewhere or the campaign was released."""
    region = campaign.region
    if not region.code <= need.region_id <= region.code_end:
        raise Conflict("这次集中发布不在这条求助的县里。")
    if campaign.is_released:
        raise Conflict("这次集中发布的时间已到，请直接发布，或者选别的一次。")


def _check(release_at: datetime, closes_at: datetime | None) -> None:
    errors: dict[str, list[str]] = {}
    if release_at <= now():
        errors["release_at"] = ["发布时间要晚于现在。"]
    if closes_at and closes_at <= release_at:
        errors["closes_at"] = ["结束时间要晚于发布时间。"]
    if errors:
        raise InvalidInput(fields=errors)
