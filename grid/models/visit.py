import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast

from accounts.models import Region
from fupin.lib.clock import now
from fupin.lib.model_fields import SecretField
from grid.enums import Channel, words_of
from grid.models.grid import Grid
from needs.models import Household


def visit_photo_path(visit: "Visit", filename: str) -> str:
    """A random name; the uploader's file name is never used (THREATS I-08)."""
    name = secrets.token_hex(16)
    return f"visits/{name[:2]}/{name}.jpg"


class Visit(models.Model):
    """One look at a household: when, by whom, how, and what was found at each point (第十二、二十条).

    It is never corrected, only followed by a later one. `region` and `grid` are those of the day, so that past tables
    stay as they were. `note` says what changed, for the household's own officers alone; `settled` is what became of a
    problem (第十九条: 问题解决情况).
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="visits", db_index=False)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="visits", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    county = models.GeneratedField(
        expression=Cast(F("region") / 10**6, models.IntegerField()),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    visitor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    on = models.DateField("走访日期")
    channel = models.CharField("方式", max_length=6, choices=Channel.choices)
    away = models.BooleanField("长期不在家", default=False)
    points = models.JSONField(default=dict, help_text="answer by point; a point left out was not asked about")
    has_problem = models.BooleanField(default=False)
    note = SecretField("情况说明", kind="text", null=True)
    photo = models.FileField(upload_to=visit_photo_path, blank=True)
    settled = SecretField("解决情况", kind="text", null=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, settled__isnull=True)
                | Q(has_problem=True, settled_at__isnull=False, settled_by__isnull=False),
                name="visit_settles_a_problem",
            )
        ]
        indexes = [
            models.Index(fields=["household", "-on", "-id"], name="visit_household"),
            models.Index(fields=["grid", "on", "id"], name="visit_grid_month"),
            models.Index(fields=["region", "-id"], name="visit_village"),
            models.Index(fields=["county", "-id"], name="visit_problem", condition=Q(has_problem=True)),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.get_channel_display()}"

    def words(self, point: str) -> str:
        """What was found at one point, in words."""
        return words_of(self.points, point)
