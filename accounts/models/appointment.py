from django.conf import settings
from django.db import models
from guardian.models import UserObjectPermissionBase

from accounts.enums import Role, Source
from accounts.models.region import Region
from fupin.lib.clock import now, today


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def active(self) -> "AppointmentQuerySet":
        """Posts held today."""
        day = today()
        return self.filter(ended_at=None, starts_on__lte=day).exclude(ends_on__lt=day)


class Appointment(models.Model):
    """A post: this person, this role, this region, from and to. The only way anyone gets power (DESIGN 5)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments")
    region = models.ForeignKey(Region, models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="last day, inclusive")
    appointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    source = models.CharField("来源", max_length=12, choices=Source.choices, blank=True)
    unit = models.CharField("单位及职务", max_length=60, blank=True)
    duty_phone = models.CharField(
        "办公电话", max_length=20, blank=True, help_text="of the office, public; never a personal mobile"
    )
    created_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "region", "role"], condition=models.Q(ended_at=None), name="appointment_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="appointment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~models.Q(role=Role.CONTRACTOR) | models.Q(ends_on__isnull=False),
                name="appointment_contract_ends",
            ),
        ]
        indexes = [models.Index(fields=["region", "role"], name="appointment_region_role")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.region}"


class RegionPermission(UserObjectPermissionBase):
    """guardian's direct foreign key model: one verb of one person on one region and its subtree."""

    content_object = models.ForeignKey(Region, on_delete=models.CASCADE)
