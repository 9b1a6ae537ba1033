import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import day_of, now

MOST_PHOTOS = 6
WRITTEN_UP_WITHIN = 7
"""Days after the meeting; what is written down later is marked as such."""


class ActivityKind(models.TextChoices):
    """What the 宿州 standard asks for: 会商研判 every month (第十八条), training every year (第八、二十四条)."""

    MEETING = "meeting", "网格员会议（会商研判）"
    TRAINING = "training", "网格员培训"


class ActivityState(models.TextChoices):
    PLANNED = "planned", "已安排"
    HELD = "held", "已开完"
    CANCELLED = "cancelled", "已取消"


class SignedBy(models.TextChoices):
    CODE = "code", "扫码"
    LIST = "list", "名单"


def photo_path(photo: "ActivityPhoto", filename: str) -> str:
    """A random name; the uploader's file name is never used (THREATS I-08)."""
    name = secrets.token_hex(16)
    return f"activities/{name[:2]}/{name}.jpg"


class Activity(models.Model):
    """A meeting or training of one village, township or county. It counts once its minutes are in (`held`)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=10, choices=ActivityKind.choices)
    state = models.CharField(max_length=10, choices=ActivityState.choices, default=ActivityState.PLANNED)
    held_on = models.DateField("日期")
    topic = models.CharField("主题", max_length=60)
    place = models.CharField("地点", max_length=60, blank=True)
    minutes = models.TextField("纪要", blank=True)
    guests = models.CharField("其他参加人", max_length=200, blank=True, help_text="people without a post")
    expected = models.PositiveIntegerField(default=0, help_text="people in post there when it was written up")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ActivityState.PLANNED, closed_at=None)
                | ~Q(state=ActivityState.PLANNED) & Q(closed_at__isnull=False),
                name="activity_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state=ActivityState.HELD) | ~Q(minutes=""), name="activity_held_with_minutes"
            ),
        ]
        indexes = [
            models.Index(fields=["region", "kind", "held_on"], name="activity_duty"),
            models.Index(fields=["held_on", "id"], name="activity_list"),
        ]

    def __str__(self) -> str:
        return f"{self.held_on:%Y-%m-%d} {self.topic}"

    def get_absolute_url(self) -> str:
        return reverse("grid:activity", args=[self.pk])

    @property
    def written_up_late(self) -> bool:
        return self.closed_at is not None and (day_of(self.closed_at) - self.held_on).days > WRITTEN_UP_WITHIN


class Attendance(models.Model):
    """Somebody in post was there: scanned the code on the spot, or was ticked off by whoever ran it."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="attendances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attendances")
    how = models.CharField(max_length=4, choices=SignedBy.choices)
    at = models.DateTimeField(default=now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["activity", "user"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.user_id}"


class ActivityPhoto(models.Model):
    """A picture of the meeting, re-encoded from its pixels; for officers in scope, never public."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="photos")
    file = models.FileField(upload_to=photo_path)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["activity", "sha256"], name="activity_photo_once")]

    def __str__(self) -> str:
        return f"photo {self.pk}"
