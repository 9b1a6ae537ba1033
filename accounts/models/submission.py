from django.conf import settings
from django.db import models

from fupin.lib.clock import now


class Submission(models.Model):
    """One form that was accepted: the same form again (a lost answer, a second tap) gives the same object."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    purpose = models.SlugField(max_length=30, db_index=False, help_text="which form, e.g. household")
    key = models.UUIDField(help_text="from the form's hidden field")
    fingerprint = models.CharField(max_length=64, help_text="keyed hash of the content")
    object_pk = models.BigIntegerField()
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["created_at"], name="submission_created_at")]
        constraints = [
            models.UniqueConstraint(fields=["actor", "purpose", "key"], name="submission_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.object_pk}"
