"""Which articles somebody reads: the public what is published, officers experience, writers their own."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Region
from accounts.permissions import grants
from accounts.regions import ancestors
from grid.article_lifecycle import edited_by
from grid.models import Article
from grid.models.article import PUBLIC_KINDS, ArticleKind, ArticleState


def published(kind: str, region: Region | None = None) -> QuerySet[Article]:
    """The published ones of a kind; those of a region are its own, those inside it and those of the regions above."""
    rows = Article.objects.filter(kind=kind, state=ArticleState.PUBLISHED).select_related("region")
    return rows.filter(_around(region.code, region.code_end)) if region else rows


def experience_for(user: Any) -> QuerySet[Article]:
    """The published experience of the places where this person holds a post."""
    return published(ArticleKind.EXPERIENCE).filter(_of_posts(user))


def readable_by(user: Any) -> QuerySet[Article]:
    """What one may open by its address: what is public, and for officers the experience of their places."""
    of_officers = Q(kind=ArticleKind.EXPERIENCE) & _of_posts(user)
    rows = Article.objects.filter(Q(kind__in=PUBLIC_KINDS) | of_officers, state=ArticleState.PUBLISHED)
    return rows.select_related("region__parent")


def visible_to(user: Any) -> QuerySet[Article]:
    """In the office: one's own, and from submission on those of the regions where one publishes."""
    theirs = Q(region__in=edited_by(user)) & ~Q(state=ArticleState.DRAFT)
    handed = Q(submitted_at__isnull=False)
    rows = Article.objects.filter(Q(author=user) | theirs & handed)
    return rows.select_related("region", "author", "reviewed_by")


def waiting(user: Any) -> QuerySet[Article]:
    """Those that this person may publish, longest waiting first."""
    rows = Article.objects.filter(state=ArticleState.SUBMITTED, region__in=edited_by(user)).exclude(
        author=user
    )
    return rows.select_related("region", "author").order_by("submitted_at", "id")


def _around(low: int, high: int) -> Q:
    return Q(region__gte=low, region__lte=high) | Q(region__in=ancestors(low))


def _of_posts(user: Any) -> Q:
    found = Q(pk__in=())
    for low, high in sorted({(row.low, row.high) for row in grants(user).official}):
        found |= _around(low, high)
    return found
