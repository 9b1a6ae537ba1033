from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Region
from fupin.lib.clock import now
from needs.models import Need


class Follow(models.Model):
    """A place or a need that somebody keeps an eye on (爱心关注, REQUIREMENTS 17)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    need = models.ForeignKey(Need, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(region__isnull=False, need__isnull=True)
                | Q(region__isnull=True, need__isnull=False),
                name="follow_place_or_need",
            ),
            models.UniqueConstraint(
                fields=["user", "region"], condition=Q(need=None), name="follow_region_once"
            ),
            models.UniqueConstraint(
                fields=["user", "need"], condition=Q(region=None), name="follow_need_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.region or self.need)


class DigestPlan(models.Model):
    """How somebody wants to hear of what they follow, and when the next digest is due."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="digest_plan"
    )
    by_sms = models.BooleanField(default=False, help_text="also as a text message; only where chosen")
    next_on = models.DateField(help_text="the first day of the next week that gets a digest")
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["next_on"], name="digest_due", condition=Q(stopped_at=None))]

    def __str__(self) -> str:
        return f"digest plan of {self.user_id}"


class Digest(models.Model):
    """One person's digest of one week, sent or found empty. The constraint is what keeps it one (DESIGN 8)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    week = models.DateField(help_text="its Monday")
    lines = models.PositiveSmallIntegerField(help_text="what it told of; 0: nothing was sent")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "week"], name="digest_once_a_week")]

    def __str__(self) -> str:
        return f"digest {self.user_id} {self.week}"
