from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Appointment, Region
from fupin.lib.clock import now


class TownshipLeader(models.Model):
    """包保: the leader of the county who answers for a township (宿州 第七条, REQUIREMENTS 74)."""

    township = models.ForeignKey(Region, models.PROTECT, related_name="leaders")
    post = models.ForeignKey(Appointment, models.PROTECT, related_name="townships")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["township", "post"], condition=Q(ended_at=None), name="township_leader_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.township}"
