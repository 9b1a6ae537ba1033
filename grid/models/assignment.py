from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.enums import Level
from accounts.models import Appointment, Region
from fupin.lib.clock import now, today
from grid.assignment_enums import AssignmentState


class Assignment(models.Model):
    """A task given to a place, or its part of a larger one (工作任务分解，责任落实到人; REQUIREMENTS 9).

    `root` is the whole task, null on itself; `parent` what this is a part of. A divided one's `done` is the sum of its
    parts, and it is done when all of them are.
    """

    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="tree")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    title = models.CharField("任务", max_length=60)
    text = models.CharField("要求", max_length=1000, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+", help_text="who answers for it; null: vacant"
    )
    amount = models.PositiveIntegerField("数量", null=True, help_text="null: told in words alone")
    unit = models.CharField("单位", max_length=8, blank=True)
    due_on = models.DateField("完成期限")
    done = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=AssignmentState.choices, default=AssignmentState.OPEN)
    divided = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    closed_at = models.DateTimeField(null=True)
    holder: Appointment | None = None
    """Who answers today, where `grid.queries.assignments.name_owners` set it."""

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(root=None, parent=None) | Q(root__isnull=False, parent__isnull=False),
                name="assignment_part_of_a_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=AssignmentState.OPEN, closed_at=None)
                | ~Q(state=AssignmentState.OPEN) & Q(closed_at__isnull=False),
                name="assignment_closed_when_over",
            ),
            models.CheckConstraint(
                condition=Q(amount=None, done=0) | Q(amount__gte=F("done")), name="assignment_done_within"
            ),
        ]
        indexes = [
            models.Index(fields=["region", "-id"], name="assignment_region"),
            models.Index(
                fields=["owner"], name="assignment_open_owner", condition=Q(state=AssignmentState.OPEN)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.region_id}"

    def get_absolute_url(self) -> str:
        return reverse("grid:assignment", args=[self.pk])

    @property
    def is_late(self) -> bool:
        return self.state == AssignmentState.OPEN and self.due_on < today()

    @property
    def state_words(self) -> str:
        """The state, or since how many days it is late."""
        if self.is_late:
            return f"超期 {(today() - self.due_on).days} 天"
        return AssignmentState(self.state).label

    @property
    def progress(self) -> str:
        """`12 / 40 户`; without an amount only the state tells."""
        return f"{self.done} / {self.amount} {self.unit}".strip() if self.amount is not None else "—"


class AssignmentStep(models.Model):
    """One dated step of a task: who, what, and how much was done then. Append-only (trigger)."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10)
    label = models.CharField(max_length=30)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    done = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(choices=Level.choices, help_text="of the part's place")
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.action}"
