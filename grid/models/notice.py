import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import now, today
from fupin.lib.model_fields import SecretField
from grid.clue_enums import NoticeKind, ObjectionState
from grid.models.clue import Clue


def new_token() -> str:
    return secrets.token_urlsafe(9)


def new_number() -> str:
    """Ten digits that nobody guesses; easy to write down."""
    return str(secrets.randbelow(9 * 10**9) + 10**9)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def standing(self) -> "NoticeQuerySet":
        """Those that may be read today."""
        day = today()
        return self.filter(taken_down_at=None, starts_on__lte=day, ends_on__gte=day)


class Notice(models.Model):
    """公示: a frozen whitelist of masked fields, public from `starts_on` to `ends_on` and gone the day after (P-15).

    A change takes it down and puts up a new one for its full time (`grid.services.notices.edit`; Q-11).
    """

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="notices")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    token = models.CharField(max_length=20, unique=True, default=new_token)
    content = models.JSONField(help_text="pairs of label and value, from grid.notice_text alone")
    remark = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="last day, inclusive")
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(default=now, editable=False)
    taken_down_at = models.DateTimeField(null=True)
    why_down = models.CharField(max_length=120, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="notice_days_in_order"),
            models.UniqueConstraint(
                fields=["clue", "kind"], condition=Q(taken_down_at=None), name="notice_once_up"
            ),
        ]
        indexes = [models.Index(fields=["region", "-id"], name="notice_up", condition=Q(taken_down_at=None))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on}"

    def get_absolute_url(self) -> str:
        return reverse("grid:notice", args=[self.token])


class Objection(models.Model):
    """Anybody's word against a notice; whoever wrote it follows it by its number."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections")
    number = models.CharField(max_length=10, unique=True, default=new_number)
    words = SecretField("反映的情况", kind="text")
    phone = SecretField("联系电话", kind="phone", null=True)
    state = models.CharField(max_length=8, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    made_at = models.DateTimeField(default=now, editable=False)
    answer = models.CharField("答复", max_length=300, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | ~Q(state="open") & Q(answered_at__isnull=False),
                name="objection_answered",
            )
        ]

    def __str__(self) -> str:
        return f"objection {self.pk}"
