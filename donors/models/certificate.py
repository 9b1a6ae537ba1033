import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from donors.models.pledge import Pledge


def new_token() -> str:
    """128 bits of chance; whoever holds the paper can check it, nobody can guess it."""
    return secrets.token_urlsafe(16)


class CertificateSeries(models.Model):
    """The last number given in a county and year; numbers have no gaps."""

    county = models.IntegerField()
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["county", "year"], name="certificate_series_once")]

    def __str__(self) -> str:
        return f"{self.county}-{self.year}: {self.last}"


class Certificate(models.Model):
    """社会扶贫荣誉证书: an honour, not a donation receipt (REQUIREMENTS 23). At most one valid for each pledge.

    Without a pledge it sums up what arrived of one `donor` in one `year`.
    """

    pledge = models.ForeignKey(Pledge, models.PROTECT, null=True, related_name="certificates")
    donor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="year_certificates"
    )
    year = models.PositiveSmallIntegerField(null=True)
    token = models.CharField(max_length=22, unique=True, default=new_token)
    number = models.CharField(max_length=30)
    version = models.PositiveSmallIntegerField(default=1)
    payload = models.JSONField(help_text="exactly what is signed")
    signature = models.CharField(max_length=90)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["pledge"], condition=Q(revoked_at=None), name="certificate_once_valid"
            ),
            models.UniqueConstraint(
                fields=["donor", "year"], condition=Q(revoked_at=None), name="certificate_year_once_valid"
            ),
            models.UniqueConstraint(fields=["number", "version"], name="certificate_number_once"),
            models.CheckConstraint(
                condition=Q(pledge__isnull=False, donor=None, year=None)
                | Q(pledge=None, donor__isnull=False, year__isnull=False),
                name="certificate_for_a_pledge_or_a_year",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("donors:certificate", args=[self.token])
