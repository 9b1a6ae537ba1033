import secrets
import uuid

from django.conf import settings
from django.db import models

from accounts.models import Region
from fupin.lib.clock import now
from needs.enums import Kind
from needs.models.household import Household
from needs.models.need import Need


def new_token() -> str:
    """What stands in the QR code: 128 random bits, never guessed."""
    return secrets.token_urlsafe(16)


class PaperForm(models.Model):
    """One printed application form. Its code opens one draft: made by the first keying, the same ever after."""

    token = models.CharField(max_length=32, unique=True, default=new_token)
    batch = models.UUIDField(default=uuid.uuid4, db_index=True, help_text="what was printed at once")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the village")
    household = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices, blank=True, help_text="empty: any kind")
    need = models.OneToOneField(Need, models.PROTECT, null=True, blank=True, related_name="paper")
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    printed_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"申请表 {self.number}"

    @property
    def number(self) -> str:
        """What people read to each other when a sheet has no camera near it; not enough to open anything."""
        return f"{self.pk:08d}"
