import hashlib
import json
from collections.abc import Sequence

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import now, today


class Subject(models.TextChoices):
    """What is drawn."""

    OFFICERS = "officers", "工作人员履职"
    NEEDS = "needs", "已公开的求助"
    DELIVERIES = "deliveries", "已送达的帮助"


class Way(models.TextChoices):
    """How it is looked into (网上巡查、电话回访、实地检查)."""

    WEB = "web", "网上核查"
    PHONE = "phone", "电话抽查"
    FIELD = "field", "实地检查"


class ItemState(models.TextChoices):
    WAITING = "waiting", "等待检查"
    FINE = "fine", "没有问题"
    PROBLEM = "problem", "要整改"
    RECTIFIED = "rectified", "已整改，等复核"
    ACCEPTED = "accepted", "整改合格"


def population_hash(population: Sequence[int]) -> str:
    """SHA-256 over the ids in ascending order, as JSON: names the list that was drawn from."""
    return hashlib.sha256(json.dumps(sorted(population), separators=(",", ":")).encode()).hexdigest()


class Inspection(models.Model):
    """One random draw: seed and population are kept, so that anybody can draw again and get the same."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="county, city or township")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    way = models.CharField(max_length=6, choices=Way.choices)
    topic = models.CharField("检查内容", max_length=100)
    wanted = models.PositiveIntegerField("抽取数量")
    seed = models.CharField(max_length=32, help_text="drawn with the list, so that nobody knew it before")
    population = ArrayField(models.BigIntegerField(), help_text="ids, ascending")
    population_hash = models.CharField(max_length=64)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["region", "-id"], name="inspection_of")]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.get_subject_display()}"

    def get_absolute_url(self) -> str:
        return reverse("grid:inspection", args=[self.pk])


class InspectionItem(models.Model):
    """One drawn officer, need or delivery: what was found, what had to be put right until when."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="items")
    object_id = models.BigIntegerField()
    title = models.CharField(max_length=120, help_text="as it read when it was drawn")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="where it is put right")
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.WAITING)
    finding = models.CharField(max_length=500, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True, help_text="until when it is put right")
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["inspection", "object_id"], name="inspection_item_once"),
            models.CheckConstraint(
                condition=~Q(state__in=("problem", "rectified", "accepted"))
                | Q(due_on__isnull=False) & ~Q(finding=""),
                name="inspection_problem_due",
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.WAITING, checked_at=None)
                | ~Q(state=ItemState.WAITING) & Q(checked_at__isnull=False),
                name="inspection_item_checked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "due_on", "id"],
                name="inspection_rectify",
                condition=Q(state=ItemState.PROBLEM),
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.object_id}"

    def get_absolute_url(self) -> str:
        return reverse("grid:inspection-item", args=[self.pk])

    @property
    def is_late(self) -> bool:
        return self.state == ItemState.PROBLEM and self.due_on is not None and self.due_on < today()


class Circular(models.Model):
    """A written circular (通报, 第二十八条) about what an inspection found; issued once, never changed."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="circulars")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    number = models.CharField("文号", max_length=40, blank=True)
    title = models.CharField("标题", max_length=100)
    text = models.TextField("正文")
    issuer = models.CharField("发文单位", max_length=60)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["region", "-id"], name="circular_of")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grid:circular", args=[self.pk])
