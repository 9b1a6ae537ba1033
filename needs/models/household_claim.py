from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Region
from fupin.lib.clock import now
from needs.household_enums import ClaimState
from needs.models.household import Household


class HouseholdClaim(models.Model):
    """Somebody signed in says: this household, registered by an officer, is mine (REQUIREMENTS 52).

    `household` is what name, village and ID ending pointed to, or None. The claimant never learns which.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the village")
    name = models.CharField("户主姓名", max_length=30)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="claims")
    claimant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=ClaimState.choices, default=ClaimState.OPEN)
    created_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["claimant"], condition=Q(state=ClaimState.OPEN), name="household_claim_one_open"
            ),
        ]
        indexes = [models.Index(fields=["region", "state", "id"], name="household_claim_queue")]

    def __str__(self) -> str:
        return f"claim {self.pk} {self.state}"
