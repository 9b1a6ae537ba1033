"""Articles in the office: written by media managers and officers, published by somebody else."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedIn
from accounts.models import Region
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_seen
from fupin.lib.errors import NotAllowed
from fupin.lib.paging import keyset_page
from grid.article_lifecycle import ACTIONS, edited_by, places_to_write, steps_for
from grid.article_text import blocks
from grid.forms.articles import ArticleForm, NewArticleForm, NoteForm
from grid.models import Article
from grid.models.article import ArticleState
from grid.queries import articles as queries
from grid.services import articles as service
from needs.views.filing import file, posted

DONE = {
    "submit": "已提交，等县里发布。",
    "discard": "已作废。",
    "take_back": "已拿回，可以修改。",
    "publish": "已发布。",
    "send_back": "已退回作者。",
    "withdraw": "已撤下。",
}


@officer_page()
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?state=`: mine, and those that I may publish, newest first. Raises NotAllowed for all others."""
    if not places_to_write(request.user) and not edited_by(request.user):
        raise NotAllowed("您的职务不写也不发布文章。")
    asked = request.GET.get("state", "")
    state = asked if asked in ArticleState.values else ""
    rows = queries.visible_to(request.user)
    page = keyset_page(
        rows.filter(state=state) if state else rows, order=("-id",), cursor=request.GET.get("cursor")
    )
    context = {
        "rows": page.items,
        "tabs": tabs(request, "state", [("", "全部"), *ArticleState.choices], state),
        **pager(request, page),
    }
    return render(request, "grid/articles/desk.html", context)


@officer_page()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Begin a draft."""
    codes = places_to_write(request.user)
    if not codes:
        raise NotAllowed("您的职务不写文章。")
    known = Region.objects.in_bulk({code for found in codes.values() for code in found})
    places = {kind: [known[code] for code in sorted(found) if code in known] for kind, found in codes.items()}
    form, made = NewArticleForm(posted(request), places=places), []

    def work() -> int:
        kind, region = form.cleaned_data["kind"], form.chosen_region
        made.append(service.write(actor=request.user, kind=kind, region=region, content=form.content()))
        return made[0].pk

    status = file(request, form, purpose="article", about={}, work=work, done="已存为草稿，看一遍再提交。")
    if status is None:
        return redirect("grid:office-article", made[0].pk) if made else redirect("grid:office-articles")
    return _form(request, form, "写文章", reverse("grid:office-articles"), status)


@officer_page()
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change one's own draft."""
    row = _article(request, pk)
    initial = {name: getattr(row, name) for name in service.TEXTS}
    form = ArticleForm(posted(request), initial=initial)
    status = file(
        request,
        form,
        purpose="article-edit",
        about={"article": row.pk},
        work=lambda: service.edit(actor=request.user, article=row, content=form.content()).pk,
        done="已保存。",
    )
    back = reverse("grid:office-article", args=[row.pk])
    return redirect(back) if status is None else _form(request, form, "修改文章", back, status)


@officer_page()
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One article as it will be read, and what one may do with it."""
    return _page(request, _article(request, pk), NoteForm())


@officer_page()
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """One step of the lifecycle table. A refusal stands on the page, with the reason typed."""
    row, form = _article(request, pk), NoteForm(request.POST)
    if action not in ACTIONS:
        raise NotAllowed("没有这一步。")
    status = file(
        request,
        form,
        purpose=f"article-{action}",
        about={"article": row.pk, "seen": asked_seen(request)},
        work=lambda: (
            service.act(
                actor=request.user,
                article=row,
                action=action,
                note=form.cleaned_data["note"],
                seen=asked_seen(request),
            ).pk
        ),
        done=DONE[action],
    )
    if status is None:
        return redirect("grid:office-articles")
    row.refresh_from_db()
    return _page(request, row, form, status)


def _article(request: SignedIn, pk: int) -> Article:
    return get_object_or_404(queries.visible_to(request.user), pk=pk)


def _form(request: SignedIn, form: Any, title: str, back: str, status: int) -> HttpResponse:
    context = {"form": form, "title": title, "submit": "保存草稿", "back_url": back}
    return render(request, "grid/office_form.html", context, status=status)


def _page(request: SignedIn, row: Article, form: NoteForm, status: int = 200) -> HttpResponse:
    steps = steps_for(request.user, row)
    context = {
        "article": row,
        "blocks": blocks(row.body),
        "form": form,
        "plain": [one for one in steps if not one.with_note],
        "noted": [one for one in steps if one.with_note],
        "may_edit": row.state == ArticleState.DRAFT and request.user.same_person(row.author),
        "own": request.user.same_person(row.author),
    }
    return render(request, "grid/articles/desk_article.html", context, status=status)
