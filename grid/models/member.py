import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.enums import Role
from accounts.models import Appointment
from fupin.lib.clock import now, today
from grid.enums import MemberKind
from grid.models.grid import Grid


def portrait_path(member: "GridMember", filename: str) -> str:
    """A random name; the uploader's file name is never used (THREATS I-08)."""
    name = secrets.token_hex(16)
    return f"grids/{name[:2]}/{name}.jpg"


class GridMemberQuerySet(models.QuerySet["GridMember"]):
    def serving(self) -> "GridMemberQuerySet":
        """Those who serve today: not taken out of the grid, and their post in force."""
        day = today()
        return self.filter(
            ended_at=None, post__ended_at=None, post__starts_on__lte=day, grid__ended_at=None
        ).exclude(post__ends_on__lt=day)


class GridMember(models.Model):
    """网格长 or 网格员 of one grid; power comes from the post, which this row ties to the grid (DESIGN 5)."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="members")
    post = models.ForeignKey(Appointment, models.PROTECT, related_name="grid_places")
    kind = models.CharField("身份", max_length=12, choices=MemberKind.choices)
    duty = models.CharField("工作职责", max_length=120, blank=True, help_text="public, on board and notice")
    photo = models.FileField(
        upload_to=portrait_path, blank=True, help_text="public with the person's consent"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = GridMemberQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["grid", "post"], condition=Q(ended_at=None), name="grid_member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.post.get_role_display()} {self.grid}"

    @property
    def is_leader(self) -> bool:
        return self.post.role == Role.GRID_LEADER
