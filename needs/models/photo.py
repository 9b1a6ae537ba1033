import secrets

from django.conf import settings
from django.db import models

from fupin.lib.clock import now
from needs.models.need import Need


def photo_path(photo: "NeedPhoto", filename: str) -> str:
    """A random name; the uploader's file name is never used (THREATS I-08)."""
    name = secrets.token_hex(16)
    return f"needs/{name[:2]}/{name}.jpg"


class NeedPhoto(models.Model):
    """A picture of a need, re-encoded from its pixels; public only after a reviewer let it through (DESIGN 9)."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to=photo_path)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now, editable=False)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["need", "sha256"], name="photo_once_a_need")]

    def __str__(self) -> str:
        return f"photo {self.pk}"
