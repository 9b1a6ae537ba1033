"""Granting and ending posts; each writes guardian's permissions on the region (DESIGN 5)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Appointment, Region, RegionPermission, User
from accounts.permissions import ALONE, ROLE_LEVELS, ROLE_VERBS, given_by, grants
from accounts.queries import in_force
from accounts.services import audit
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed


@dataclass(frozen=True, slots=True)
class PostDetails:
    """What the register of officers says besides (《信息管理员登记表》): `source` is a `Source` or empty."""

    source: str = ""
    unit: str = ""
    duty_phone: str = ""


NO_DETAILS = PostDetails()
LONGEST_CONTRACT = timedelta(days=3 * 366)
"""政府购买服务管理办法 第二十四条: a contract for bought service runs for three years at most."""


def appoint(
    *,
    actor: User | None,
    user: User,
    role: str,
    region: Region,
    starts_on: date | None = None,
    ends_on: date | None = None,
    details: PostDetails = NO_DETAILS,
) -> Appointment:
    """Give `user` a post. `actor=None` is the system (set-up and demo data).

    Raises NotAllowed outside the actor's own area or lattice, InvalidInput for a post that does not belong on
    this level, in a region that is no more, ends before it starts, or of a bought service without its company or last
    day, Conflict where the person already holds it
    or the roles exclude each other.
    """
    starts_on = starts_on or today()
    ensure_may_appoint(actor, role, region)
    _check_post(role, region, starts_on, ends_on)
    _check_contract(role, starts_on, ends_on, details)
    if actor and actor.same_person(user):
        raise NotAllowed("不能任命自己。")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        _ensure_roles_compatible(user, role)
        try:
            with transaction.atomic():
                post = Appointment.objects.create(
                    user=user,
                    region=region,
                    role=role,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    appointed_by=actor,
                    source=details.source,
                    unit=details.unit,
                    duty_phone=details.duty_phone,
                )
        except IntegrityError as error:
            raise Conflict("此人已经担任这一职务。") from error
        _write_permissions(user, region)
        audit.record(
            actor=actor,
            action="appointment.grant",
            obj=post,
            region_code=region.code,
            changes={"user": user.pk, "role": role},
        )
    return post


def _check_post(role: str, region: Region, starts_on: date, ends_on: date | None) -> None:
    """Raise InvalidInput for a post that does not belong on this level, in this region or between these days."""
    if region.level not in ROLE_LEVELS[role]:
        raise InvalidInput(
            f"“{Role(role).label}”不能任命到{region.get_level_display()}地区。", fields={"region": []}
        )
    if region.valid_to:
        raise InvalidInput("这个地区已经撤并，请选择现在的地区。", fields={"region": []})
    if ends_on and ends_on < starts_on:
        raise InvalidInput("结束日期早于开始日期。", fields={"ends_on": ["结束日期不能早于开始日期。"]})


def _check_contract(role: str, starts_on: date, ends_on: date | None, details: PostDetails) -> None:
    """Raise InvalidInput for a bought service without a company, without a last day or beyond its three years."""
    if role != Role.CONTRACTOR:
        return
    wrong = {}
    if ends_on is None or ends_on > starts_on + LONGEST_CONTRACT:
        wrong["ends_on"] = ["购买服务必须填写合同最后一天，最长三年；到期当天过后权限自动停止。"]
    if not details.unit:
        wrong["unit"] = ["请填写承接服务的单位。"]
    if wrong:
        raise InvalidInput(fields=wrong)


def end(*, actor: User | None, appointment: Appointment, reason: str = "") -> Appointment:
    """End a post now; the permissions are gone with the next request. Raises Conflict when already ended."""
    ensure_may_appoint(actor, appointment.role, appointment.region)
    with transaction.atomic():
        post = Appointment.objects.select_for_update(no_key=True, of=("self",)).get(pk=appointment.pk)
        if post.ended_at:
            raise Conflict("这一职务已经结束。")
        post.ended_at, post.ended_by, post.end_reason = now(), actor, reason[:200]
        post.save(update_fields=["ended_at", "ended_by", "end_reason"])
        _write_permissions(post.user, post.region)
        audit.record(
            actor=actor,
            action="appointment.end",
            obj=post,
            region_code=post.region_id,
            changes={"user": post.user_id, "role": post.role},
            reason=reason,
        )
    return post


def amend(
    *, actor: User, appointment: Appointment, ends_on: date | None, details: PostDetails
) -> Appointment:
    """Set the last day and what the register says.

    Raises InvalidInput for a past day or a bought service without its last day or company, Conflict once ended.
    """
    ensure_may_appoint(actor, appointment.role, appointment.region)
    _check_contract(appointment.role, appointment.starts_on, ends_on, details)
    with transaction.atomic():
        post = Appointment.objects.select_for_update(no_key=True, of=("self",)).get(pk=appointment.pk)
        if post.ended_at:
            raise Conflict("这一职务已经结束。")
        if ends_on and ends_on != post.ends_on and ends_on < max(post.starts_on, today()):
            raise InvalidInput(fields={"ends_on": ["最后一天不能早于今天；要马上结束请点“交接并结束”。"]})
        wanted = {
            "ends_on": ends_on,
            "source": details.source,
            "unit": details.unit,
            "duty_phone": details.duty_phone,
        }
        changed = sorted(name for name, value in wanted.items() if getattr(post, name) != value)
        for name in changed:
            setattr(post, name, wanted[name])
        post.save(update_fields=changed)
        if changed:
            audit.record(
                actor=actor,
                action="appointment.amend",
                obj=post,
                region_code=post.region_id,
                changes={"fields": changed},
            )
    return post


def may_appoint(actor: User, role: str, region: Region) -> bool:
    """True where one of the actor's posts above or at this region may give and take this role."""
    held = grants(actor).roles_over(region.code)
    return any(role in given_by(own, region.level) for own in held)


def ensure_may_appoint(actor: User | None, role: str, region: Region) -> None:
    """Raise NotAllowed outside the actor's own area or lattice (THREATS Z-11)."""
    if actor is None or (actor.is_superuser and actor.is_active):
        return
    if not may_appoint(actor, role, region):
        raise NotAllowed("只能在本辖区内任命或解除下一级的职务。")


def _ensure_roles_compatible(user: User, role: str) -> None:
    """Whoever audits or works under a contract holds nothing else, and the other way round (`ALONE`)."""
    held = set(user.appointments.filter(in_force()).values_list("role", flat=True))
    for alone, words in ALONE.items():
        if held and (role == alone) != (held == {alone}):
            raise Conflict(words)


def _write_permissions(user: User, region: Region) -> None:
    """Make guardian's rows of this person on this region equal to the union of the posts not ended there."""
    roles = Appointment.objects.filter(user=user, region=region, ended_at=None).values_list("role", flat=True)
    verbs = {verb.value for role in roles for verb in ROLE_VERBS[role]}
    own = RegionPermission.objects.filter(user=user, content_object=region)
    own.exclude(permission__codename__in=verbs).delete()
    missing = verbs - set(own.values_list("permission__codename", flat=True))
    kind = ContentType.objects.get_for_model(Region)
    RegionPermission.objects.bulk_create(
        RegionPermission(user=user, content_object=region, permission=permission)
        for permission in Permission.objects.filter(content_type=kind, codename__in=missing)
    )
    user.__dict__.pop("_grants", None)
