from django.conf import settings
from django.db import models
from django.db.models import Q

from donors.enums import Courier
from donors.models.pledge import Pledge
from fupin.lib.clock import now

MOST_PARCELS = 5


class Parcel(models.Model):
    """One parcel of a goods pledge on its way to the village's station; a pledge is split into 5 at most."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="parcels")
    number = models.PositiveSmallIntegerField(help_text="1 to 5 inside its pledge")
    courier = models.CharField(max_length=8, choices=Courier.choices)
    tracking_number = models.CharField(max_length=32, help_text="upper case")
    sent_at = models.DateTimeField(default=now)
    arrived_at = models.DateTimeField(null=True, help_text="ticked at the station")
    arrived_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["courier", "tracking_number"], name="parcel_number_once"),
            models.UniqueConstraint(fields=["pledge", "number"], name="parcel_place_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_PARCELS) & ~Q(tracking_number=""),
                name="parcel_at_most_five",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_courier_display()} {self.tracking_number}"
