from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from needs.enums import Flag, Reason, Status
from needs.models.need import Need


class NeedReview(models.Model):
    """One decision on a need: who, in which post, from where to where, and why. Append-only (trigger)."""

    need = models.ForeignKey(Need, models.PROTECT, related_name="reviews")
    action = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=60)
    role = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=10, choices=Status.choices)
    target = models.CharField(max_length=10, choices=Status.choices)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    flags = ArrayField(models.CharField(max_length=12, choices=Flag.choices), default=list)
    at = models.DateTimeField()
    snapshot = models.JSONField(
        null=True, help_text="of a submission: the content that this round of review is about"
    )

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["need", "id"], name="review_need")]

    def __str__(self) -> str:
        return f"{self.need_id} {self.action} {self.actor_name}"


class NeedOpening(models.Model):
    """When an officer last opened a need that waited at a gate: who decides on several at once has seen each."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["need", "user"], name="opening_once_a_person")]

    def __str__(self) -> str:
        return f"{self.need_id} {self.user_id}"
