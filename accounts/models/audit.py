from django.conf import settings
from django.db import models

from fupin.lib.clock import now


class AuditEntry(models.Model):
    """One thing somebody did, written in the transaction that did it. Append-only (trigger)."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=60, help_text="as printed at that time")
    action = models.CharField(max_length=60, help_text="dotted, e.g. need.approve")
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    object_name = models.CharField(max_length=120, blank=True)
    region_code = models.BigIntegerField(null=True, help_text="where it happened; scopes who may read it")
    changes = models.JSONField(default=dict, help_text="names and codes only, never a secret's value")
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["region_code", "id"], name="audit_region"),
            models.Index(fields=["actor", "id"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_name} {self.action} {self.object_type} {self.object_id}"


class AuditSeal(models.Model):
    """A link of the hash chain over the entries, laid by one sealer so that no business write waits for it.

    `hash` = SHA-256 over the previous hash and the entry's canonical content. Append-only (trigger).
    """

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="seal")
    prev_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.seq}: {self.hash[:12]}"
