from django.conf import settings
from django.db import models

from fupin.lib.clock import now
from grid.models.grid import Grid


class MonthSheet(models.Model):
    """《村组网格长月度排查表》 as handed in by the grid leader (第十条, REQUIREMENTS 79); its lines are the visits."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="sheets")
    month = models.DateField(help_text="its first day")
    homes = models.PositiveSmallIntegerField(help_text="households in the grid when it was handed in")
    visited = models.PositiveSmallIntegerField(help_text="of these, looked in at in the month")
    problems = models.PositiveSmallIntegerField(help_text="visits of the month that found a problem")
    remark = models.CharField("说明", max_length=200, blank=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["grid", "month"], name="month_sheet_once")]

    def __str__(self) -> str:
        return f"{self.grid} {self.month:%Y-%m}"
