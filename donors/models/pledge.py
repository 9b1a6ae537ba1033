import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse

from donors.enums import Delivery, Display, MeetWith, Outcome, PledgeStatus, Proof, ServiceKind
from donors.models.charity_account import CharityAccount
from fupin.lib.clock import now
from fupin.lib.model_fields import FenField, SecretField
from needs.enums import Form
from needs.models import Need, NeedItem

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is misread on a bank slip


def new_reference() -> str:
    """The short number a donor writes on the transfer; 10 characters, about 40 bits of chance."""
    return "FP" + "".join(secrets.choice(ALPHABET) for _ in range(8))


# Letters that people and machines take for digits; both sides of a comparison are folded the same way.
MISREAD_LETTERS, MISREAD_DIGITS = "BSZGOQDIL", "852600011"


def folded_reference() -> Func:
    """The reference with misread letters folded, as an expression for queries and their index."""
    letters, digits = Value(MISREAD_LETTERS), Value(MISREAD_DIGITS)
    return Func(F("reference"), letters, digits, function="translate", output_field=models.CharField())


def shown_as(donor: Any, display: str) -> str:
    """A donor as they wish to be shown; never a number or a hint of it."""
    if display == Display.ANONYMOUS:
        return "爱心人士（匿名）"
    return (donor.name if display == Display.NAMED else donor.nickname) or "爱心人士"


class Pledge(models.Model):
    """One donor's promise to one need: an amount of money (fen), goods, or hours of service."""

    need = models.ForeignKey(Need, models.PROTECT, related_name="pledges")
    county = models.IntegerField(help_text="the need's county (6 digits); pledges are kept by county")
    donor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pledges")
    form = models.CharField(max_length=8, choices=Form.choices)
    status = models.CharField(max_length=10, choices=PledgeStatus.choices, default=PledgeStatus.PLEDGED)
    amount_fen = FenField(default=0)
    hours = models.PositiveSmallIntegerField(default=0)
    service_on = models.DateField(null=True, blank=True)
    service_kind = models.CharField(max_length=8, choices=ServiceKind.choices, default=ServiceKind.HOURS)
    insured = models.BooleanField(
        default=False, help_text="the volunteer has accident insurance (REQUIREMENTS 127)"
    )
    date_by = models.CharField(max_length=10, default="donor", help_text="the side that proposed service_on")
    date_agreed_at = models.DateTimeField(null=True)
    display = models.CharField(max_length=10, choices=Display.choices)
    guardian = SecretField(
        "监护人",
        kind="name",
        null=True,
        help_text="who agreed to this gift of a donor under 18; null for adults",
    )
    idempotency_key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    reference = models.CharField(max_length=12, unique=True, default=new_reference)
    charity_account = models.ForeignKey(CharityAccount, models.PROTECT, null=True, related_name="pledges")
    bank_note = models.CharField(max_length=60, blank=True, help_text="what the donor wrote on the transfer")
    delivery = models.CharField(max_length=10, choices=Delivery.choices, blank=True)
    meet_at = models.CharField(max_length=60, blank=True)
    meet_on = models.DateField(null=True, blank=True)
    meet_time = models.TimeField(null=True, blank=True)
    meet_with = models.CharField(max_length=10, choices=MeetWith.choices, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    outcome_note = models.CharField(max_length=500, blank=True)
    proof = models.CharField(max_length=8, choices=Proof.choices, blank=True)
    witness_name = SecretField("见证人", kind="name", null=True)
    witness_role = models.CharField("见证人身份", max_length=20, blank=True)
    certificate_due = models.BooleanField(default=False, help_text="earned and not issued yet")
    origin_mark = models.CharField(
        max_length=24,
        blank=True,
        help_text="keyed hash of the day, the network and the browser it came from; forgotten after days",
    )
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(help_text="lapses then unless paid or sent")
    reminded_at = models.DateTimeField(null=True, help_text="told a day before it lapses")
    prolonged_at = models.DateTimeField(null=True, help_text="kept once more; once")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["donor", "idempotency_key"], name="pledge_once_a_key"),
            models.CheckConstraint(
                condition=Q(form="money", amount_fen__gte=100, charity_account__isnull=False)
                | (~Q(form="money") & Q(amount_fen=0)),
                name="pledge_money_has_amount_and_account",
            ),
        ]
        indexes = [
            models.Index(fields=["donor", "-id"], name="pledge_donor"),
            models.Index(fields=["need", "-id"], name="pledge_need"),
            models.Index(fields=["county", "status", "-id"], name="pledge_county_status"),
            models.Index(fields=["county", "created_at"], name="pledge_county_month"),
            models.Index(fields=["county", "created_at"], name="pledge_marked", condition=~Q(origin_mark="")),
            models.Index(fields=["expires_at"], name="pledge_expiring", condition=Q(status="pledged")),
            models.Index(fields=["id"], name="pledge_certificate_due", condition=Q(certificate_due=True)),
            models.Index(folded_reference(), name="pledge_reference_read"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("donors:pledge", args=[self.pk])

    def service_words(self, hours: int | None = None) -> str:
        """The kind of service with the hours offered, or those given: 志愿服务 4 小时."""
        count = self.hours if hours is None else hours
        label = ServiceKind(self.service_kind).label
        return f"{label} {count} 小时" if count else label

    @property
    def donor_shown(self) -> str:
        return shown_as(self.donor, self.display)


class PledgeItem(models.Model):
    """How many whole units of one item a goods pledge holds."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="items")
    item = models.ForeignKey(NeedItem, models.PROTECT, related_name="pledge_items")
    quantity = models.PositiveIntegerField()
    released = models.PositiveIntegerField(default=0, help_text="did not arrive; open to others again")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "item"], name="pledge_item_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="pledge_item_positive"),
            models.CheckConstraint(
                condition=Q(released__lte=F("quantity")), name="pledge_item_released_part"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.name} {self.kept}{self.item.unit}"

    @property
    def kept(self) -> int:
        """Whole units that the pledge still stands for: all but those that did not arrive."""
        return self.quantity - self.released


class PledgeStep(models.Model):
    """One dated step of a pledge: who, from where to where. Append-only (trigger)."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_label = models.CharField(
        max_length=60, help_text="as what the public and the donor read: a post, not a name"
    )
    source = models.CharField(max_length=10, choices=PledgeStatus.choices, blank=True)
    target = models.CharField(max_length=10, choices=PledgeStatus.choices)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.action}"
