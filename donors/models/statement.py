from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from donors.enums import Direction, LineReason, LineState, Purpose, StatementState
from donors.models.charity_account import CharityAccount
from donors.models.payout import Payout
from donors.models.pledge import Pledge
from fupin.lib.clock import now
from fupin.lib.model_fields import FenField, SecretField


class Statement(models.Model):
    """One bank statement file of a charity's account (REQUIREMENTS B11, THREATS M-26).

    Its lines wait encrypted in `content` until somebody confirms them; then they become `StatementLine` rows.
    """

    account = models.ForeignKey(CharityAccount, models.PROTECT, related_name="statements")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=StatementState.choices, default=StatementState.PREVIEW)
    content = SecretField(kind="text", null=True, help_text="the lines as JSON, until confirmed")
    warnings = models.JSONField(default=list, help_text="what somebody should look at, in plain words")
    total_lines = models.PositiveIntegerField()
    new_lines = models.PositiveIntegerField(default=0, help_text="those no earlier file brought")
    first_on = models.DateField()
    last_on = models.DateField()
    opening_fen = models.BigIntegerField(null=True, help_text="balance before the first line")
    closing_fen = models.BigIntegerField(null=True, help_text="balance after the last line")
    created_at = models.DateTimeField(default=now, editable=False)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "sha256"],
                condition=~Q(state=StatementState.DISCARDED),
                name="statement_file_once",
            ),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="statement_account")]

    def __str__(self) -> str:
        return f"银行流水 {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("donors:statement", args=[self.pk])


class StatementLine(models.Model):
    """One movement on a charity's account as the bank reports it; what it was for is told by its matches."""

    account = models.ForeignKey(CharityAccount, models.PROTECT, related_name="lines")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(help_text="line of the file, from 1")
    booked_on = models.DateField()
    direction = models.CharField(max_length=3, choices=Direction.choices)
    amount_fen = FenField()
    balance_fen = models.BigIntegerField(null=True)
    counterparty = SecretField(kind="name", null=True)
    memo = models.CharField(max_length=200, blank=True, help_text="long numbers are masked")
    serial = models.CharField(max_length=60, blank=True)
    fingerprint = models.CharField(max_length=64, help_text="the same line in every file that holds it")
    state = models.CharField(max_length=10, choices=LineState.choices, default=LineState.NEW)
    reason = models.CharField(max_length=10, choices=LineReason.choices, blank=True)
    pledge = models.ForeignKey(
        Pledge, models.PROTECT, null=True, related_name="+", help_text="whose reference the memo holds"
    )
    payout = models.ForeignKey(
        Payout, models.PROTECT, null=True, related_name="+", help_text="whose number the memo holds"
    )
    references = models.JSONField(default=list, help_text="readings of transfer references in the memo")
    settled_fen = FenField(default=0, help_text="the sum of its matches")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="statement_line_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="statement_line_positive"),
            models.CheckConstraint(
                condition=Q(settled_fen__gte=0) & Q(settled_fen__lte=F("amount_fen")),
                name="statement_line_never_over",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "state", "-id"], name="statement_line_state"),
            models.Index(fields=["statement", "number"], name="statement_line_file"),
            models.Index(fields=["id"], name="statement_line_new", condition=Q(state=LineState.NEW)),
        ]

    def __str__(self) -> str:
        return f"流水 {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("donors:statement-line", args=[self.pk])

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.settled_fen


class StatementMatch(models.Model):
    """What some fen of a line were for. Append-only (trigger); a wrong match is undone by a row with the other sign."""

    line = models.ForeignKey(StatementLine, models.PROTECT, related_name="matches")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    pledge = models.ForeignKey(Pledge, models.PROTECT, null=True, related_name="matches")
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="matches")
    amount_fen = models.BigIntegerField(help_text="negative where it undoes another row")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    automatic = models.BooleanField(default=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=(Purpose.PLEDGE, Purpose.REFUND), pledge__isnull=False)
                | (~Q(purpose__in=(Purpose.PLEDGE, Purpose.REFUND)) & Q(pledge__isnull=True)),
                name="statement_match_names_pledge",
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.PAYOUT, payout__isnull=False)
                | (~Q(purpose=Purpose.PAYOUT) & Q(payout__isnull=True)),
                name="statement_match_names_payout",
            ),
            models.CheckConstraint(
                condition=Q(undoes__isnull=True, amount_fen__gt=0)
                | Q(undoes__isnull=False, amount_fen__lt=0),
                name="statement_match_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.purpose} {self.amount_fen}"
