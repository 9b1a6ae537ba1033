from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import now


class ArticleKind(models.TextChoices):
    """What it is for; experience is read by officers alone (REQUIREMENTS 2, 7, 33, 118)."""

    POLICY = "policy", "帮扶政策"
    STORY = "story", "帮扶故事"
    EXPERIENCE = "experience", "经验交流"


PUBLIC_KINDS = (ArticleKind.POLICY, ArticleKind.STORY)


class ArticleState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "等待发布"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤下"


class Article(models.Model):
    """A text of one county or city. Its body is plain text; `grid.article_text.blocks` finds the headings."""

    kind = models.CharField("栏目", max_length=10, choices=ArticleKind.choices)
    state = models.CharField(max_length=10, choices=ArticleState.choices, default=ArticleState.DRAFT)
    region = models.ForeignKey(Region, models.PROTECT, related_name="articles")
    title = models.CharField("标题", max_length=50)
    summary = models.CharField("摘要", max_length=120)
    body = models.TextField("正文")
    source = models.CharField("发文机关或来源", max_length=60, blank=True)
    number = models.CharField("文号", max_length=40, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=120, blank=True, help_text="why it was returned or taken down")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False, reviewed_by__isnull=False),
                name="article_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind="policy") | ~Q(source="") | Q(state__in=("draft", "withdrawn")),
                name="article_policy_names_source",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "-published_at", "-id"], name="article_shown", condition=Q(state="published")
            ),
            models.Index(
                fields=["region", "submitted_at", "id"],
                name="article_waiting",
                condition=Q(state="submitted"),
            ),
            models.Index(fields=["region", "-id"], name="article_region"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grid:article", args=[self.pk])

    @property
    def mark(self) -> str:
        """What a decision was made on: state and last change."""
        return f"{self.state} {self.changed_at.isoformat()}"
