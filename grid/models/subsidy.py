from django.conf import settings
from django.db import models
from django.db.models import Q

from fupin.lib.clock import now
from grid.models.month import ClosedMonth, SubsidyLine


class SubsidyObjection(models.Model):
    """异议: an officer contests one line of the statement; the county answers, and may correct it in a later month."""

    line = models.OneToOneField(SubsidyLine, models.PROTECT, related_name="objection")
    text = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    answer = models.CharField(max_length=300, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    correction_fen = models.IntegerField(default=0, help_text="owed (or, negative, to be taken back)")
    booked_in = models.ForeignKey(
        ClosedMonth,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="the month whose statement carries the correction",
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="", correction_fen=0, booked_in=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="subsidy_objection_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], name="subsidy_objection_open", condition=Q(answered_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.line_id}"
