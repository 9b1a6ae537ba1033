"""Where parcels go: the village's station; what a place does not need; a household's address for one donor only."""

from django.db import transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure, grants
from accounts.services import audit, messages
from donors.enums import PledgeStatus
from donors.models import AddressOpening, GoodsNotice, Pledge, Station
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.text import contains_personal_data
from needs.enums import Evidence
from needs.services import progress

LIVING = (PledgeStatus.PLEDGED, PledgeStatus.SHIPPED)
MOST_NOTICES = 5
LEAST_WORDS = 4


def save_station(
    *, actor: User, region: Region, address: str, opening: str = "", pickup_day: int | None = None
) -> Station:
    """Set the village's station. Raises NotAllowed outside the places where one verifies, InvalidInput elsewhere."""
    ensure(actor, Verb.VERIFY, region.code)
    if region.level != Level.VILLAGE:
        raise InvalidInput("服务点按村设置。")
    _no_numbers("address", address)
    with transaction.atomic():
        values = {"address": address, "opening": opening, "pickup_day": pickup_day}
        station, _ = Station.objects.update_or_create(
            region=region, defaults={**values, "updated_by": actor, "updated_at": now()}
        )
        audit.record(actor=actor, action="station.save", obj=station, region_code=region.code)
    return station


def may_notify(actor: User, code: int) -> bool:
    """Officers who verify or approve there say what the place does not need."""
    held = grants(actor)
    return held.allow(Verb.VERIFY, code) or held.allow(Verb.APPROVE, code)


def add_notice(*, actor: User, region: Region, text: str) -> GoodsNotice:
    """Say what a village, township or county does not need; 5 at a time."""
    if not may_notify(actor, region.code):
        raise NotAllowed("您不能为这个地区写提示。")
    if len(text) < LEAST_WORDS:
        raise InvalidInput(fields={"text": ["请写清不需要什么，至少 4 个字。"]})
    _no_numbers("text", text)
    with transaction.atomic():
        if GoodsNotice.objects.filter(region=region, ended_at=None).count() >= MOST_NOTICES:
            raise Conflict(f"一个地区最多同时有 {MOST_NOTICES} 条提示，请先结束旧的。")
        notice = GoodsNotice.objects.create(region=region, text=text, made_by=actor, made_at=now())
        audit.record(actor=actor, action="goods_notice.add", obj=notice, region_code=region.code)
    return notice


def end_notice(*, actor: User, notice: GoodsNotice) -> None:
    """The place takes such goods again."""
    if not may_notify(actor, notice.region_id):
        raise NotAllowed("您不能结束这条提示。")
    with transaction.atomic():
        if not GoodsNotice.objects.filter(pk=notice.pk, ended_at=None).update(ended_at=now()):
            raise StaleState("这条提示已经结束。")
        audit.record(actor=actor, action="goods_notice.end", obj=notice, region_code=notice.region_id)


def open_address(*, actor: User, pledge: Pledge, evidence: str, note: str) -> AddressOpening:
    """Show the household's address to this donor while the pledge lives; needs the household's consent on record."""
    ensure(actor, Verb.VERIFY, pledge.need.region_id)
    if actor.same_person(pledge.donor):
        raise Conflict("不能给自己开放地址。")
    if evidence not in Evidence.values or len(note.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"note": ["请写明这户是怎样同意的，至少 4 个字。"]})
    with transaction.atomic():
        progress.lock(pledge.need_id)
        pledge = Pledge.objects.select_related("need__household", "donor").get(pk=pledge.pk)
        household = pledge.need.household
        if pledge.status not in LIVING or household is None or household.address is None:
            raise Conflict("这笔帮助已经结束，或者没有登记住址。")
        values = {"opened_by": actor, "evidence": evidence, "note": note.strip()[:200], "opened_at": now()}
        opening, _ = AddressOpening.objects.update_or_create(
            pledge=pledge, defaults={**values, "closed_at": None}
        )
        _record(actor, pledge, "address.open", f"{Evidence(evidence).label}：{note.strip()}")
        messages.notify(
            user=pledge.donor,
            text=f"“{pledge.need.title}”的受助家庭同意把住址告诉您，只在这笔帮助进行时可以看到。",
            dedup_key=f"address:{pledge.pk}:{opening.opened_at.isoformat()}",
            link=pledge.get_absolute_url(),
        )
    return opening


def close_address(*, actor: User, pledge: Pledge) -> None:
    """Hide the address again at once."""
    ensure(actor, Verb.VERIFY, pledge.need.region_id)
    with transaction.atomic():
        if not AddressOpening.objects.filter(pledge=pledge, closed_at=None).update(closed_at=now()):
            raise StaleState("住址没有开放。")
        _record(actor, pledge, "address.close", "")


def address_for(user: User, pledge: Pledge) -> str:
    """The household's address for this donor of a living pledge that was opened to them; else empty."""
    household = pledge.need.household
    if pledge.donor_id != user.pk or pledge.status not in LIVING or household is None:
        return ""
    if not AddressOpening.objects.filter(pledge=pledge, closed_at=None).exists():
        return ""
    return household.address.open() if household.address else ""


def _no_numbers(field: str, text: str) -> None:
    if contains_personal_data(text):
        raise InvalidInput(fields={field: ["请不要写电话、证件号和卡号，爱心人士会看到。"]})


def _record(actor: User, pledge: Pledge, action: str, reason: str) -> None:
    audit.record(actor=actor, action=action, obj=pledge, region_code=pledge.need.region_id, reason=reason)
