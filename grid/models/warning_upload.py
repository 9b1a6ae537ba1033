from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from fupin.lib.clock import now
from grid.models.register_check import rows_path
from grid.models.warning import DepartmentPost, WarningList


class WarningUpload(models.Model):
    """A department's list before somebody has said which column is what; encrypted, and gone once it is read.

    What was chosen stays as headings alone: the next list of the same department is guessed from it.
    """

    desk = models.ForeignKey(DepartmentPost, models.PROTECT, related_name="uploads")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    topic = models.CharField("预警内容", max_length=60)
    file_name = models.CharField(max_length=120)
    rows_file = models.FileField(upload_to=rows_path, blank=True)
    header_line = models.PositiveIntegerField()
    headings = models.JSONField(help_text="of all columns")
    mapping = models.JSONField(help_text="column number from 0, by key")
    created_at = models.DateTimeField(default=now, editable=False)
    closed_at = models.DateTimeField(null=True, help_text="when it was read or given up")
    list = models.OneToOneField(WarningList, models.PROTECT, null=True, related_name="upload")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, list=None) & ~Q(rows_file="")
                | Q(closed_at__isnull=False, rows_file=""),
                name="warning_upload_closed",
            )
        ]
        indexes = [models.Index(fields=["desk", "-id"], name="warning_upload_of")]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.topic}"

    def get_absolute_url(self) -> str:
        return reverse("grid:warning-upload-columns", args=[self.pk])
