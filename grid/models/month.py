from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.enums import Role
from accounts.models import Appointment, Region
from fupin.lib.clock import now
from grid.models.quota import QuotaRule
from grid.quota_enums import Appraised, Basis, LineKind


class SubsidyRate(models.Model):
    """补贴标准: fen a month for one post, from and to, and what it depends on (REQUIREMENTS 13-14, 102)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="a county or a city")
    name = models.CharField("名称", max_length=40)
    role = models.CharField("职务", max_length=20, choices=Role.choices)
    fen = models.PositiveIntegerField(help_text="for a whole month, in fen")
    basis = models.CharField("发放方式", max_length=4, choices=Basis.choices)
    valid_from = models.DateField(help_text="first day of its first month")
    valid_to = models.DateField(null=True, help_text="last day of its last month")
    clause = models.CharField("依据", max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["region", "valid_from"], name="rate_region")]

    def __str__(self) -> str:
        return f"{self.name} {self.get_basis_display()}"


class ClosedMonth(models.Model):
    """One county's month, closed once and never changed again; what comes later stands in a later month."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the county")
    month = models.DateField(help_text="its first day")
    closed_at = models.DateTimeField(default=now, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="null: the beat"
    )
    inputs_hash = models.CharField(max_length=64, help_text="SHA-256 of what the figures were made of")
    poor = ArrayField(
        models.BigIntegerField(),
        null=True,
        help_text="the poor villages' codes; null: closed before this was kept",
    )
    report = models.JSONField(help_text="the figures of the county, its townships and its villages")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["region", "month"], name="month_closed_once")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.month:%Y-%m}"


class QuotaResult(models.Model):
    """What one post was asked for and handed in, as its month was closed."""

    closed = models.ForeignKey(ClosedMonth, models.PROTECT, related_name="results")
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="quota_results")
    rule = models.ForeignKey(QuotaRule, models.PROTECT, related_name="+")
    expected = models.PositiveSmallIntegerField()
    submitted = models.PositiveSmallIntegerField()
    on_time = models.PositiveSmallIntegerField()
    confirmed = models.PositiveSmallIntegerField()
    zero_report = models.BooleanField()
    needs = models.JSONField(help_text="the counted needs' ids")
    status = models.CharField(max_length=8, choices=Appraised.choices, default=Appraised.COUNTED)
    objection = models.CharField(max_length=300, blank=True)
    objected_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_note = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_note = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["closed", "appointment", "rule"], name="quota_result_once"),
            models.CheckConstraint(
                condition=Q(status=Appraised.COUNTED)
                | Q(verified_by__isnull=False, status=Appraised.VERIFIED)
                | Q(verified_by__isnull=False, decided_by__isnull=False, status=Appraised.DECIDED),
                name="quota_result_chain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.submitted}/{self.expected}"

    @property
    def met(self) -> bool:
        return self.zero_report or self.submitted >= self.expected


class SubsidyLine(models.Model):
    """One amount of one person in one closed month, with all that made it; an adjustment names its month."""

    closed = models.ForeignKey(ClosedMonth, models.PROTECT, related_name="subsidies")
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="subsidies")
    rate = models.ForeignKey(SubsidyRate, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    month = models.DateField(help_text="the month it is for; an adjustment's lies before the closed one")
    days = models.PositiveSmallIntegerField(help_text="days on duty that were counted for this post")
    asked = models.PositiveSmallIntegerField(help_text="needs asked for over all posts of the person")
    done = models.PositiveSmallIntegerField()
    base = models.PositiveIntegerField(help_text="fen for the days alone")
    fen = models.IntegerField(help_text="negative where an adjustment takes back")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["closed", "appointment", "rate", "month", "kind"], name="subsidy_line_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.fen}"
