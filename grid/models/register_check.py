import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import now
from fupin.lib.model_fields import SecretField
from needs.models import Household, HouseholdReport


class CheckState(models.TextChoices):
    UPLOADED = "uploaded", "等核对列名"
    RUNNING = "running", "正在核对"
    DONE = "done", "已核对"
    FAILED = "failed", "没有完成"
    CANCELLED = "cancel", "已取消"


class DifferenceKind(models.TextChoices):
    MISSING_HERE = "here", "本地没有"
    MISSING_THERE = "there", "省平台没有"
    DIFFERS = "differs", "内容不同"
    UNREADABLE = "broken", "看不懂"


class Ruling(models.TextChoices):
    OURS = "ours", "本地的对"
    THEIRS = "theirs", "省平台的对"


def rows_path(check: "RegisterCheck", filename: str) -> str:
    """A random name in a folder nothing serves."""
    return f"imports/{secrets.token_hex(16)}.csv"


class RegisterCheck(models.Model):
    """One file of the provincial register laid beside ours (账账相符). The file is encrypted and gone once compared."""

    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    rows_file = models.FileField(upload_to=rows_path, blank=True)
    header_line = models.PositiveIntegerField(default=0)
    headings = models.JSONField(default=list, help_text="of all columns: the layout of the export")
    mapping = models.JSONField(default=dict, help_text="column number from 0, by key")
    state = models.CharField(max_length=8, choices=CheckState.choices, default=CheckState.UPLOADED)
    problem = models.CharField(max_length=200, blank=True)
    lines = models.PositiveIntegerField(default=0)
    equal = models.PositiveIntegerField(default=0, help_text="lines that say what we say")
    unlisted = models.PositiveIntegerField(default=0, help_text="differences beyond those that are kept")
    created_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["county", "-id"], name="register_check_of")]

    def __str__(self) -> str:
        return f"账账核对 {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("grid:register-check", args=[self.pk])


class RegisterDifference(models.Model):
    """One household on which the two registers do not agree, and what was decided about it.

    `fields` is JSON `{field: [ours as shown, theirs]}`, encrypted because phone and ID number may be among them.
    """

    check_of = models.ForeignKey(RegisterCheck, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=8, choices=DifferenceKind.choices)
    line = models.PositiveIntegerField(null=True, help_text="in the sheet, from 1")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", help_text="the village")
    name = SecretField("户主姓名", kind="name", null=True)
    fields = SecretField(kind="text", null=True)
    problem = models.CharField(max_length=200, blank=True)
    ruling = models.CharField(max_length=6, choices=Ruling.choices, blank=True)
    note = models.CharField(max_length=200, blank=True)
    report = models.ForeignKey(HouseholdReport, models.PROTECT, null=True, related_name="+")
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(ruling="", ruled_at=None) | ~Q(ruling="") & Q(ruled_at__isnull=False),
                name="register_difference_ruled",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("there", "differs")) | Q(household__isnull=False),
                name="register_difference_household",
            ),
        ]
        indexes = [models.Index(fields=["check_of", "kind", "id"], name="register_difference_list")]

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.kind}"
