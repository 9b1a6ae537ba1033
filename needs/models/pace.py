from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import Region
from fupin.lib.clock import now
from needs.enums import Kind


class PublicationPace(models.Model):
    """How a county spaces out routine new needs while help lags behind them, from a day on (REQUIREMENTS 60).

    Holds until the next row of the county begins. `percent` empty: nothing is held back.
    """

    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    valid_from = models.DateField("从哪天起")
    percent = models.PositiveSmallIntegerField(
        "上限（%）",
        null=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="more unhelped than this, of those public for `after_days`: help lags",
    )
    after_days = models.PositiveSmallIntegerField(default=14, help_text="public for so many days")
    per_day = models.PositiveSmallIntegerField(default=5, help_text="routine needs released a day meanwhile")
    exempt = ArrayField(
        models.CharField(max_length=12, choices=Kind.choices), default=list, help_text="kinds that never wait"
    )
    clause = models.CharField("依据", max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["county", "valid_from"], name="pace_once_a_day"),
            models.CheckConstraint(
                condition=(Q(percent=None) | Q(percent__range=(1, 100)))
                & Q(after_days__range=(1, 60))
                & Q(per_day__range=(1, 100)),
                name="pace_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.county_id} {self.valid_from} {self.percent}"
