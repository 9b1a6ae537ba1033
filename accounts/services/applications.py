"""Asking for an officer's rights, and the county's answer (衡阳方案 四（四）, REQUIREMENTS 51)."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from accounts.enums import ApplicationState, Role
from accounts.models import Appointment, PostApplication, Region, User
from accounts.permissions import ROLE_LEVELS
from accounts.services import appointments, audit, limits, messages, wake
from accounts.services.appointments import PostDetails
from fupin.lib.clock import now
from fupin.lib.crypto import blind_index
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed

ASKED_A_DAY = 5
# What may be asked for. Who watches over others, audits or holds money is named by those above, never on request.
ASKABLE = (
    Role.VILLAGE_OFFICER,
    Role.GRID_LEADER,
    Role.GRID_MEMBER,
    Role.TOWNSHIP_MANAGER,
    Role.COUNTY_ADMIN,
    Role.COUNTY_MEDIA,
)


@dataclass(frozen=True, slots=True)
class ApplicationInput:
    """What the form hands over; shapes are checked there. `id_number` may be empty."""

    role: str
    name: str
    source: str
    unit: str = ""
    duty_phone: str = ""
    id_number: str = ""


def roles_to_ask(region: Region) -> list[Role]:
    """The posts that may be asked for at this region's level."""
    return [role for role in ASKABLE if region.level in ROLE_LEVELS[role]]


def ask(*, actor: User, region: Region, content: ApplicationInput) -> PostApplication:
    """Put a request into the queue of whoever appoints there; a name the person has stays as it is.

    Raises TooMany after 5 a day, InvalidInput for a role that does not belong there, Conflict while another
    request is open or the post is held already.
    """
    limits.take(f"post:{actor.pk}", limit=ASKED_A_DAY, seconds=86_400)
    if content.role not in roles_to_ask(region) or region.valid_to:
        raise InvalidInput(fields={"role": ["这一级没有这个职务，请重新选择。"]})
    if Appointment.objects.active().filter(user=actor, region=region, role=content.role).exists():
        raise Conflict("您已经担任这个职务。")
    try:
        with transaction.atomic():
            made = PostApplication.objects.create(
                user=actor,
                region=region,
                role=content.role,
                source=content.source,
                unit=content.unit,
                duty_phone=content.duty_phone,
                name=actor.name or content.name,
                id_number=content.id_number or None,
                id_index=blind_index(content.id_number, kind="id") if content.id_number else "",
            )
            audit.record(
                actor=actor,
                action="post.ask",
                obj=made,
                region_code=region.code,
                changes={"role": content.role, "source": content.source},
            )
    except IntegrityError as error:
        raise Conflict("您已经有一份申请在等审核，可以先撤回再重新申请。") from error
    return made


def take_back(*, actor: User, application: PostApplication) -> PostApplication:
    """Withdraw one's own open request."""
    with transaction.atomic():
        found = _open(application)
        if found.user_id != actor.pk:
            raise NotAllowed("只能撤回自己的申请。")
        return _close(found, ApplicationState.WITHDRAWN, actor=actor)


def grant(*, actor: User, application: PostApplication, ends_on: date | None = None) -> PostApplication:
    """Appoint the person. Raises what `appointments.appoint` raises, Conflict once it is decided."""
    with transaction.atomic():
        found = _open(application)
        person = found.user
        if not person.name:
            person.name = found.name
            person.save(update_fields=["name"])
        _learn_id(person, found)
        found.appointment = appointments.appoint(
            actor=actor,
            user=person,
            role=found.role,
            region=found.region,
            ends_on=ends_on,
            details=PostDetails(found.source, found.unit, found.duty_phone),
        )
        found = _close(found, ApplicationState.GRANTED, actor=actor)
        _tell(
            found,
            f"您申请的“{found.region.name}{found.get_role_display()}”已经同意，登录后即可办理。",
            "/office/",
        )
    return found


def refuse(*, actor: User, application: PostApplication, reason: str) -> PostApplication:
    """Say no, with the reason. Raises NotAllowed outside one's lattice, InvalidInput without a reason."""
    if not reason.strip():
        raise InvalidInput(fields={"reason": ["请写明不同意的原因，申请人会看到。"]})
    with transaction.atomic():
        found = _open(application)
        appointments.ensure_may_appoint(actor, found.role, found.region)
        found = _close(found, ApplicationState.REFUSED, actor=actor, reason=reason.strip())
        text = f"您申请的“{found.region.name}{found.get_role_display()}”没有同意：{found.reason}"
        _tell(found, text, "/accounts/post/")
    return found


def _open(application: PostApplication) -> PostApplication:
    found = (
        PostApplication.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "region")
        .get(pk=application.pk)
    )
    if found.state != ApplicationState.WAITING:
        raise Conflict(f"这份申请已经办过了：{found.get_state_display()}。")
    return found


def _close(found: PostApplication, state: str, *, actor: User, reason: str = "") -> PostApplication:
    found.state, found.reason, found.decided_at, found.decided_by = state, reason[:200], now(), actor
    found.id_number, found.id_index = None, ""
    found.save()
    audit.record(
        actor=actor,
        action=f"post.{state}",
        obj=found,
        region_code=found.region_id,
        changes={"user": found.user_id, "role": found.role},
        reason=found.reason,
    )
    return found


def _learn_id(person: User, found: PostApplication) -> None:
    """The checked number makes one person of two accounts (maker and checker are compared by it)."""
    if found.id_number and person.id_index is None:
        person.id_number, person.id_index = found.id_number, found.id_index
        person.save(update_fields=["id_number", "id_index"])


def _tell(found: PostApplication, text: str, link: str) -> None:
    key = f"post:{found.pk}:{found.state}"
    messages.notify(user=found.user, text=text, dedup_key=key, link=link)
    if found.user.phone:
        messages.queue_sms(phone=found.user.phone.open(), text=text, user=found.user, dedup_key=f"{key}:sms")
        wake.after_commit("accounts.send_messages")
