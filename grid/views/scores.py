"""村级评分: the sheets, one sheet with what is said to it, its XLSX, and the county's method."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from accounts.views.places import roots_of
from fupin.lib.clock import today
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page
from grid.forms.scores import MethodForm, PeriodForm, WordForm
from grid.models import ScoreRow, ScoreSheet
from grid.queries import scores as queries
from grid.services import scores as service

MOST_ROWS = 2000
COLUMNS = [{"label": column.label} for column in service.COLUMNS[: -service.SAID]]
WORDS: dict[str, tuple[Callable[..., ScoreRow], str]] = {
    "object": (service.object_to, "提出异议"),
    "comment": (service.comment, "写乡镇意见"),
    "answer": (service.answer, "答复异议"),
}


@officer_page(*queries.READS)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """The sheets with a village of mine; for the county the form that draws one up."""
    form, status = _form_of(request, PeriodForm), 200
    if form and form.is_bound:
        status = _do(request, form, "score-draw", lambda: _draw_up(request, form))
        if status == 302:
            return redirect("grid:scores")
    page = keyset_page(queries.sheets_seen_by(request.user), order=("-id",), cursor=request.GET.get("cursor"))
    context = {"rows": page.items, "form": form, **pager(request, page)}
    return render(request, "grid/scores/index.html", context, status=status)


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def method(request: SignedIn) -> HttpResponse:
    """Lay down how a county scores from a month on."""
    form, status = _form_of(request, MethodForm), 200
    if form is None:
        raise Http404
    if form.is_bound:
        status = _do(request, form, "score-method", lambda: _set_method(request, form))
        if status == 302:
            return redirect("grid:scores")
    context = {
        "form": form,
        "title": "村级评分细则",
        "lead": "各项权重加起来是 100。没有记录的一项不算分，它的权重由其他项分担。",
        "submit": "定下",
        "back_url": reverse("grid:scores"),
    }
    return render(request, "grid/office_form.html", context, status=status)


@officer_page(*queries.READS)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """My villages on one sheet, what was said to them, and what I may say or decide."""
    sheet, rows = _sheet(request, pk)
    steps = _steps(request, sheet, rows)
    answered = [row for row in rows if row.objection] if "answer" in steps else rows
    form = WordForm(request.POST if request.method == "POST" else None, rows=answered)
    status = 200
    if request.method == "POST":
        status = _act(request, sheet, form, steps)
        if status == 302:
            return redirect("grid:score-sheet", pk)
    context = {
        "sheet": sheet,
        "columns": COLUMNS,
        "rows": [[{"value": cell or "—"} for cell in service.cells(row)[: -service.SAID]] for row in rows],
        "said": [row for row in rows if row.comment or row.objection],
        "form": form,
        "steps": [(step, WORDS[step][1]) for step in steps],
        "rules": service.rules(sheet.method),
        "open_until": service.open_until(sheet),
        "decides": _may_decide(request, sheet),
    }
    return render(request, "grid/scores/sheet.html", context, status=status)


@officer_page(*queries.READS)
@require_safe
def file(request: SignedIn, pk: int) -> HttpResponse:
    """My villages on one sheet as XLSX; recorded."""
    sheet, rows = _sheet(request, pk)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.xlsx"
        service.write(actor=request.user, sheet=sheet, rows=rows, target=path)
        return download(path.read_bytes(), f"{sheet.region.name}{sheet.period}村级评分表.xlsx")


def _sheet(request: SignedIn, pk: int) -> tuple[ScoreSheet, list[ScoreRow]]:
    sheet = get_object_or_404(queries.sheets_seen_by(request.user), pk=pk)
    return sheet, list(queries.rows_seen_by(request.user).filter(sheet=sheet)[:MOST_ROWS])


def _steps(request: SignedIn, sheet: ScoreSheet, rows: list[ScoreRow]) -> list[str]:
    """What this person may say to any of these villages now."""
    if sheet.decided_at:
        return []
    held, code = grants(request.user), rows[0].region_id
    if held.allow(Verb.APPROVE, code):
        return ["answer"] if any(row.objection for row in rows) else []
    return (
        ["comment"] if held.allow(Verb.CHECK, code) else ["object"] if held.allow(Verb.VERIFY, code) else []
    )


def _may_decide(request: SignedIn, sheet: ScoreSheet) -> bool:
    """Once the days for objections are over."""
    due = not sheet.decided_at and today() >= service.open_until(sheet)
    return due and grants(request.user).allow(Verb.APPROVE, sheet.region_id)


def _act(request: SignedIn, sheet: ScoreSheet, form: WordForm, steps: list[str]) -> int:
    step = request.POST.get("step", "")
    if step == "decide":
        form.is_valid()
        form.errors.clear()
        return _taken(
            request, form, "score-decide", lambda: service.decide(actor=request.user, sheet=sheet).pk
        )
    if step not in steps:
        raise Http404
    deed = WORDS[step][0]
    return _do(
        request,
        form,
        f"score-{step}",
        lambda: (
            deed(
                actor=request.user,
                row=form.rows[form.cleaned_data["row"]],
                note=form.cleaned_data["note"],
            ).pk
        ),
    )


def _draw_up(request: SignedIn, form: Any) -> int:
    first, last = form.months()
    return service.draw_up(actor=request.user, county=form.chosen, first=first, last=last).pk


def _set_method(request: SignedIn, form: Any) -> int:
    return service.set_method(actor=request.user, county=form.chosen, content=form.content()).pk


def _form_of(request: SignedIn, kind: type[Any]) -> Any:
    """The form for the counties where this person decides; None without one."""
    counties = [root for root in roots_of(request.user, Verb.APPROVE) if root.level == Level.COUNTY]
    return kind(request.POST if request.method == "POST" else None, counties=counties) if counties else None


def _do(request: SignedIn, form: CleanForm, purpose: str, work: Callable[[], int]) -> int:
    """Do it once if the form is right; returns 302, else the status of what is wrong."""
    return _taken(request, form, purpose, work) if form.is_valid() else 400


def _taken(request: SignedIn, form: CleanForm, purpose: str, work: Callable[[], int]) -> int:
    content = {name: str(value) for name, value in form.cleaned_data.items()}
    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose=purpose,
            content={"page": request.path, **content},
            work=work,
        )
    except (InvalidInput, Conflict) as error:
        add_errors(form, error)
        return error.status
    messages.success(request, "已办理。")
    return 302
