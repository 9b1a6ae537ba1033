from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from donors.enums import LIVING_ADOPTIONS, PAIRED, RHYTHM_MONTHS, AdoptionEnd, AdoptionStatus, Display, Rhythm
from donors.models.pledge import Pledge, shown_as
from fupin.lib.clock import now
from fupin.lib.model_fields import FenField
from needs.models import Need


class Adoption(models.Model):
    """One donor helps one household for a term, in instalments (结对帮扶, REQUIREMENTS 44).

    It hangs on a public need of the household; each instalment becomes an ordinary pledge to it on its day.
    """

    need = models.ForeignKey(Need, models.PROTECT, related_name="adoptions")
    county = models.IntegerField(help_text="the need's county (6 digits)")
    donor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="adoptions")
    status = models.CharField(max_length=10, choices=AdoptionStatus.choices, default=AdoptionStatus.ASKED)
    display = models.CharField(max_length=10, choices=Display.choices)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices)
    months = models.PositiveSmallIntegerField(help_text="the whole term")
    amount_fen = FenField(help_text="of one instalment")
    first_on = models.DateField(help_text="the earliest day of the first instalment")
    words = models.CharField(
        max_length=200, blank=True, help_text="the donor's to the household and township"
    )
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    evidence = models.CharField(max_length=16, blank=True, help_text="how the household agreed")
    ended_for = models.CharField(max_length=10, choices=AdoptionEnd.choices, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    agreed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["need"], condition=Q(status__in=PAIRED), name="adoption_one_a_need"
            ),
            models.UniqueConstraint(
                fields=["need", "donor"],
                condition=Q(status__in=LIVING_ADOPTIONS),
                name="adoption_one_a_donor",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=100, months__gte=1), name="adoption_gives_something"
            ),
            models.CheckConstraint(
                condition=Q(status="ended") & ~Q(ended_for="") | ~Q(status="ended") & Q(ended_for=""),
                name="adoption_end_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["donor", "-id"], name="adoption_donor"),
            models.Index(fields=["county", "status", "id"], name="adoption_county_status"),
            models.Index(
                fields=["status", "id"], name="adoption_living", condition=Q(status__in=LIVING_ADOPTIONS)
            ),
        ]

    def __str__(self) -> str:
        return f"结对 {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("donors:adoption", args=[self.pk])

    @property
    def count(self) -> int:
        """How many instalments the term has."""
        return self.months // RHYTHM_MONTHS[Rhythm(self.rhythm)]

    @property
    def donor_shown(self) -> str:
        return shown_as(self.donor, self.display)


class Instalment(models.Model):
    """One part of an adoption: due on a day, then an ordinary pledge. Made when the household agrees."""

    adoption = models.ForeignKey(Adoption, models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField(help_text="from 1")
    due_on = models.DateField()
    try_on = models.DateField(help_text="not before; moved a day where it could not be made")
    pledge = models.OneToOneField(Pledge, models.PROTECT, null=True, related_name="instalment")
    told_at = models.DateTimeField(null=True, help_text="announced a week ahead")

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["adoption", "number"], name="instalment_once")]
        indexes = [models.Index(fields=["try_on"], name="instalment_open", condition=Q(pledge=None))]

    def __str__(self) -> str:
        return f"{self.adoption_id} 第 {self.number} 期"


class AdoptionStep(models.Model):
    """One dated step of an adoption: who, from where to where, in words. Append-only (trigger)."""

    adoption = models.ForeignKey(Adoption, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_label = models.CharField(max_length=60, help_text="a post or side, never a name")
    source = models.CharField(max_length=10, choices=AdoptionStatus.choices, blank=True)
    target = models.CharField(max_length=10, choices=AdoptionStatus.choices)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.adoption_id} {self.action}"
