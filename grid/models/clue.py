from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import day_of, now
from fupin.lib.model_fields import SecretField
from grid.clue_enums import ENDED, ClueSource, ClueState, FilledBy, MeetingKind, Problem
from needs.household_enums import Monitored
from needs.models import Household


class Clue(models.Model):
    """A sign that a household may fall (back) into poverty, and its way to an end (宿州规范 第十二至十七条).

    `household` is empty while somebody who is not in the register was reported by `name`; verification needs it.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the village")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="clues")
    name = models.CharField("户主姓名", max_length=30, help_text="as told")
    phone = SecretField("联系电话", kind="phone", null=True)
    source = models.CharField("来源", max_length=10, choices=ClueSource.choices)
    department = models.CharField(max_length=20, blank=True, help_text="whose warning, in words")
    filled_by = models.CharField(max_length=10, choices=FilledBy.choices, blank=True)
    problem = models.CharField("主要困难", max_length=10, choices=Problem.choices)
    situation = SecretField("情况", kind="text")
    state = models.CharField(max_length=10, choices=ClueState.choices, default=ClueState.REPORTED)
    monitored = models.CharField(max_length=10, choices=Monitored.choices, blank=True, help_text="proposed")
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=now, editable=False)
    filed_on = models.DateField("备案日期", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["household"], condition=Q(closed_at=None), name="clue_once_open"),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, closed_at__isnull=False)
                | ~Q(state__in=ENDED) & Q(closed_at=None),
                name="clue_closed_at_its_end",
            ),
        ]
        indexes = [models.Index(fields=["region", "state", "id"], name="clue_queue")]

    def __str__(self) -> str:
        return f"{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("grid:clue", args=[self.pk])

    @property
    def number(self) -> str:
        """The case number: county, year, running number."""
        return f"{self.region_id // 10**6}-{day_of(self.reported_at).year}-{self.pk:05d}"


class ClueStep(models.Model):
    """One dated step of a clue: who, from where to where, in words. Append-only (trigger)."""

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10)
    label = models.CharField(max_length=30)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=10, blank=True)
    target = models.CharField(max_length=10)
    note = SecretField(kind="text", null=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.clue_id} {self.action}"


class ReviewMeeting(models.Model):
    """民主评议: kind, who was there, votes, minutes (第十三条; REQUIREMENTS 84). Append-only (trigger)."""

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=10, choices=MeetingKind.choices)
    held_on = models.DateField("开会日期")
    place = models.CharField("地点", max_length=60)
    grid_people = models.JSONField(default=list, help_text="[post, name, role] of leader and members there")
    present = models.PositiveSmallIntegerField("到会人数")
    agreed = models.PositiveSmallIntegerField("同意")
    against = models.PositiveSmallIntegerField("不同意")
    abstained = models.PositiveSmallIntegerField("弃权")
    minutes = SecretField("会议记录", kind="text")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(present__gte=models.F("agreed") + models.F("against") + models.F("abstained")),
                name="meeting_votes_of_those_present",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on}"
