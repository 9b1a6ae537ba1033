from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import today


class CharityAccountQuerySet(models.QuerySet["CharityAccount"]):
    def licensed(self) -> "CharityAccountQuerySet":
        """Open accounts whose public-fundraising licence is in force today."""
        day = today()
        return self.filter(licence_from__lte=day, licence_to__gte=day, closed_at=None)


class CharityAccount(models.Model):
    """The published account (公募账号) of a charity; money goes there, never to the platform (REQUIREMENTS 45)."""

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="charity_accounts", help_text="county or city"
    )
    charity = models.CharField("慈善组织", max_length=60)
    bank = models.CharField("开户行", max_length=60)
    number = models.CharField("账号", max_length=30)
    licence = models.CharField("公开募捐资格证号", max_length=40)
    licence_from = models.DateField()
    licence_to = models.DateField(help_text="last day, inclusive")
    closed_at = models.DateTimeField(null=True, help_text="takes no new promises since then")

    objects = CharityAccountQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["number"], name="charity_account_number"),
            models.CheckConstraint(
                condition=~Q(charity="") & ~Q(bank="") & ~Q(number="") & ~Q(licence=""),
                name="charity_account_complete",
            ),
            models.CheckConstraint(
                condition=Q(licence_to__gte=F("licence_from")), name="charity_licence_interval"
            ),
        ]

    def __str__(self) -> str:
        return self.charity

    def get_absolute_url(self) -> str:
        return reverse("donors:account", args=[self.pk])

    @property
    def is_licensed(self) -> bool:
        """Whether the account is open and its public-fundraising licence in force today; else no new promises."""
        return self.closed_at is None and self.licence_from <= today() <= self.licence_to
