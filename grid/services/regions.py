"""Merging and dividing villages (撤并村): planned with a date, done in one transaction, history kept (DESIGN 4, B13).

Households, open needs, posts and waiting applications go to the village that takes over. Closed needs, decisions and
audit rows keep the old village, which stays readable and leads on to its successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import ApplicationState, ChangeKind, ChangeState, Level, Verb
from accounts.models import Appointment, PostApplication, Region, RegionChange, User
from accounts.permissions import ROLE_VERBS, ensure, grants
from accounts.services import appointments, audit, messages
from accounts.services.appointments import PostDetails
from donors import territory as donors_room
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, FupinError, InvalidInput
from grid import territory as grid_room
from grid.services import handover
from needs import territory as needs_room

COUNTY = 10**6
MAX_SOURCES, MAX_HOUSEHOLDS = 20, 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What a form hands over. `target_name` names a new village; an existing target keeps its own name."""

    kind: str
    sources: Sequence[int]
    target_code: int
    effective_on: date
    target_name: str = ""
    ending_posts: Sequence[int] = field(default_factory=tuple)
    households: Sequence[int] = field(default_factory=tuple)


def changes_seen_by(user: Any) -> QuerySet[RegionChange]:
    """Merges and splits of the counties where this person appoints."""
    return RegionChange.objects.filter(grants(user).q(Verb.APPOINT, "county")).select_related(
        "county", "planned_by"
    )


def standing(user: Any) -> QuerySet[RegionChange]:
    """Those that should have been done and were not: somebody has to look."""
    late = changes_seen_by(user).filter(state=ChangeState.PLANNED, effective_on__lt=today())
    return late.order_by("effective_on", "id")


def posts_in(codes: Sequence[int]) -> QuerySet[Appointment]:
    """The posts not ended in these villages."""
    return (
        Appointment.objects.filter(region__in=codes, ended_at=None)
        .select_related("user", "region")
        .order_by("id")
    )


def plan(*, actor: User, content: Plan) -> RegionChange:
    """Write down a merge or split; with a date of today it is done at once, else by the sweep on its day.

    Raises NotAllowed outside one's county, InvalidInput for places that do not fit together or a past date.
    """
    if content.effective_on < today():
        raise InvalidInput(fields={"effective_on": ["生效日期不能早于今天。"]})
    with transaction.atomic():
        sources = _sources(content)
        for code in [*content.sources, content.target_code]:
            ensure(actor, Verb.APPOINT, code)
        change = RegionChange(
            kind=content.kind,
            county_id=content.target_code // COUNTY * COUNTY,
            sources=sorted({region.code for region in sources} - {content.target_code}),
            target_code=content.target_code,
            target_name=content.target_name,
            effective_on=content.effective_on,
            ending_posts=sorted(content.ending_posts),
            households=sorted(content.households),
            planned_by=actor,
        )
        change.target_name = _target(change, sources, make=False).name
        change.save()
        audit.record(
            actor=actor,
            action="region.plan",
            obj=change,
            region_code=change.county_id,
            changes={"sources": change.sources, "target": change.target_code, "on": str(change.effective_on)},
        )
        return apply(actor=actor, change=change) if change.effective_on <= today() else change


def cancel(*, actor: User, change: RegionChange) -> RegionChange:
    """Call a planned change off. Raises Conflict once it is done."""
    ensure(actor, Verb.APPOINT, change.county_id)
    with transaction.atomic():
        change = _planned(change)
        change.state, change.closed_at = ChangeState.CANCELLED, now()
        change.save(update_fields=["state", "closed_at"])
        audit.record(actor=actor, action="region.cancel", obj=change, region_code=change.county_id)
    return change


def apply(*, actor: User, change: RegionChange) -> RegionChange:
    """Do it now: everything moves in one transaction. Raises Conflict when it is done or called off already."""
    with transaction.atomic():
        change = _planned(change)
        for code in [*change.sources, change.target_code]:
            ensure(actor, Verb.APPOINT, code)
        sources = _locked([*change.sources, change.target_code])
        target = _target(change, [row for row in sources if row.code in change.sources], make=True)
        moved = {"posts": 0}
        if change.kind == ChangeKind.MERGE:
            moved["posts"] = _move_posts(actor, change, target)
            PostApplication.objects.filter(region__in=change.sources, state=ApplicationState.WAITING).update(
                region=target
            )
        only = change.households if change.kind == ChangeKind.SPLIT else None
        moved |= needs_room.move(sources=change.sources, target=target, households=only)
        moved["grids"] = grid_room.move(sources=change.sources, target=target, households=only)
        if change.kind == ChangeKind.MERGE:
            donors_room.move(sources=change.sources, target=target)
            Region.objects.filter(code__in=change.sources).update(valid_to=today(), successor=target)
        change.state, change.closed_at, change.moved, change.problem = ChangeState.DONE, now(), moved, ""
        change.save(update_fields=["state", "closed_at", "moved", "problem"])
        for region in [*sources, target]:
            audit.record(
                actor=actor,
                action=f"region.{change.kind}",
                obj=region,
                region_code=region.code,
                changes={"change": change.pk, "target": target.code, **moved},
            )
    return change


def apply_due(*, limit: int = 20) -> int:
    """Do what is due, with the rights its planner has today (THREATS Z-16); returns how many.

    What cannot be done stays planned and says why; it then stands in the county's inbox. What was being written
    under a village while it ended is moved on, too.
    """
    due = RegionChange.objects.filter(state=ChangeState.PLANNED, effective_on__lte=today(), problem="")
    done = 0
    for change in due.select_related("planned_by").order_by("effective_on", "id")[:limit]:
        try:
            apply(actor=change.planned_by, change=change)
            done += 1
        except FupinError as error:
            RegionChange.objects.filter(pk=change.pk).update(problem=error.message[:200])
    for region in needs_room.left_behind()[:limit]:
        with transaction.atomic():
            target = cast(Region, region.successor)
            needs_room.move(sources=[region.code], target=target)
            grid_room.move(sources=[region.code], target=target)
    return done


def _planned(change: RegionChange) -> RegionChange:
    found = RegionChange.objects.select_for_update(no_key=True, of=("self",)).get(pk=change.pk)
    if found.state != ChangeState.PLANNED:
        raise Conflict(f"这次调整{found.get_state_display()}，不能再办理。")
    return found


def _locked(codes: Sequence[int]) -> list[Region]:
    """The regions' rows, so that nothing new is written under them until this is over (foreign keys wait)."""
    return list(Region.objects.select_for_update(of=("self",)).filter(code__in=codes).order_by("code"))


def _sources(content: Plan) -> list[Region]:
    """The villages that end or are divided: in force, of one county, and enough of them."""
    asked = set(content.sources)
    found = list(Region.objects.filter(code__in=asked, level=Level.VILLAGE, valid_to=None))
    if len(found) < len(asked) or len({code // COUNTY for code in [*asked, content.target_code]}) > 1:
        raise InvalidInput(fields={"sources": ["只能调整同一个县里现有的村（社区）。"]})
    if not asked - {content.target_code} or len(asked) > MAX_SOURCES:
        raise InvalidInput(fields={"sources": [f"请选择要撤并的村，最多 {MAX_SOURCES} 个。"]})
    if content.kind == ChangeKind.SPLIT:
        homes = needs_room.households_in(found[0]).filter(pk__in=content.households).count()
        if len(asked) > 1 or not content.households or homes < len(set(content.households)):
            raise InvalidInput(fields={"households": ["请选择这个村里要划出去的家庭。"]})
        if len(content.households) > MAX_HOUSEHOLDS:
            raise InvalidInput(fields={"households": [f"一次最多划出 {MAX_HOUSEHOLDS} 户。"]})
    return found


def _target(change: RegionChange, sources: list[Region], *, make: bool) -> Region:
    """The village that takes over, made when it is new and `make` says so."""
    if any(region.valid_to for region in sources) or len(sources) < len(change.sources):
        raise Conflict("要撤并的村已经不在，请重新安排。")
    target = Region.objects.filter(code=change.target_code).first()
    if target is not None:
        if change.kind == ChangeKind.SPLIT or target.valid_to or target.level != Level.VILLAGE:
            raise InvalidInput(fields={"target_code": ["这个代码已经有别的地区使用。"]})
        return target
    town = Region.objects.filter(code=change.target_code // 1000 * 1000, level=Level.TOWNSHIP).first()
    if town is None or not change.target_name or change.target_code % 1000 == 0:
        raise InvalidInput(fields={"target_code": ["新村的代码要在本县一个乡镇之内，并写明村名。"]})
    target = Region(
        code=change.target_code,
        name=change.target_name,
        level=Level.VILLAGE,
        parent=town,
        valid_from=change.effective_on,
        tags=sorted({tag for region in sources for tag in region.tags}),
    )
    if make:
        target.save(force_insert=True)
    return target


def _move_posts(actor: User, change: RegionChange, target: Region) -> int:
    """Posts go to the village that takes over, or end with their holder's own work handed on."""
    posts = list(posts_in(change.sources))
    staying = [post for post in posts if post.pk not in change.ending_posts]
    heir = _heir(actor, staying, target)
    moved = 0
    for post in posts:
        stays = post in staying and not actor.same_person(post.user)
        if stays and _move_post(actor, post, target):
            moved += 1
            continue
        if not stays and heir != post.user:
            handover.move_own(post, actor=actor, successor=heir)
        appointments.end(actor=actor, appointment=post, reason="撤并村")
    return moved


def _heir(actor: User, staying: list[Appointment], target: Region) -> User:
    """Who answers for what the leaving wrote: an officer of the new village, else the township, else the county."""
    able = [role for role, verbs in ROLE_VERBS.items() if {Verb.VIEW, Verb.COLLECT} <= verbs]
    places = [target.code, target.parent_id]
    there = Appointment.objects.active().filter(region__in=places, role__in=able, user__is_active=True)
    found = [post for post in staying if post.role in able]
    found += there.select_related("user").order_by("-region__level", "id")
    return found[0].user if found else actor


def _move_post(actor: User, post: Appointment, target: Region) -> bool:
    """End the post in the old village and give the same one in the new; False where it is held there already."""
    held = Appointment.objects.filter(user=post.user, region=target, role=post.role, ended_at=None).exists()
    over = bool(post.ends_on and post.ends_on < today())
    if held or over:
        return False
    appointments.end(actor=actor, appointment=post, reason="撤并村，职务转到新村")
    appointments.appoint(
        actor=actor,
        user=post.user,
        role=post.role,
        region=target,
        starts_on=max(post.starts_on, today()),
        ends_on=post.ends_on,
        details=PostDetails(post.source, post.unit, post.duty_phone),
    )
    text = (
        f"{post.region.name}已并入{target.name}，您的“{post.get_role_display()}”职务随之转到{target.name}。"
    )
    messages.notify(user=post.user, text=text, dedup_key=f"merged:{post.pk}", link="/office/")
    return True
