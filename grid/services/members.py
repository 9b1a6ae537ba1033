"""Who serves in a grid: a grid leader's or member's post tied to one grid (宿州 第十条, REQUIREMENTS 78, 79)."""

from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.enums import Role
from accounts.models import Appointment, User
from accounts.services import audit
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.text import contains_personal_data
from grid.models import Grid, GridMember
from grid.permissions import ensure_may_arrange
from grid.queries.grids import posts_in
from grid.services.grids import locked


@dataclass(frozen=True, slots=True)
class MemberInput:
    """What the form hands over. `photo` is a re-encoded JPEG that the person agreed to show in public."""

    kind: str
    duty: str = ""
    photo: "ContentFile[bytes] | None" = None


def add(*, actor: User, grid: Grid, post: Appointment, content: MemberInput) -> GridMember:
    """Let the holder of a grid post at this village serve in the grid.

    Raises NotAllowed, InvalidInput for a post of elsewhere, Conflict where they serve already or a leader is there.
    """
    ensure_may_arrange(actor, grid.village_id)
    _check(content)
    with transaction.atomic():
        grid = locked(grid.pk)
        if not posts_in(grid.village_id).filter(pk=post.pk).exists():
            raise InvalidInput(fields={"post": ["请从本村在任的网格长、网格员里选择。"]})
        serving = list(grid.members.serving().select_related("post"))
        if post.pk in {row.post_id for row in serving}:
            raise Conflict("此人已经在这个网格里。")
        if post.role == Role.GRID_LEADER and any(row.is_leader for row in serving):
            raise Conflict("这个网格已经有网格长，请先让原来的网格长退出。")
        member = GridMember(grid=grid, post=post, kind=content.kind, duty=content.duty, made_by=actor)
        if content.photo:
            member.photo.save("portrait.jpg", content.photo, save=False)
        grid.members.filter(post=post, ended_at=None).update(ended_at=now())
        member.save()
        _record(actor, "grid.member.add", member)
    return member


def amend(*, actor: User, member: GridMember, content: MemberInput) -> GridMember:
    """Correct what the board says of a member; a photo replaces the old one. Raises Conflict once they left."""
    ensure_may_arrange(actor, member.grid.village_id)
    _check(content)
    with transaction.atomic():
        member = _living(member)
        member.kind, member.duty = content.kind, content.duty
        if content.photo:
            member.photo.save("portrait.jpg", content.photo, save=False)
        member.save(update_fields=["kind", "duty", "photo"])
        _record(actor, "grid.member.amend", member)
    return member


def remove(*, actor: User, member: GridMember) -> None:
    """Take somebody out of the grid; the post itself is the county's to end. Their photo is public no more."""
    ensure_may_arrange(actor, member.grid.village_id)
    with transaction.atomic():
        member = _living(member)
        member.ended_at = now()
        member.save(update_fields=["ended_at"])
        _record(actor, "grid.member.remove", member)


def _living(member: GridMember) -> GridMember:
    found = (
        GridMember.objects.select_for_update(no_key=True, of=("self",))
        .select_related("grid", "post")
        .get(pk=member.pk)
    )
    if found.ended_at:
        raise Conflict("此人已经不在这个网格里。")
    return found


def _check(content: MemberInput) -> None:
    if contains_personal_data(content.duty):
        raise InvalidInput(fields={"duty": ["这里会公开，请不要写手机号、身份证号或银行卡号。"]})


def _record(actor: User, action: str, member: GridMember) -> None:
    audit.record(
        actor=actor,
        action=action,
        obj=member,
        region_code=member.grid.village_id,
        changes={"grid": member.grid_id, "user": member.post.user_id, "role": member.post.role},
    )
