"""记录里的疑问: what the sweep found odd, with its evidence, and the county's answer (B3)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from donors.models import Pledge
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.money import yuan
from fupin.lib.paging import keyset_page
from grid.forms.subsidies import VerdictForm
from grid.models import ExcludedNeed, Question
from grid.queries import questions as queries
from grid.question_enums import Answer
from grid.rows import question_row
from grid.services import questions as service
from needs.enums import Form
from needs.models import Need

MOST_SHOWN = 50
SHOWS = (("", "待答复"), ("answered", "已答复"))


@officer_page(Verb.APPROVE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?show=answered`: the questions of my counties, newest first."""
    show = "answered" if request.GET.get("show") == "answered" else ""
    rows = queries.questions_seen_by(request.user)
    rows = rows.exclude(answer=Answer.OPEN) if show else rows.filter(answer=Answer.OPEN)
    page = keyset_page(rows, order=("-pk",), cursor=request.GET.get("cursor"))
    context = {
        "rows": [question_row(row) for row in page.items],
        "tabs": tabs(request, "show", SHOWS, show),
        "show": show,
        **pager(request, page),
    }
    return render(request, "grid/questions/index.html", context)


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One question: the facts, the needs and pledges that show it, and the answer."""
    row = get_object_or_404(queries.questions_seen_by(request.user), pk=pk)
    form, status = VerdictForm(request.POST if request.method == "POST" else None), 400
    if form.is_bound and form.is_valid():
        try:
            _answer(request, row, form)
            return redirect("grid:questions")
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
            row.refresh_from_db()
    context = {
        "row": row,
        "form": form,
        "needs": _needs(row),
        "pledges": _pledges(row),
        "more": max(0, len(row.pledges) - MOST_SHOWN),
    }
    return render(request, "grid/questions/detail.html", context, status=status if form.errors else 200)


def _answer(request: SignedIn, row: Question, form: VerdictForm) -> None:
    verdict, reason = form.cleaned_data["verdict"], form.cleaned_data["reason"]
    once(
        actor=request.user,
        key=asked_key(request),
        purpose="question-answer",
        content={"question": row.pk, "verdict": verdict, "reason": reason},
        work=lambda: service.answer(actor=request.user, question=row, verdict=verdict, reason=reason).pk,
    )
    messages.success(request, "已答复。")


def _needs(row: Question) -> list[dict[str, Any]]:
    """The needs in the order of their submission, with who wrote them and whether they would stop counting."""
    excluded = set(ExcludedNeed.objects.filter(need__in=row.needs).values_list("need_id", flat=True))
    rows = Need.objects.filter(pk__in=row.needs[:MOST_SHOWN]).select_related("created_by", "region")
    return [
        {
            "need": need,
            "url": reverse("needs:office-need", args=[need.pk]),
            "counting": reverse("grid:quota-need", args=[need.pk]),
            "doubtful": need.pk in row.doubtful,
            "excluded": need.pk in excluded,
        }
        for need in rows.order_by("submitted_at", "pk")
    ]


def _pledges(row: Question) -> list[dict[str, Any]]:
    rows = Pledge.objects.filter(pk__in=row.pledges[:MOST_SHOWN]).order_by("created_at", "pk")
    return [
        {
            "pledge": pledge,
            "url": reverse("donors:pledge", args=[pledge.pk]),
            "what": f"{yuan(pledge.amount_fen)} 元"
            if pledge.form == Form.MONEY
            else pledge.get_form_display(),
        }
        for pledge in rows
    ]
