from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.enums import Level
from accounts.models import Region
from fupin.lib.clock import now
from grid.enums import DayUnit


class CalendarDay(models.Model):
    """A day that is not worked or not free as its weekday would say: holidays and 调休.

    Rows without a county are the State Council's arrangement; a county's own row wins over it.
    """

    county = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    day = models.DateField("日期")
    works = models.BooleanField("上班")
    name = models.CharField("名称", max_length=30)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["county", "day"], nulls_distinct=False, name="calendar_day_once_a_county"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Clock(models.Model):
    """How long one step of one thing may take, after which clause, and how long it took (B6).

    All days are those of China; the day of the start does not count, the due day does. `counted_from` and `left` are
    the last start or resumption and the days that were left then: from them `due_on` follows whenever the holiday
    table changes. `at_least` clocks (公示) must last until `due_on` instead.
    """

    kind = models.CharField(max_length=30, help_text="a rule of grid.clock_rules")
    object_id = models.BigIntegerField(help_text="the thing whose step this is, by the rule's page")
    title = models.CharField(max_length=80, help_text="for officers in scope")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="where the thing is")
    level = models.PositiveSmallIntegerField(choices=Level.choices, help_text="whose duty it is")
    clause = models.CharField(max_length=200, help_text="as it read at the start")
    unit = models.CharField(max_length=8, choices=DayUnit.choices)
    days = models.PositiveSmallIntegerField()
    at_least = models.BooleanField(default=False)
    started_on = models.DateField()
    counted_from = models.DateField()
    left = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    paused_on = models.DateField(null=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    pauses = models.JSONField(default=list, help_text="past ones: [from, to, why]")
    done_on = models.DateField(null=True)
    started_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=Q(done_on=None), name="clock_runs_once"
            ),
            models.CheckConstraint(
                condition=Q(done_on=None) | Q(paused_on=None), name="clock_done_not_paused"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("counted_from")) & Q(counted_from__gte=F("started_on")),
                name="clock_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(paused_on=None, pause_reason="")
                | Q(paused_on__isnull=False) & ~Q(pause_reason=""),
                name="clock_paused_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["region", "due_on", "id"], name="clock_running", condition=Q(done_on=None)),
            models.Index(fields=["kind", "object_id", "id"], name="clock_of_thing"),
            models.Index(fields=["region", "due_on"], name="clock_month"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
