from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Region
from donors.enums import Weekday
from donors.models.pledge import Pledge
from fupin.lib.clock import now
from needs.enums import Evidence


class Station(models.Model):
    """A village's service point (村服务点): where parcels for its households go, and when they are fetched."""

    region = models.OneToOneField(Region, models.PROTECT, primary_key=True, related_name="station")
    address = models.CharField(max_length=80, help_text="of the public office, never of a household")
    opening = models.CharField(max_length=40, blank=True)
    pickup_day = models.PositiveSmallIntegerField(choices=Weekday.choices, null=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.address


class GoodsNotice(models.Model):
    """What a place does not need (不需要旧衣物 …), shown where people choose goods for it (B10)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="goods_notices")
    text = models.CharField(max_length=60)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["region"], name="goods_notice_live", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return self.text


class AddressOpening(models.Model):
    """A household's address shown to one donor while the pledge lives, with the household's consent on record."""

    pledge = models.OneToOneField(Pledge, models.PROTECT, related_name="opening")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=16, choices=Evidence.choices)
    note = models.CharField(max_length=200)
    opened_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"opening {self.pk}"
