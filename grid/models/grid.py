from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast

from accounts.models import Region
from fupin.lib.clock import now
from needs.models import Household

FULL, NEARLY = 100, 90
"""Households a grid should have at most (宿州 第十条, REQUIREMENTS 77), and from where on the page warns."""


class GridQuerySet(models.QuerySet["Grid"]):
    def standing(self) -> "GridQuerySet":
        """Those that were not closed."""
        return self.filter(ended_at=None)


class Grid(models.Model):
    """村组网格: the households of one 村民小组, looked after by a leader and members (宿州 第十条)."""

    village = models.ForeignKey(Region, models.PROTECT, related_name="grids")
    number = models.PositiveSmallIntegerField("编号", validators=[MinValueValidator(1)])
    name = models.CharField("名称", max_length=30)
    area = models.CharField("范围", max_length=120, blank=True, help_text="public: hamlets, lanes, blocks")
    duty_phone = models.CharField(
        "值班电话", max_length=20, blank=True, help_text="public; never a personal mobile"
    )
    oversize_reason = models.CharField(
        "超过 100 户的原因",
        max_length=120,
        blank=True,
        help_text="without it a grid takes 100 households at most",
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = GridQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["village", "number"], condition=Q(ended_at=None), name="grid_number_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="grid_number_from_one"),
        ]

    def __str__(self) -> str:
        return self.name


class GridHousehold(models.Model):
    """In which grid a household is, and when somebody has to look in next (第二十条). One row a household.

    `due_on` follows from the last visit and from whether the risk is open; `grid.services.schedule` keeps it.
    """

    household = models.OneToOneField(Household, models.PROTECT, primary_key=True, related_name="in_grid")
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="homes")
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_index=False, help_text="the grid's village"
    )
    county = models.GeneratedField(
        expression=Cast(F("region") / 10**6, models.IntegerField()),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    since = models.DateField()
    monthly = models.BooleanField(
        default=False, help_text="its risk is open: once a month, else once a quarter"
    )
    due_on = models.DateField(help_text="the last day for the next visit")
    visited_on = models.DateField(null=True, blank=True, help_text="of the last visit or call")
    confirmed = models.JSONField(default=dict, help_text="last day each point was confirmed, by point")
    photo_wanted = models.CharField(
        "请拍照", max_length=60, blank=True, help_text="what the next visit takes a photo of; empty: none"
    )
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["grid", "due_on", "household"], name="grid_home_due"),
            models.Index(fields=["region", "due_on", "household"], name="grid_home_village_due"),
            models.Index(fields=["county", "due_on", "household"], name="grid_home_county_due"),
            models.Index(fields=["household"], name="grid_home_monthly", condition=Q(monthly=True)),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} in {self.grid_id}"
