from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import now


class Campaign(models.Model):
    """Needs of one county that become public together (集中发布, REQUIREMENTS 43)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    intro = models.CharField(max_length=500, blank=True)
    release_at = models.DateTimeField(help_text="its needs are public from then on")
    closes_at = models.DateTimeField(
        null=True, help_text="when its page says that it is over; needs stay open"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("release_at")),
                name="campaign_closes_after_release",
            )
        ]
        indexes = [models.Index(fields=["region", "-id"], name="campaign_region")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("needs:campaign", args=[self.pk])

    @property
    def is_released(self) -> bool:
        return self.release_at <= now()

    def is_over(self, moment: datetime | None = None) -> bool:
        return self.closes_at is not None and self.closes_at <= (moment or now())
