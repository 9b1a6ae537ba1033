import secrets

from django.conf import settings
from django.db import models

from donors.enums import Picture
from donors.models.pledge import Pledge
from fupin.lib.clock import now

MOST_PHOTOS = 3


def photo_path(photo: "PledgePhoto", filename: str) -> str:
    """A random name; the uploader's file name is never used (THREATS I-08)."""
    name = secrets.token_hex(16)
    return f"pledges/{name[:2]}/{name}.jpg"


class PledgePhoto(models.Model):
    """A picture about one gift, re-encoded from its pixels; never public, seen by the sides `purpose` names."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="photos")
    purpose = models.CharField(max_length=8, choices=Picture.choices)
    file = models.FileField(upload_to=photo_path)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "purpose", "sha256"], name="pledge_photo_once")
        ]

    def __str__(self) -> str:
        return f"photo {self.pk}"
