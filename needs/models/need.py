from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import now
from fupin.lib.model_fields import FenField
from needs.enums import PUBLIC, Flag, Form, Kind, Status, Subject
from needs.models.campaign import Campaign
from needs.models.cooperative import Cooperative
from needs.models.household import Household


def _part(divisor: int) -> models.GeneratedField:
    """A column the database derives from the region code: its leading digits, for scopes without joins."""
    return models.GeneratedField(
        expression=Cast(F("region") / divisor, models.IntegerField()),
        output_field=models.IntegerField(),
        db_persist=True,
    )


class Need(models.Model):
    """One request for help, from the village yard to fulfilment (DESIGN 6)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="needs")
    province, city, county = _part(10**10), _part(10**8), _part(10**6)
    household = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, related_name="needs")
    cooperative = models.ForeignKey(Cooperative, models.PROTECT, null=True, blank=True, related_name="needs")
    subject = models.CharField(max_length=12, choices=Subject.choices, default=Subject.HOUSEHOLD)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    forms = ArrayField(models.CharField(max_length=8, choices=Form.choices))
    title = models.CharField(max_length=40)
    story = models.TextField(max_length=2000)
    details = models.JSONField(
        default=dict, blank=True, help_text="by key, as needs/kinds.py asks of the kind"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    is_listed = models.GeneratedField(
        expression=models.Case(models.When(status=Status.PUBLISHED, then=True), default=False),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    flags = ArrayField(models.CharField(max_length=12, choices=Flag.choices), default=list, blank=True)
    on_behalf = models.BooleanField(default=False, help_text="an officer writes for the household (代发)")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the officer to whom the writing was handed over; empty: who wrote it",
    )
    created_at = models.DateTimeField(default=now, editable=False)
    submitted_at = models.DateTimeField(null=True, help_text="first submission; a resubmission keeps it")
    origin_region = models.BigIntegerField(
        null=True, help_text="code of the village where it was handed in, once it was moved to another"
    )
    publish_at = models.DateTimeField(null=True, help_text="approved, but not public before this moment")
    queued_at = models.DateTimeField(
        null=True, help_text="since when it waits, approved, for its turn because help lags; kept once public"
    )
    published_at = models.DateTimeField(null=True)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, related_name="needs", help_text="published together with others"
    )
    waiting_since = models.DateTimeField(null=True, help_text="since when it waits for its present gate")
    closed_at = models.DateTimeField(null=True)
    taken_down_at = models.DateTimeField(
        null=True,
        help_text="since when it is off the public pages although help was promised; null again once public",
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=PUBLIC, published_at__isnull=False) | ~Q(status__in=PUBLIC),
                name="need_public_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(subject=Subject.HOUSEHOLD) | Q(household__isnull=False),
                name="need_household_named",
            ),
            models.CheckConstraint(
                condition=Q(queued_at=None) | Q(publish_at__isnull=False), name="need_queued_is_approved"
            ),
        ]
        # Measured in shared/PERFORMANCE.md, section 2, design H.
        indexes = [
            *(
                models.Index(
                    *(F(part) for part in parts),
                    F("published_at").desc(),
                    F("id").desc(),
                    name=f"need_{name}_listed",
                    condition=Q(is_listed=True),
                )
                for name, parts in {
                    "province": ("province", "kind"),
                    "city": ("city", "kind"),
                    "county": ("county", "kind"),
                    "kind": ("kind",),
                    "region": ("region",),
                }.items()
            ),
            models.Index(fields=["region", "status"], name="need_region_status"),
            models.Index(
                fields=["-published_at", "-id"],
                name="need_done",
                condition=Q(status__in=("matched", "fulfilled")),
            ),
            models.Index(fields=["household", "kind"], name="need_household_kind"),
            # A county's month, for quotas and figures.
            models.Index(
                fields=["county", "submitted_at"],
                name="need_handed_in",
                condition=Q(submitted_at__isnull=False),
            ),
            # The queues of the gates, by county: what waits there, longest first.
            models.Index(
                fields=["county", "status", "waiting_since", "id"],
                name="need_waiting",
                condition=Q(waiting_since__isnull=False),
            ),
            models.Index(
                fields=["taken_down_at"], name="need_taken_down", condition=Q(taken_down_at__isnull=False)
            ),
            models.Index(fields=["publish_at"], name="need_publish_due", condition=Q(status="checked")),
            models.Index(
                fields=["county", "queued_at", "id"],
                name="need_queue",
                condition=Q(status="checked", queued_at__isnull=False),
            ),
            # The newest needs of a county whatever became of them: the lists behind the leaders' figures.
            models.Index(
                fields=["county", "-id"], name="need_county_newest", condition=Q(published_at__isnull=False)
            ),
            # A county's month of the leaders' figures (grid/figure_sources.py), whatever became of its needs.
            models.Index(
                fields=["county", "published_at"],
                name="need_county_month",
                condition=Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("needs:detail", args=[self.pk])

    @property
    def recipient(self) -> str:
        """Who is helped, as the public may read it."""
        if self.household:
            return self.household.masked_name
        return self.cooperative.name if self.cooperative else self.region.name

    @property
    def is_public(self) -> bool:
        return self.status in PUBLIC


class NeedProgress(models.Model):
    """The counters of one need: a narrow row, locked last and for one statement only (DESIGN 7 and 10).

    Money in fen. `pledged` is what living pledges hold, `received` what the charity has, `delivered` what was
    paid out. All of it can be recomputed from the ledger; `audit` compares.
    """

    need = models.OneToOneField(Need, models.CASCADE, primary_key=True, related_name="progress")
    is_open = models.BooleanField(default=False, help_text="pledges are accepted")
    target_fen = FenField(default=0)
    pledged_fen = FenField(default=0)
    received_fen = FenField(default=0)
    delivered_fen = FenField(default=0)
    helpers = models.PositiveIntegerField(default=0, help_text="living pledges")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(pledged_fen__gte=0) & Q(pledged_fen__lte=F("target_fen")),
                name="need_never_over_pledged",
            ),
            models.CheckConstraint(
                condition=Q(received_fen__gte=0)
                & Q(received_fen__lte=F("pledged_fen"))
                & Q(delivered_fen__gte=0)
                & Q(delivered_fen__lte=F("received_fen")),
                name="need_money_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledged_fen}/{self.target_fen}"

    @property
    def open_fen(self) -> int:
        return self.target_fen - self.pledged_fen

    @property
    def is_full(self) -> bool:
        """True once all money and goods are pledged; a need of time alone stays open for further helpers."""
        items = NeedItem.objects.filter(need=self.need_id)
        if self.open_fen or items.filter(pledged__lt=F("quantity")).exists():
            return False
        return bool(self.target_fen) or items.exists()

    @property
    def has_all(self) -> bool:
        """True once everything that was asked for reached the recipient."""
        items = NeedItem.objects.filter(need=self.need_id)
        arrived = (
            self.delivered_fen >= self.target_fen and not items.filter(received__lt=F("quantity")).exists()
        )
        return self.is_full and arrived


class KeptItems(models.Manager["NeedItem"]):
    """Items that are asked for; those dropped when a recalled need was repaired stay for their pledges' sake."""

    def get_queryset(self) -> models.QuerySet["NeedItem"]:
        return super().get_queryset().filter(is_dropped=False)


class NeedItem(models.Model):
    """One kind of goods of a need, with its own counters (whole units)."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="items")
    name = models.CharField("名称", max_length=40)
    unit = models.CharField("单位", max_length=8)
    quantity = models.PositiveIntegerField("数量")
    price_fen = FenField("估计单价", default=0, help_text="of one unit; 0: nobody estimated it")
    pledged = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    is_dropped = models.BooleanField(
        default=False, help_text="no longer asked for; kept since pledges name it"
    )

    everything = models.Manager()
    objects = KeptItems()

    class Meta:
        default_permissions = ()
        default_manager_name = "objects"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(pledged__lte=F("quantity")) & Q(received__lte=F("pledged")),
                name="item_never_over_pledged",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.quantity}{self.unit}"

    @property
    def total_fen(self) -> int:
        """What all units come to by the estimate; 0 without one."""
        return self.price_fen * self.quantity

    @property
    def open_quantity(self) -> int:
        return self.quantity - self.pledged
