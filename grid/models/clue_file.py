import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse

from fupin.lib.clock import now
from grid.clue_enums import ClueFileKind
from grid.models.clue import Clue

MOST_FILES = 30
"""Of one clue: what a pack can still hold on paper."""


def clue_file_path(row: "ClueFile", filename: str) -> str:
    """A random name in a folder nothing serves; the uploader's file name is never used (THREATS I-08)."""
    return f"clues/{secrets.token_hex(16)}.sealed"


class ClueFile(models.Model):
    """A photo or scan that proves a step of a clue: a JPEG made from its pixels, encrypted where it lies.

    For officers who view the village, never public; it goes into the evidence pack.
    """

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="files")
    kind = models.CharField("材料", max_length=10, choices=ClueFileKind.choices)
    words = models.CharField("说明", max_length=60, blank=True)
    file = models.FileField(upload_to=clue_file_path)
    sha256 = models.CharField(max_length=64, help_text="of the JPEG")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["clue", "sha256"], name="clue_file_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.clue_id}"

    def get_absolute_url(self) -> str:
        return reverse("grid:clue-file", args=[self.clue_id, self.pk])
