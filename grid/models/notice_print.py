import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Region
from fupin.lib.clock import now
from grid.enums import PrintState


def print_path(job: "NoticePrint", filename: str) -> str:
    """A random name in a folder nothing serves."""
    return f"notices/{secrets.token_hex(16)}.pdf"


class NoticePrint(models.Model):
    """明白纸 of a whole village or grid on their way into one PDF. The file is encrypted and kept for some days."""

    village = models.ForeignKey(Region, models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=PrintState.choices, default=PrintState.RUNNING)
    file = models.FileField(upload_to=print_path, blank=True)
    total = models.PositiveIntegerField(default=0, help_text="households, one page each")
    done = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=now, editable=False)
    progress_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["village"], condition=Q(state=PrintState.RUNNING), name="notice_print_one_running"
            )
        ]
        indexes = [
            models.Index(fields=["village", "-id"], name="notice_print_village"),
            models.Index(
                fields=["id"], name="notice_print_living", condition=Q(state__in=["running", "done"])
            ),
        ]

    def __str__(self) -> str:
        return f"明白纸 {self.pk}"
