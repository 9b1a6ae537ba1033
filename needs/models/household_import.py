import secrets
from typing import Any

from django.conf import settings
from django.db import models

from accounts.models import Region
from fupin.lib.clock import now


def import_path(job: "HouseholdImport", filename: str) -> str:
    """A random name in a folder nothing serves; only the ending of the given name is kept."""
    return f"imports/{secrets.token_hex(16)}.{filename.rpartition('.')[2]}"


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "已上传"
    PREVIEWED = "previewed", "已核对列名"
    RUNNING = "running", "正在导入"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"
    FAILED = "failed", "没有完成"


OPEN_STATES = (ImportState.UPLOADED, ImportState.PREVIEWED, ImportState.FAILED)


class HouseholdImport(models.Model):
    """One register file on its way into one county. Its rows are deleted as soon as it is done or cancelled."""

    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="to whom it was handed over; empty: who uploaded it",
    )
    file_name = models.CharField(max_length=120)
    rows_file = models.FileField(upload_to=import_path, blank=True, help_text="the sheet as CSV")
    error_file = models.FileField(upload_to=import_path, blank=True, help_text="refused rows with reasons")
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    header_line = models.PositiveIntegerField(default=0, help_text="index of the header in the sheet")
    headings = models.JSONField(default=list, help_text="of all columns, for people")
    mapping = models.JSONField(default=dict, help_text="column number from 0, by key")
    problem = models.CharField(max_length=200, blank=True, help_text="why it failed, in plain words")
    total_rows = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    created_rows = models.PositiveIntegerField(default=0)
    updated_rows = models.PositiveIntegerField(default=0)
    unchanged_rows = models.PositiveIntegerField(default=0)
    refused_rows = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now, editable=False)
    progress_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["county", "-id"], name="household_import_county"),
            models.Index(fields=["actor", "-id"], name="household_import_actor"),
        ]

    def __str__(self) -> str:
        return f"家庭登记导入 {self.pk}"

    @property
    def in_charge(self) -> Any:
        """Whoever may go on with it, and whose range counts."""
        return self.keeper or self.actor
