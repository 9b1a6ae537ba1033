from django.conf import settings
from django.db import models

from accounts.enums import ApplicationState, Role, Source
from accounts.models.appointment import Appointment
from accounts.models.region import Region
from fupin.lib.clock import now
from fupin.lib.model_fields import SecretField


class PostApplication(models.Model):
    """A registered person asks for an officer's rights; the county centre decides (REQUIREMENTS 51)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="post_applications")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    role = models.CharField("职务", max_length=20, choices=Role.choices)
    source = models.CharField("来源", max_length=12, choices=Source.choices)
    unit = models.CharField("单位及职务", max_length=60, blank=True)
    duty_phone = models.CharField("办公电话", max_length=20, blank=True, help_text="of the office")
    name = models.CharField("姓名", max_length=30)
    id_number = SecretField("身份证号", kind="id", null=True, help_text="optional; goes when it is decided")
    id_index = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=10, choices=ApplicationState.choices, default=ApplicationState.WAITING
    )
    created_at = models.DateTimeField(default=now, editable=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, help_text="why it was refused; the person reads it")
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state="waiting"), name="post_application_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(state="granted", appointment__isnull=False)
                | (~models.Q(state="granted") & models.Q(appointment=None)),
                name="post_application_granted_has_post",
            ),
        ]
        indexes = [models.Index(fields=["region", "state", "id"], name="post_application_queue")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.region}"
