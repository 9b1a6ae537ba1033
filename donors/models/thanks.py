from django.conf import settings
from django.db import models

from donors.enums import ThanksStatus
from donors.models.pledge import Pledge
from fupin.lib.clock import now


class Thanks(models.Model):
    """A household's word to its donor; the donor reads it once the township has let it through."""

    pledge = models.OneToOneField(Pledge, models.PROTECT, related_name="thanks")
    text = models.CharField(max_length=500)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=now)
    status = models.CharField(max_length=10, choices=ThanksStatus.choices, default=ThanksStatus.WAITING)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, help_text="why it was sent back")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["id"], name="thanks_waiting", condition=models.Q(status=ThanksStatus.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"thanks {self.pk}"
