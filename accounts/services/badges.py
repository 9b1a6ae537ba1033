"""The officer's badge (统一马甲, REQUIREMENTS 47): what its QR code proves at a household's door.

The address holds the post's number under this server's signature, nothing else. Whether the post holds is read when it
is asked: a badge is worthless with the end of its post, and nobody can make one up.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Appointment
from accounts.queries import contacts_of, path_of
from fupin.lib.clock import today
from fupin.lib.masks import mask_name

NAMED_IN_PUBLIC = frozenset(
    {Role.LEADER, Role.TOWNSHIP_MANAGER, Role.VILLAGE_OFFICER, Role.GRID_LEADER, Role.GRID_MEMBER}
)
"""The posts whose holders the grid board names in full; all others are masked in public, as in the directory."""
MOST_SHOWN = 12
_signer = Signer(salt="accounts.badge")


class BadgeState(StrEnum):
    ON_DUTY = "on_duty"
    LEFT = "left"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge as the public may read it. `phone` is an office's, with `phone_of` whose; both may be empty."""

    state: BadgeState
    name: str = ""
    post: str = ""
    place: str = ""
    phone: str = ""
    phone_of: str = ""


def token_of(post: Appointment) -> str:
    """What only this server can say about a post: its number with our signature."""
    return _signer.sign(str(post.pk))


def check_url(post: Appointment) -> str:
    """The whole address in the badge's QR code."""
    return f"{settings.SITE_URL}{reverse('accounts:badge-check', args=[token_of(post)])}"


def held_by(user_id: int) -> list[Appointment]:
    """The posts a person holds today, of which each has its badge."""
    posts = Appointment.objects.active().filter(user=user_id).select_related("region", "user")
    return list(posts.order_by("region__level", "id")[:MOST_SHOWN])


def place_of(post: Appointment) -> str:
    """Where the post is, in one word, without the province where something nearer is known."""
    path = path_of(post.region_id)
    return "".join(region.name for region in path[1:]) or path[-1].name


def look_up(token: str) -> Badge:
    """What stands behind a badge's code now. A code we did not make, or of a post yet to begin, is unknown."""
    post = _post_of(token)
    if post is None or post.starts_on > today():
        return Badge(BadgeState.UNKNOWN)
    phone, phone_of = _office_phone(post)
    name = post.user.get_full_name()
    on_duty = is_on_duty(post)
    return Badge(
        state=BadgeState.ON_DUTY if on_duty else BadgeState.LEFT,
        name=name if on_duty and post.role in NAMED_IN_PUBLIC else mask_name(name),
        post=Role(post.role).label,
        place=place_of(post),
        phone=phone,
        phone_of=phone_of,
    )


def is_on_duty(post: Appointment) -> bool:
    """Whether the post holds today and its person's account is not blocked."""
    return post.user.is_active and Appointment.objects.active().filter(pk=post.pk).exists()


def _post_of(token: str) -> Appointment | None:
    try:
        number = int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    return Appointment.objects.filter(pk=number).select_related("region", "user").first()


def _office_phone(post: Appointment) -> tuple[str, str]:
    """An office to call back: the nearest of somebody else's, so that nobody vouches for themselves; else its own."""
    path = path_of(post.region_id)
    posts = [row for row in contacts_of(region.code for region in path) if row.duty_phone]
    by_level = {row.region_id: row for row in reversed(posts) if row.user_id != post.user_id}
    for region in reversed(path):
        if region.code in by_level:
            return by_level[region.code].duty_phone, f"{region.name}{Role(by_level[region.code].role).label}"
    return post.duty_phone, f"{post.region.name}{Role(post.role).label}" if post.duty_phone else ""
