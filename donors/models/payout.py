import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse

from donors.enums import PayMethod, PayoutState
from donors.models.charity_account import CharityAccount
from donors.models.pledge import ALPHABET, MISREAD_DIGITS, MISREAD_LETTERS, Pledge
from fupin.lib.clock import now
from fupin.lib.model_fields import FenField, SecretField
from needs.models import Household, Need

PAYOUT_PREFIX, BATCH_PREFIX = "FK", "FH"
"""What payouts and their batches are called on a statement; neither holds a letter that is misread."""


def new_payout_number() -> str:
    """The number that stands in the memo of the transfer to a household."""
    return _number(PAYOUT_PREFIX)


def new_batch_number() -> str:
    """The number that stands in the memo where the bank books a list in one sum."""
    return _number(BATCH_PREFIX)


def _number(prefix: str) -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(8))


def folded_number() -> Func:
    """The number with misread letters folded, as an expression for queries and their index."""
    letters, digits = Value(MISREAD_LETTERS), Value(MISREAD_DIGITS)
    return Func(F("number"), letters, digits, function="translate", output_field=models.CharField())


def payout_photo_path(photo: "PayoutPhoto", filename: str) -> str:
    """A random name; the uploader's file name is never used (THREATS I-08)."""
    name = secrets.token_hex(16)
    return f"payouts/{name[:2]}/{name}.jpg"


class PayoutBatch(models.Model):
    """Payouts that go to the bank in one list."""

    account = models.ForeignKey(CharityAccount, models.PROTECT, related_name="payout_batches")
    number = models.CharField(max_length=12, unique=True, default=new_batch_number)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["account", "-id"], name="payout_batch_account"),
            models.Index(folded_number(), name="payout_batch_number_read"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("donors:payout-batch", args=[self.pk])


class Payout(models.Model):
    """Money out of a charity's account to one recipient on one day, for one gift or several (REQUIREMENTS B11)."""

    account = models.ForeignKey(CharityAccount, models.PROTECT, related_name="payouts")
    batch = models.ForeignKey(PayoutBatch, models.PROTECT, null=True, related_name="payouts")
    number = models.CharField(max_length=12, unique=True, default=new_payout_number)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="payouts")
    need = models.ForeignKey(
        Need, models.PROTECT, related_name="+", help_text="one of its gifts' needs: where the recipient lives"
    )
    method = models.CharField(max_length=8, choices=PayMethod.choices)
    state = models.CharField(max_length=8, choices=PayoutState.choices, default=PayoutState.PLANNED)
    amount_fen = FenField()
    payee = SecretField("收款人", kind="name", help_text="the account's holder, who signed, or the supplier")
    payee_account = SecretField("收款账号", kind="bank", null=True)
    signer = SecretField("签收人", kind="name", null=True)
    second_signer = SecretField("证明人", kind="name", null=True)
    paid_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payout_positive"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_on__isnull=False, settled_by__isnull=False),
                name="payout_paid_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(method="cash") | Q(signer__isnull=False, second_signer__isnull=False),
                name="payout_cash_signed_twice",
            ),
            models.CheckConstraint(
                condition=~Q(method="bank") | Q(payee_account__isnull=False), name="payout_bank_has_account"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "state", "-id"], name="payout_account_state"),
            models.Index(fields=["batch", "id"], name="payout_batch"),
            models.Index(folded_number(), name="payout_number_read"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("donors:payout", args=[self.pk])

    @property
    def paid_to(self) -> str:
        """Who got the money, in full: for the charity, the bank and the officers of the place."""
        return self.payee.open() if self.payee else ""


class PayoutGift(models.Model):
    """What of a payout is for one money pledge: all of it. `live` until the payout is dropped."""

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="gifts")
    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="payouts")
    amount_fen = FenField()
    live = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["pledge"], condition=Q(live=True), name="pledge_paid_out_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payout_gift_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} {self.pledge_id}"


class PayoutPhoto(models.Model):
    """The bank's slip or the signed receipt, re-encoded; seen by the charity and the officers of the place."""

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="photos")
    file = models.FileField(upload_to=payout_photo_path)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["payout", "sha256"], name="payout_photo_once")]

    def __str__(self) -> str:
        return f"payout photo {self.pk}"
