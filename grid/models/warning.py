from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Appointment, Region
from fupin.lib.clock import now
from fupin.lib.model_fields import SecretField
from grid.models.clue import Clue
from needs.models import Household


class Department(models.TextChoices):
    """Those that screen their own data for risks (宿州规范第十六条)."""

    INSURANCE = "insurance", "医保"
    HOUSING = "housing", "住建"
    EDUCATION = "education", "教育"
    WATER = "water", "水利"
    CIVIL = "civil", "民政"
    DISABLED = "disabled", "残联"
    LABOUR = "labour", "人社"
    FARMING = "farming", "农业农村"


class WarningState(models.TextChoices):
    """What became of one line of a list."""

    UNREADABLE = "unreadable", "看不懂"
    UNMATCHED = "unmatched", "没有在册家庭"
    SENT = "sent", "乡镇核实中"
    CONFIRMED = "confirmed", "有风险"
    CLEARED = "cleared", "没有风险"


class DepartmentPost(models.Model):
    """Which department somebody in a department officer's post works for."""

    post = models.OneToOneField(Appointment, models.PROTECT, related_name="department_post")
    department = models.CharField(max_length=10, choices=Department.choices)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.get_department_display()


class WarningList(models.Model):
    """One list that a department of a county uploaded. The file itself is never kept."""

    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    department = models.CharField(max_length=10, choices=Department.choices)
    topic = models.CharField("预警内容", max_length=60)
    file_name = models.CharField(max_length=120)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now, editable=False)
    forgotten_at = models.DateTimeField(null=True, help_text="when the names of the unmatched were deleted")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["county", "department", "-id"], name="warning_list_of")]

    def __str__(self) -> str:
        return f"{self.get_department_display()} {self.topic}"

    def get_absolute_url(self) -> str:
        return reverse("grid:warning-list", args=[self.pk])


class WarningBatch(models.Model):
    """What of a list one township has to verify within 3 working days (第十四条)."""

    list = models.ForeignKey(WarningList, models.PROTECT, related_name="batches")
    township = models.ForeignKey(Region, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["list", "township"], name="warning_batch_once")]
        indexes = [models.Index(fields=["township", "done_at", "id"], name="warning_batch_queue")]

    def __str__(self) -> str:
        return f"{self.list_id} {self.township_id}"

    def get_absolute_url(self) -> str:
        return reverse("grid:warning-batch", args=[self.pk])


class RiskWarning(models.Model):
    """One line of a list: the person it names, the household it was matched to, what the township found.

    Name and reason are encrypted; of lines that no household was found for they are deleted after some weeks.
    """

    list = models.ForeignKey(WarningList, models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField(help_text="in the sheet, from 1")
    state = models.CharField(max_length=10, choices=WarningState.choices)
    batch = models.ForeignKey(WarningBatch, models.PROTECT, null=True, related_name="rows")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="warnings")
    name = SecretField("姓名", kind="name", null=True)
    reason = SecretField("预警原因", kind="text", null=True)
    note = models.CharField(max_length=200, blank=True, help_text="for the department")
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, related_name="warnings", help_text="what a confirmed one became"
    )
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["list", "line"], name="risk_warning_once"),
            models.CheckConstraint(
                condition=Q(state__in=("unreadable", "unmatched"), household=None, batch=None)
                | Q(state__in=("sent", "confirmed", "cleared"), household__isnull=False, batch__isnull=False),
                name="risk_warning_matched",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("confirmed", "cleared"), verified_at__isnull=False)
                | ~Q(state__in=("confirmed", "cleared")) & Q(verified_at=None),
                name="risk_warning_verified",
            ),
        ]
        indexes = [
            models.Index(fields=["list", "state", "id"], name="risk_warning_list"),
            models.Index(fields=["batch", "id"], name="risk_warning_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.line}"
