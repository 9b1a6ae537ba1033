from django.db import models
from django.db.models import Q


class SourceCount(models.Model):
    """How often pages were opened on one day through one campaign's or officer's link; nothing about who did."""

    day = models.DateField()
    source = models.CharField(max_length=12, help_text="c and a campaign's number, or an officer's code")
    county = models.IntegerField(help_text="6 digits; whose figure it is")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "source"], name="source_count_once_a_day"),
            models.CheckConstraint(condition=Q(count__gte=1), name="source_count_positive"),
        ]
        indexes = [models.Index(fields=["county", "-day"], name="source_count_county")]

    def __str__(self) -> str:
        return f"{self.source} {self.day}: {self.count}"
