from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Region
from fupin.lib.clock import now
from fupin.lib.model_fields import SecretField
from needs.enums import Evidence
from needs.household_enums import ReportKind, ReportState
from needs.models.household import Household


class HouseholdReport(models.Model):
    """A change a village reports and the township decides (动态管理, 武汉 2018; REQUIREMENTS 4).

    `changes` is JSON, `{field: [old, new]}`, encrypted because phone, ID and address may be among them.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the village")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="reports")
    kind = models.CharField(max_length=8, choices=ReportKind.choices)
    reason = models.CharField(max_length=500)
    changes = SecretField(kind="text", null=True)
    evidence = models.CharField(max_length=16, choices=Evidence.choices, blank=True)
    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.OPEN)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReportState.OPEN, decided_at=None)
                | ~Q(state=ReportState.OPEN) & Q(decided_at__isnull=False),
                name="household_report_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["region", "state", "id"], name="household_report_queue"),
            models.Index(fields=["household", "-id"], name="household_report_history"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk} {self.kind}"
