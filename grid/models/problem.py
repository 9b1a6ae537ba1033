from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.enums import Level
from accounts.models import Region
from fupin.lib.clock import now
from grid.problem_enums import ProblemKind, ProblemState


class Problem(models.Model):
    """A technical or policy problem that an officer cannot solve and reports upward (REQUIREMENTS 69).

    `level` is where it lies now (`accounts.enums.Level`): the township, the county or the city answers it there or
    passes it on.
    """

    kind = models.CharField("类别", max_length=10, choices=ProblemKind.choices)
    title = models.CharField("问题", max_length=60)
    text = models.CharField("说明", max_length=1000, help_text="no phone or ID number")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="of the reporter's post")
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=now, editable=False)
    state = models.CharField(max_length=10, choices=ProblemState.choices, default=ProblemState.OPEN)
    level = models.PositiveSmallIntegerField(choices=Level.choices, help_text="where it lies now")
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ProblemState.ANSWERED, answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer="")
                | ~Q(state=ProblemState.ANSWERED) & Q(answered_by=None, answered_at=None, answer=""),
                name="problem_answered",
            ),
            models.CheckConstraint(
                condition=Q(level__in=(Level.CITY, Level.COUNTY, Level.TOWNSHIP)), name="problem_level"
            ),
        ]
        indexes = [
            models.Index(fields=["region", "reported_at"], name="problem_region"),
            models.Index(fields=["reported_by", "-id"], name="problem_reporter"),
            models.Index(
                fields=["level", "region"],
                name="problem_unsolved",
                condition=~Q(state=ProblemState.ANSWERED),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grid:problem", args=[self.pk])


class ProblemStep(models.Model):
    """One dated step of a problem: who, what, and the level where it lay. Append-only (trigger)."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10)
    label = models.CharField(max_length=30)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    note = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.action}"
