from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import now
from grid.question_enums import Answer, Asked


class Question(models.Model):
    """Something in the records that a person should look at (B3): found by the sweep, settled by the county.

    It changes nothing by itself; a need stops counting only where the county answers so.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the county")
    kind = models.CharField(max_length=10, choices=Asked.choices)
    key = models.CharField(max_length=80, help_text="what it is about: asked once, whatever is found again")
    facts = models.CharField(max_length=300, help_text="what was found, in words; no phone or ID number")
    needs = ArrayField(models.BigIntegerField(), default=list, help_text="the needs that show it")
    doubtful = ArrayField(
        models.BigIntegerField(), default=list, help_text="those of them that would stop counting"
    )
    pledges = ArrayField(models.BigIntegerField(), default=list, help_text="the pledges that show it")
    found_at = models.DateTimeField(default=now, editable=False)
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "key"], name="question_asked_once"),
            models.CheckConstraint(
                condition=Q(answer=Answer.OPEN, answered_by=None, answered_at=None, reason="")
                | ~Q(answer=Answer.OPEN)
                & ~Q(reason="")
                & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="question_answered",
            ),
        ]
        indexes = [models.Index(fields=["region", "answer", "-id"], name="question_county")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"

    def get_absolute_url(self) -> str:
        return reverse("grid:question", args=[self.pk])


class QuestionScan(models.Model):
    """When a county's records were last looked through for questions; one row a county."""

    region = models.OneToOneField(Region, models.PROTECT, primary_key=True, related_name="+")
    scanned_on = models.DateField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.region_id} {self.scanned_on}"
