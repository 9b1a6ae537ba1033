from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.enums import ChangeKind, ChangeState
from accounts.models.region import Region
from fupin.lib.clock import now


class RegionChange(models.Model):
    """A merge or split of villages (撤并村) with its effective date; done by a sweep on that day (DESIGN 4, B13)."""

    kind = models.CharField(max_length=5, choices=ChangeKind.choices)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    sources = ArrayField(
        models.BigIntegerField(), help_text="codes of the villages that end, or of the one divided"
    )
    target_code = models.BigIntegerField(
        help_text="the village that takes over; made on the day when it is new"
    )
    target_name = models.CharField(max_length=60)
    effective_on = models.DateField()
    ending_posts = ArrayField(
        models.BigIntegerField(), default=list, help_text="posts that do not move along"
    )
    households = ArrayField(models.BigIntegerField(), default=list, help_text="of a split: who moves")
    state = models.CharField(max_length=9, choices=ChangeState.choices, default=ChangeState.PLANNED)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    closed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True, help_text="why the sweep could not do it")
    moved = models.JSONField(default=dict, help_text="how many of what, once done")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["county", "-id"], name="region_change_county"),
            models.Index(
                fields=["effective_on"], name="region_change_due", condition=models.Q(state="planned")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target_name}"
