from django.db import models

from fupin.lib.clock import now


class LoginCode(models.Model):
    """A six-digit code sent to a phone: single use, 5 minutes, 3 tries, bound to who asked for it."""

    phone_index = models.CharField(max_length=64)
    binding = models.CharField(
        max_length=64, blank=True, help_text="the asking browser's nonce; empty for the API"
    )
    code_hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["phone_index", "-id"], name="login_code_latest")]

    def __str__(self) -> str:
        return f"code {self.pk}"
