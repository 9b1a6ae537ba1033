from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Region
from fupin.lib.clock import now
from grid.clue_enums import Problem
from grid.models.warning import Department


class MeasureEntry(models.Model):
    """One line of a county's 政策措施清单 (第十七条); under the code of a default it replaces that one."""

    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    name = models.CharField("措施", max_length=30)
    department = models.CharField(
        "责任部门",
        max_length=10,
        choices=Department.choices,
        blank=True,
        help_text="empty: village and township",
    )
    problems = ArrayField(models.CharField(max_length=12, choices=Problem.choices), default=list, blank=True)
    basis = models.CharField("政策依据", max_length=80, blank=True)
    active = models.BooleanField(default=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="measure_entry_once"),
            models.UniqueConstraint(fields=["county", "name"], name="measure_entry_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
