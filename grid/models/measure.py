from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Appointment
from fupin.lib.clock import now
from grid.clue_enums import MeasureState
from grid.models.clue import Clue


class Measure(models.Model):
    """One measure of help for a household, done by township and village or sent to a department (第十七条)."""

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="measures")
    kind = models.CharField("措施", max_length=12, help_text="a code of the county's list (政策措施清单)")
    kind_name = models.CharField(max_length=30, help_text="as the list named it when this was planned")
    words = models.CharField("具体内容", max_length=120, help_text="public in the village once announced")
    post = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+", help_text="the department's; empty: village"
    )
    state = models.CharField(max_length=8, choices=MeasureState.choices, default=MeasureState.PLANNED)
    due_on = models.DateField("完成期限", null=True)
    result = models.CharField("落实情况", max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(post=None, state__in=("planned", "done")) | Q(post__isnull=False),
                name="measure_sent_to_a_post",
            ),
            models.CheckConstraint(
                condition=Q(state="done", closed_at__isnull=False) | ~Q(state="done") & Q(closed_at=None),
                name="measure_closed_when_done",
            ),
        ]
        indexes = [models.Index(fields=["post", "state", "id"], name="measure_orders")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.clue_id}"

    def get_absolute_url(self) -> str:
        return reverse("grid:order", args=[self.pk])

    def get_kind_display(self) -> str:
        """The name of the day it was planned: what was announced stays as it was."""
        return self.kind_name
