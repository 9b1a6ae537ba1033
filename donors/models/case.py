from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from donors.enums import OPEN_CASES, CaseReason, CaseStatus
from donors.models.pledge import Pledge
from fupin.lib.clock import now


class DeliveryCase(models.Model):
    """A delivery that went wrong, in the county's hands until it is solved or closed with a reason (B9)."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="cases")
    county = models.IntegerField(help_text="6 digits; whose work it is")
    reason = models.CharField(max_length=10, choices=CaseReason.choices)
    status = models.CharField(max_length=10, choices=CaseStatus.choices, default=CaseStatus.OPENED)
    opened_at = models.DateTimeField(default=now, editable=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["pledge", "reason"], condition=Q(status__in=OPEN_CASES), name="case_once_open"
            )
        ]
        indexes = [models.Index(fields=["county", "status", "id"], name="case_county_status")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.pledge_id}"

    def get_absolute_url(self) -> str:
        return reverse("donors:case", args=[self.pk])


class CaseStep(models.Model):
    """One dated step of a case: who, from where to where, in words. Append-only (trigger)."""

    case = models.ForeignKey(DeliveryCase, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_label = models.CharField(max_length=60, help_text="a post or side, never a name")
    source = models.CharField(max_length=10, choices=CaseStatus.choices, blank=True)
    target = models.CharField(max_length=10, choices=CaseStatus.choices)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.action}"
