from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Region
from fupin.lib.clock import now


class ScoreItem(models.TextChoices):
    """What a village's work is scored by: shares of what its closed months hold, no head counts and no persons."""

    MET = "met", "完成任务的岗位月"
    ON_TIME = "on_time", "按时上报"
    UPHELD = "upheld", "上报属实"
    CONFIRMED = "confirmed", "计数求助已确认收到"
    VISITS = "visits", "按期走访"
    CLOCKS = "clocks", "时限遵守"
    SOUND = "sound", "送达没有问题"


class ScoreMethod(models.Model):
    """评分细则 of a county from a month on: weights, grades, and the rates of rewards (REQUIREMENTS 58, 103)."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the county")
    valid_from = models.DateField(help_text="first day of a month")
    weights = models.JSONField(help_text="points by ScoreItem; 100 together")
    grades = models.JSONField(help_text="[least points, grade], best first, the last from 0")
    need_fen = models.PositiveIntegerField(help_text="reward for each counted need, in fen")
    evaluation_fen = models.PositiveIntegerField(help_text="reward for each evaluated delivery, in fen")
    clause = models.CharField("依据", max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["region", "valid_from"], name="score_method_once")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.valid_from:%Y-%m}"


class ScoreSheet(models.Model):
    """One county's villages over a quarter or a year; its rows are fixed when drawn up, its grades when decided."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the county")
    first = models.DateField(help_text="first day of its first month")
    last = models.DateField(help_text="first day of its last month")
    method = models.ForeignKey(ScoreMethod, models.PROTECT, related_name="sheets")
    inputs_hash = models.CharField(max_length=64, help_text="SHA-256 of method, closed months and numbers")
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["region", "first", "last"], name="score_sheet_once"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="score_sheet_period"),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="score_sheet_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}/{self.last:%Y-%m}"

    @property
    def period(self) -> str:
        """`2026 年` or `2026 年第 3 季度`."""
        whole = (self.first.month, self.last.month) == (1, 12)
        return f"{self.first.year} 年" + ("" if whole else f"第 {(self.first.month + 2) // 3} 季度")


class ScoreRow(models.Model):
    """One village on a sheet. `numbers` are what its closed months hold; what is said to it stands beside them."""

    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="rows")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", help_text="the village")
    numbers = models.JSONField()
    parts = models.JSONField(
        help_text="share by ScoreItem in hundredths of a percent; left out: nothing to score"
    )
    score = models.PositiveIntegerField(null=True, help_text="hundredths of a point; null: nothing to score")
    grade = models.CharField(max_length=10)
    reward_fen = models.PositiveIntegerField()
    comment = models.CharField("乡镇意见", max_length=300, blank=True)
    objection = models.CharField("村里异议", max_length=300, blank=True)
    answer = models.CharField("县里答复", max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sheet", "region"], name="score_row_once"),
            models.CheckConstraint(condition=Q(answer="") | ~Q(objection=""), name="score_answers_objection"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.grade}"
