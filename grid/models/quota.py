from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.enums import Role
from accounts.models import Appointment, Region
from fupin.lib.clock import now
from grid.quota_enums import Villages
from needs.enums import Kind
from needs.models import Need


class QuotaRule(models.Model):
    """A dated duty to collect needs: which post, in which villages, of which kinds, how many (REQUIREMENTS 40-42)."""

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", help_text="a county, or a city for all its counties"
    )
    role = models.CharField("职务", max_length=20, choices=Role.choices)
    villages = models.CharField("村的范围", max_length=5, choices=Villages.choices)
    kinds = ArrayField(models.CharField(max_length=12, choices=Kind.choices))
    kinds_everywhere = ArrayField(
        models.CharField(max_length=12, choices=Kind.choices),
        default=list,
        help_text="kinds that count in every village of the post",
    )
    at_start = models.PositiveSmallIntegerField(
        "起始数", default=0, help_text="in the first month of a village"
    )
    monthly = models.PositiveSmallIntegerField("每月至少")
    monthly_most = models.PositiveSmallIntegerField("每月参考上限", null=True, help_text="advice, no limit")
    due_day = models.PositiveSmallIntegerField(
        "按时截止日", default=25, help_text="until this day it is on time"
    )
    valid_from = models.DateField(help_text="first day of its first month")
    valid_to = models.DateField(null=True, help_text="last day of its last month")
    clause = models.CharField("依据", max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(due_day__range=(1, 31)), name="quota_due_day"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="quota_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["region", "valid_from"], name="quota_region")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.get_villages_display()} {self.monthly}/月"


class ZeroReport(models.Model):
    """零报告: an officer signs that there was nothing to report in a month, and why; it satisfies the month (B1)."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="zero_reports")
    month = models.DateField(help_text="its first day")
    reason = models.CharField(max_length=300)
    signed_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["appointment", "month"], name="zero_report_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ExcludedNeed(models.Model):
    """A need that the county found not to be an officer's honest work; it never counts (B3)."""

    need = models.OneToOneField(Need, models.PROTECT, related_name="excluded")
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.need_id)
