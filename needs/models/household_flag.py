from django.conf import settings
from django.db import models

from fupin.lib.clock import now
from needs.household_enums import FlagKind, FlagState
from needs.models.household import Household


class HouseholdFlag(models.Model):
    """A household shares a person, a phone or a bank account with another one (THREATS A-18, I-15).

    One row a household and kind, each decided by that household's own county; `other` is one of those it shares with.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="shared_flags")
    other = models.ForeignKey(Household, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=FlagKind.choices)
    sharing = models.PositiveIntegerField(default=1, help_text="how many other households")
    state = models.CharField(max_length=10, choices=FlagState.choices, default=FlagState.OPEN)
    found_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["household", "kind"], name="household_flag_once"),
        ]
        indexes = [models.Index(fields=["state", "id"], name="household_flag_queue")]

    def __str__(self) -> str:
        return f"flag {self.pk} {self.kind} {self.state}"
