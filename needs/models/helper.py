from django.conf import settings
from django.db import models

from fupin.lib.clock import now, today
from needs.household_enums import HelperAnswer, HelperKind, HelperWork, HelpKind, HelpState
from needs.models.household import Household


class HouseholdHelper(models.Model):
    """Somebody who helps a household on the spot, named by the village (“五个一”帮扶力量, REQUIREMENTS 70, 120).

    Living until `until` is set. `user` is the helper's account, if there is one; names are for officers in scope.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="helpers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="helping")
    name = models.CharField("姓名", max_length=30)
    unit = models.CharField("单位", max_length=60, blank=True)
    kind = models.CharField(max_length=12, choices=HelperKind.choices)
    work = models.CharField(max_length=8, choices=HelperWork.choices)
    answer = models.CharField(max_length=8, choices=HelperAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    since = models.DateField(default=today)
    until = models.DateField(null=True)
    ended_reason = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(answer=HelperAnswer.DECLINED) | models.Q(until__isnull=False),
                name="helper_declined_has_ended",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="helper_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["household", "name", "unit", "work"],
                condition=models.Q(until=None),
                name="helper_living_once",
            ),
        ]

    def __str__(self) -> str:
        return f"helper {self.pk} {self.kind}"


class OfflineHelp(models.Model):
    """One thing done for a household outside the platform: told, never money of the ledger."""

    helper = models.ForeignKey(HouseholdHelper, models.PROTECT, related_name="acts")
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=HelpKind.choices)
    words = models.CharField(max_length=300)
    amount_fen = models.BigIntegerField(null=True, help_text="as told; in no account and no figure of money")
    state = models.CharField(max_length=10, choices=HelpState.choices, default=HelpState.OPEN)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen=None) | models.Q(amount_fen__gt=0), name="offline_help_amount"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="offline_help_waits", condition=models.Q(state=HelpState.OPEN))
        ]

    def __str__(self) -> str:
        return f"offline help {self.pk} {self.kind} {self.state}"
