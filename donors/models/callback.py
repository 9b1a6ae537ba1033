from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Region
from donors.enums import CallResult
from donors.models.pledge import Pledge
from fupin.lib.clock import now

MOST_CALLS = 3


class CallbackSheet(models.Model):
    """One township's call-backs for one month: the seed and what it was drawn from, so that anybody can draw again."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the township")
    month = models.DateField(help_text="its first day; deliveries confirmed in it")
    seed = models.CharField(max_length=32, help_text="drawn with the sheet, so that nobody knew it before")
    population = ArrayField(models.BigIntegerField(), help_text="pledges confirmed in that month, ascending")
    drawn_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["region", "month"], name="callback_sheet_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Callback(models.Model):
    """One delivery to ask the household about."""

    sheet = models.ForeignKey(CallbackSheet, models.PROTECT, related_name="callbacks")
    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="callbacks")
    always = models.BooleanField(help_text="confirmed by an officer alone: asked about without a draw")
    calls = models.PositiveSmallIntegerField(default=0, help_text="tries so far, 3 at most")
    result = models.CharField(max_length=10, choices=CallResult.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    called_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sheet", "pledge"], name="callback_once_a_sheet"),
            models.CheckConstraint(condition=Q(calls__lte=MOST_CALLS), name="callback_three_calls"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.pledge_id}"
