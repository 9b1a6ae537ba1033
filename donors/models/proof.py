from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Region
from donors.enums import ServiceKind
from donors.models.pledge import Pledge
from fupin.lib.clock import now


class DeliveryCode(models.Model):
    """Six digits sent to a household's phone, said at the door: one use, 30 minutes, 5 tries (B9)."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="codes")
    code_hash = models.CharField(max_length=128)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    proved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["pledge", "-id"], name="delivery_code_latest")]

    def __str__(self) -> str:
        return f"code {self.pk}"


class HoursEntry(models.Model):
    """One line of the time bank: hours that the recipient side confirmed. Append-only (trigger)."""

    donor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hours_book")
    pledge = models.OneToOneField(Pledge, models.PROTECT, related_name="hours_entry")
    kind = models.CharField(max_length=8, choices=ServiceKind.choices)
    hours = models.PositiveSmallIntegerField(help_text="as confirmed; 0 for a letter")
    day = models.DateField()
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the county helped")
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__lte=200) & (Q(kind=ServiceKind.LETTER) | Q(hours__gte=1)),
                name="hours_entry_within_limits",
            )
        ]
        indexes = [models.Index(fields=["donor", "-id"], name="hours_book_donor")]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.hours} h"
