"""包保: which leader of the county answers for which township (宿州 第七条, REQUIREMENTS 74)."""

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import Level, Role, Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import ensure
from accounts.regions import ancestors
from accounts.services import audit
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from grid.models import TownshipLeader


def may_answer(township: Region) -> QuerySet[Appointment]:
    """Leaders in post at the county and at the township itself."""
    places = [township.code, *(code for code in ancestors(township.code))]
    rows = Appointment.objects.active().filter(
        role=Role.LEADER, region__in=places, region__level__gte=Level.COUNTY
    )
    return rows.select_related("user", "region").order_by("region__level", "id")


def assign(*, actor: User, township: Region, post: Appointment) -> TownshipLeader:
    """Let a leader answer for a township. Raises NotAllowed outside one's county, InvalidInput, Conflict twice."""
    ensure(actor, Verb.APPOINT, township.code)
    if township.level != Level.TOWNSHIP or not may_answer(township).filter(pk=post.pk).exists():
        raise InvalidInput(fields={"post": ["请从本县在任的领导里选择。"]})
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True, of=("self",)).get(pk=township.pk)
        if TownshipLeader.objects.filter(township=township, post=post, ended_at=None).exists():
            raise Conflict("这位领导已经包保这个乡镇。")
        made = TownshipLeader.objects.create(township=township, post=post, made_by=actor)
        audit.record(actor=actor, action="township_leader.assign", obj=made, region_code=township.code)
    return made


def release(*, actor: User, duty: TownshipLeader) -> None:
    """End it. Raises Conflict where it is over."""
    ensure(actor, Verb.APPOINT, duty.township_id)
    with transaction.atomic():
        if not TownshipLeader.objects.filter(pk=duty.pk, ended_at=None).update(ended_at=now()):
            raise Conflict("这项包保已经结束。")
        audit.record(actor=actor, action="township_leader.release", obj=duty, region_code=duty.township_id)
