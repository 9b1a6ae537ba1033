from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Region
from fupin.lib.clock import now
from grid.enums import ClosingState


class MonthClosing(models.Model):
    """Somebody's request to close a month in a county or in all counties of a city, and how far it has come."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="a county or a city")
    month = models.DateField(help_text="its first day")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=ClosingState.choices, default=ClosingState.RUNNING)
    total = models.PositiveSmallIntegerField(default=0, help_text="counties to close")
    done = models.PositiveSmallIntegerField(default=0, help_text="counties looked at, with those that failed")
    failures = models.JSONField(default=list, help_text="[county's name, why], in plain words")
    asked_at = models.DateTimeField(default=now, editable=False)
    progress_at = models.DateTimeField(null=True, help_text="also the lease of the worker that has it")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["region"], condition=Q(state=ClosingState.RUNNING), name="month_closing_one_running"
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="month_closing_running", condition=Q(state=ClosingState.RUNNING))
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.month:%Y-%m}"


class Brief(models.Model):
    """领导简报: one page on a month of a county or a city, written once from the frozen months."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    month = models.DateField(help_text="its first day")
    tiles = models.JSONField(help_text="[label, figure, unit, note]")
    series = models.JSONField(help_text="[month such as 2026-10, published, matched], a year at most")
    target = models.PositiveSmallIntegerField(help_text="of the match rate, in percent")
    sentences = models.JSONField(help_text="what the month brought")
    attention = models.JSONField(help_text="what needs somebody's attention")
    dated = models.DateField(help_text="the day of the last closing it rests on")
    made_at = models.DateTimeField(default=now, editable=False)
    told = models.PositiveSmallIntegerField(default=0, help_text="leaders who were sent it")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["region", "month"], name="brief_once")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.month:%Y-%m}"
