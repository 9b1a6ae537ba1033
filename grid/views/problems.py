"""问题上报: what officers cannot solve, answered or passed upward, and the county's digest (REQUIREMENTS 69)."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import taken_once
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page
from grid.forms.problems import DigestForm, ProblemFilter, ProblemForm, StepForm
from grid.models import Problem
from grid.problem_enums import LIFECYCLE, ProblemState
from grid.queries import problems as queries
from grid.rows import place_of, problem_row, step_told
from grid.services import problems as service

READS_AND_POSTS = require_http_methods(["GET", "HEAD", "POST"])
MOST_STEPS = 200
SHOWS = (("waiting", "等我办理"), ("mine", "我上报的"), ("all", "全部"))


@officer_page(*Verb)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?show=waiting|mine|all&state=`; whoever answers begins with what waits, the others with their own."""
    form = ProblemFilter(request.GET)
    if not form.is_valid():
        raise Http404
    answers = queries.answers_somewhere(request.user)
    show = form.cleaned_data["show"] if answers else "mine"
    reports = bool(queries.posts_of(request.user))
    shows = [pair for pair in SHOWS if reports or pair[0] != "mine"]
    show, state = show or "waiting", form.cleaned_data["state"]
    rows = _shown(request, show)
    page = keyset_page(
        rows.filter(state=state) if state else rows, order=("-pk",), cursor=request.GET.get("cursor")
    )
    states = [pair for pair in ProblemState.choices if show != "waiting" or pair[0] != ProblemState.ANSWERED]
    context = {
        "rows": [problem_row(row) for row in page.items],
        "shows": tabs(request, "show", shows, show) if answers else [],
        "states": tabs(request, "state", [("", "所有状态"), *states], state),
        "may_report": reports,
        "serves": queries.is_bought(request.user),
        "sums_up": queries.counties_answered(request.user).exists() if answers else False,
        **pager(request, page),
    }
    return render(request, "grid/problems/index.html", context)


@officer_page()
@READS_AND_POSTS
def new(request: SignedIn) -> HttpResponse:
    """Report a problem from one of my posts; `?kind=` chooses the kind beforehand."""
    posts = queries.posts_of(request.user)
    if not posts:
        raise NotAllowed("您的职务不上报问题：市级办公室没有上级，购买服务人员只答复。")
    asked = ProblemFilter(request.GET)
    kind = asked.cleaned_data["kind"] if asked.is_valid() else ""
    form = ProblemForm(
        request.POST if request.method == "POST" else None, posts=posts, initial={"kind": kind}
    )
    status = 400
    if form.is_bound and form.is_valid():
        try:
            pk = taken_once(request, "problem", form.cleaned_data, lambda: _report(request, form).pk)
            messages.success(request, "已上报，有答复时会通知您。")
            return redirect("grid:problem", pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {
        "form": form,
        "title": "上报问题",
        "lead": "先报最近的一级；解决不了的逐级上报，直到有答复。",
        "submit": "上报",
        "back_url": reverse("grid:problems"),
    }
    return render(request, "grid/office_form.html", context, status=status if form.errors else 200)


@officer_page(*Verb)
@READS_AND_POSTS
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One problem with its history; whoever it lies with answers it or passes it on."""
    row = get_object_or_404(queries.problems_seen_by(request.user), pk=pk)
    steps = service.steps_for(request.user, row)
    passes_up = any(step.action == "pass_up" for step in steps)
    form = StepForm(request.POST if request.method == "POST" else None, passes_up=passes_up)
    status = 400
    action = request.POST.get("action", "")
    if form.is_bound and action not in {step.action for step in LIFECYCLE}:
        form.add_error(None, "请选择答复还是报上级。")
    elif form.is_bound and form.is_valid():
        try:
            _act(request, row, action, form.cleaned_data["words"])
            return redirect(row)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
            row = get_object_or_404(queries.problems_seen_by(request.user), pk=pk)
    context = {
        "row": row,
        "form": form,
        "facts": _facts(row),
        "steps": service.steps_for(request.user, row),
        "timeline": [step_told(step) for step in row.steps.select_related("actor")[:MOST_STEPS]],
    }
    return render(request, "grid/problems/detail.html", context, status=status if form.errors else 200)


@officer_page()
@require_safe
def digest(request: SignedIn) -> HttpResponse:
    """`?county=&since=&until=`: the county's problems of these days as XLSX; the form without parameters."""
    counties = list(queries.counties_answered(request.user)[:200])
    if not counties:
        raise NotAllowed("问题汇总由县级管理员和市级办公室导出。")
    form = DigestForm(request.GET or None, counties=counties)
    if form.is_bound and form.is_valid():
        try:
            return _sheet(request, form)
        except Conflict as error:
            add_errors(form, error)
    return render(request, "grid/problems/digest.html", {"form": form}, status=400 if form.errors else 200)


def _shown(request: SignedIn, show: str) -> QuerySet[Problem]:
    if show == "waiting":
        return queries.waiting(request.user)
    rows = queries.problems_seen_by(request.user)
    return rows.filter(reported_by=request.user) if show == "mine" else rows


def _report(request: SignedIn, form: ProblemForm) -> Problem:
    given = form.cleaned_data
    content = service.Report(given["kind"], given["title"], given["text"])
    return service.report(actor=request.user, post=form.chosen_post, content=content)


def _act(request: SignedIn, row: Problem, action: str, words: str) -> None:
    taken_once(
        request,
        f"problem-{action}",
        {"problem": row.pk, "words": words},
        lambda: service.act(actor=request.user, problem=row, action=action, words=words).pk,
    )
    messages.success(request, "已办理，上报人会收到通知。")


def _sheet(request: SignedIn, form: CleanForm) -> HttpResponse:
    given = form.cleaned_data
    county = form.counties[given["county"]]  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "problems.xlsx"
        service.write_digest(
            actor=request.user, county=county, since=given["since"], until=given["until"], target=target
        )
        return download(target.read_bytes(), f"{county.name}问题汇总表.xlsx")


def _facts(row: Problem) -> list[dict[str, Any]]:
    found = [
        {"term": "类别", "value": row.get_kind_display()},
        {"term": "上报人", "value": row.reported_by.get_full_name()},
        {"term": "地区", "value": place_of(row.region)},
    ]
    if row.answered_at is None:
        found.append({"term": "现在由谁办理", "value": row.get_level_display()})
    return found
