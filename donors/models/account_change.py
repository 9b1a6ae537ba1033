from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Region
from donors.enums import AccountChangeKind, ProposalState
from donors.models.charity_account import CharityAccount
from fupin.lib.clock import now

ACCOUNT_FIELDS = ("charity", "bank", "number", "licence", "licence_from", "licence_to")
"""What a version of an account consists of."""


class AccountChange(models.Model):
    """One officer's proposal about a charity's account; nothing changes until a second person approves (THREATS L-02).

    The row holds the whole account as it is to be, and once approved, in `before`, the account as it was until then:
    all versions of an account can be read from its approved changes.
    """

    account = models.ForeignKey(CharityAccount, models.PROTECT, null=True, related_name="changes")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the account's place")
    kind = models.CharField(max_length=8, choices=AccountChangeKind.choices)
    charity = models.CharField(max_length=60)
    bank = models.CharField(max_length=60)
    number = models.CharField(max_length=30)
    licence = models.CharField(max_length=40)
    licence_from = models.DateField()
    licence_to = models.DateField()
    note = models.CharField(max_length=200, help_text="the paper it rests on, or why the account is closed")
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    before = models.JSONField(null=True, help_text="the account until this was approved")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="proposed"), name="account_change_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(state="proposed", kind="open"), name="account_opened_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=F("proposed_by")), name="account_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None)
                | ~Q(state="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="account_change_decided",
            ),
            models.CheckConstraint(
                condition=Q(licence_to__gte=F("licence_from")), name="account_change_interval"
            ),
        ]
        indexes = [
            models.Index(fields=["region", "id"], name="account_change_waits", condition=Q(state="proposed"))
        ]

    def __str__(self) -> str:
        return f"{self.charity}：{self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("donors:account-change", args=[self.pk])


def values_of(account: CharityAccount | AccountChange) -> dict[str, Any]:
    """The account's data by field."""
    return {name: getattr(account, name) for name in ACCOUNT_FIELDS}


def as_json(values: dict[str, Any]) -> dict[str, str]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def from_json(kept: dict[str, str]) -> dict[str, Any]:
    """What `as_json` kept, with its days."""
    days = {name: date.fromisoformat(kept[name]) for name in ("licence_from", "licence_to")}
    return {**kept, **days}
