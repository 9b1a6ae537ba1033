from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models

from accounts.models import Region
from fupin.lib.clock import now
from fupin.lib.masks import mask_name
from fupin.lib.model_fields import SecretField
from needs.enums import Cause, ConsentKind, Evidence, Focus
from needs.household_enums import Monitored, Risk


class Household(models.Model):
    """A registered household. Its name is for officers in scope; everybody else sees `masked_name`."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="households", help_text="the village")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="household"
    )
    name = models.CharField("户主姓名", max_length=30)
    phone = SecretField("联系电话", kind="phone", null=True)
    phone_index = models.CharField(max_length=64, null=True, db_index=True)
    id_number = SecretField("身份证号", kind="id", null=True)
    id_index = models.CharField(max_length=64, null=True, unique=True)
    address = SecretField("详细住址", kind="text", null=True)
    members = models.PositiveSmallIntegerField("家庭人口", default=1, validators=[MinValueValidator(1)])
    cause = models.CharField("主要致贫原因", max_length=12, choices=Cause.choices)
    focus = ArrayField(models.CharField(max_length=12, choices=Focus.choices), default=list, blank=True)
    situation = SecretField(
        "家庭情况", kind="text", null=True, help_text="officers only: illness and the like"
    )
    bank_account = SecretField("银行账号", kind="bank", null=True)
    bank_index = models.CharField(max_length=64, null=True, db_index=True)
    bank_holder = models.CharField("户名", max_length=30, blank=True)
    monitored = models.CharField("监测对象类别", max_length=10, choices=Monitored.choices, blank=True)
    risk = models.CharField("风险状态", max_length=8, choices=Risk.choices, blank=True)
    risk_since = models.DateField("起始日期", null=True, blank=True)
    closed_at = models.DateTimeField("销户时间", null=True, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(members__gte=1), name="household_has_members"),
            models.CheckConstraint(
                condition=models.Q(monitored="", risk="", risk_since=None)
                | ~models.Q(monitored="") & ~models.Q(risk="") & models.Q(risk_since__isnull=False),
                name="household_risk_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["region", "id"], name="household_region"),
            models.Index(
                fields=["region", "risk", "id"],
                name="household_monitored",
                condition=~models.Q(monitored=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.masked_name}户"

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)


class Consent(models.Model):
    """A household's recorded application or consent, to a text of a certain version; withdrawable (THREATS L-03)."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=10, choices=ConsentKind.choices)
    text_version = models.CharField(max_length=20)
    evidence = models.CharField(max_length=16, choices=Evidence.choices)
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdraw_evidence = models.CharField(max_length=16, choices=Evidence.choices, blank=True)
    withdraw_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind"],
                condition=models.Q(withdrawn_at=None),
                name="consent_once_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text_version}"
