"""Articles as they are read: policies and stories by everybody, experience by officers, each printable on one page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.enums import Level
from accounts.http import SignedIn
from accounts.views.access import officer_page
from accounts.views.listing import address, pager, tabs
from accounts.views.places import place
from fupin.lib.paging import keyset_page
from grid.article_text import blocks
from grid.models.article import PUBLIC_KINDS, ArticleKind
from grid.queries import articles as queries
from needs.views.sharing import qr_of

ORDER = ("-published_at", "-id")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`?kind=&region=`: policies (or stories), newest first. Raises Http404 for another kind."""
    kind = request.GET.get("kind") or ArticleKind.POLICY
    if kind not in PUBLIC_KINDS:
        raise Http404
    where = place(request, deepest=Level.COUNTY)
    rows = queries.published(kind, where.region)
    page = keyset_page(rows, order=ORDER, cursor=request.GET.get("cursor"))
    context = {
        "title": ArticleKind(kind).label,
        "rows": page.items,
        "place": where,
        "country_url": address(request, region=""),
        "tabs": tabs(request, "kind", [(one.value, one.label) for one in PUBLIC_KINDS], kind),
        **pager(request, page),
    }
    return render(request, "grid/articles/list.html", context)


@officer_page()
@require_safe
def experience(request: SignedIn) -> HttpResponse:
    """经验交流: what villages, townships and counties around one's posts found to work."""
    rows = queries.experience_for(request.user)
    page = keyset_page(rows, order=ORDER, cursor=request.GET.get("cursor"))
    context = {"title": ArticleKind.EXPERIENCE.label, "rows": page.items, **pager(request, page)}
    return render(request, "grid/articles/list.html", context)


@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One published article with its code to pass on; printed it is a leaflet."""
    row = get_object_or_404(queries.readable_by(request.user), pk=pk)
    url = f"{settings.SITE_URL}{row.get_absolute_url()}"
    context = {
        "article": row,
        "blocks": blocks(row.body),
        "url": url,
        "qr": qr_of(url),
        "is_public": row.kind in PUBLIC_KINDS,
    }
    return render(request, "grid/articles/article.html", context)
