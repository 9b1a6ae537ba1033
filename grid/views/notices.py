"""Public notices: read while they are up, objected to by anybody, gone afterwards; never in a search engine (P-15)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.services.limits import take
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from accounts.views.places import asked_region
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from grid.forms.clues import AnswerForm, EditNoticeForm, NumberForm, ObjectionForm
from grid.models import Notice, Objection
from grid.queries.clues import standing_in, visible_to
from grid.services import notices as service

MOST = 100


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is up in one village today (`?region=`), and where an objection is looked up."""
    region = asked_region(request)
    rows = list(standing_in(region.code)[:MOST]) if region else []
    form = NumberForm(request.GET if "number" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        take(f"objection-number/{request.META.get('REMOTE_ADDR', '')}", limit=20, seconds=3600)
        found = Objection.objects.filter(number=form.cleaned_data["number"]).first()
        if found is None:
            form.add_error("number", "没有这个查询号，请核对。")
    context = {"region": region, "rows": rows, "form": form, "found": found}
    return _unlisted(render(request, "grid/notices/list.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, token: str) -> HttpResponse:
    """One notice while it is up, and the objection form; afterwards 404."""
    row = get_object_or_404(Notice.objects.standing().select_related("region__parent"), token=token)
    form, made, status = ObjectionForm(request.POST if request.method == "POST" else None), None, 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            take(f"objection/{request.META.get('REMOTE_ADDR', '')}", limit=5, seconds=3600)
            try:
                made = service.raise_objection(notice=row, **form.cleaned_data)
                status = 200
            except InvalidInput as error:
                add_errors(form, error)
    context = {"notice": row, "form": form, "made": made}
    return _unlisted(render(request, "grid/notices/detail.html", context, status=status))


@officer_page(Verb.VERIFY)
@require_POST
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change the remark: the notice begins anew."""
    row = get_object_or_404(Notice.objects.filter(clue__in=visible_to(request.user).values("pk")), pk=pk)
    form = EditNoticeForm(request.POST)
    return _file(
        request,
        row.clue_id,
        form,
        "notice-edit",
        pk,
        lambda: service.edit(actor=request.user, notice=row, **form.cleaned_data),
        "已重新公示，从今天起满 5 天。",
    )


@officer_page(Verb.CHECK)
@require_POST
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """The township's finding on an objection."""
    rows = Objection.objects.filter(notice__clue__in=visible_to(request.user).values("pk"))
    row = get_object_or_404(rows.select_related("notice__clue"), pk=pk)
    form = AnswerForm(request.POST)
    return _file(
        request,
        row.notice.clue_id,
        form,
        "objection-answer",
        pk,
        lambda: service.answer(
            actor=request.user,
            objection=row,
            upheld=form.cleaned_data["result"] == "upheld",
            words=form.cleaned_data["answer"],
        ),
        "已答复。",
    )


def _file(
    request: SignedIn, clue: int, form: Any, purpose: str, pk: int, work: Any, done: str
) -> HttpResponse:
    """File a small form of the case's page; what is wrong stands there as a message with the words typed."""
    if form.is_valid():
        try:
            content = {"pk": pk, **form.cleaned_data}
            once(
                actor=request.user,
                key=asked_key(request),
                purpose=purpose,
                content=content,
                work=lambda: work().pk,
            )
            messages.success(request, done)
            return redirect("grid:clue", clue)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            return render(request, "grid/clues/form.html", {"form": form, "clue": clue}, status=error.status)
    return render(request, "grid/clues/form.html", {"form": form, "clue": clue}, status=400)


def _unlisted(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Cache-Control"] = "no-store"
    return answer
