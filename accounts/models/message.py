from django.conf import settings
from django.db import models

from accounts.enums import Channel, MessageState
from fupin.lib.clock import now
from fupin.lib.model_fields import SecretField


class Message(models.Model):
    """The outbox: a message is a row of the business transaction; sending follows the commit (DESIGN 8)."""

    channel = models.CharField(max_length=4, choices=Channel.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="inbox")
    phone = SecretField(kind="phone", null=True)
    text = SecretField(kind="text")
    code = SecretField(kind="text", null=True)
    link = models.CharField(max_length=200, blank=True)
    dedup_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=6, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(help_text="not before; also the lease of whoever is sending")
    created_at = models.DateTimeField(default=now, editable=False)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["next_at"], name="message_due", condition=models.Q(state="queued")),
            models.Index(fields=["user", "-id"], name="message_inbox", condition=models.Q(channel="site")),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} {self.channel} {self.state}"
