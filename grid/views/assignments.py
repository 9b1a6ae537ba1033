"""工作任务: given, divided down to a named holder, reported from below, overdue visible above (REQUIREMENTS 9)."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Level
from accounts.http import SignedIn
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import taken_once
from fupin.lib.clock import today
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.official_sheets import write_form
from fupin.lib.paging import keyset_page
from grid.assignment_enums import LIFECYCLE, AssignmentState
from grid.forms.assignments import ActForm, AssignmentFilter, DivideForm, GivenForm, OwnerForm
from grid.models import Assignment
from grid.queries import assignments as queries
from grid.rows import assignment_row
from grid.services import assignments as service
from grid.views import assignment_cells as cells
from needs.views.filing import posted

READS_AND_POSTS = require_http_methods(["GET", "HEAD", "POST"])
SHOWS = (("mine", "我负责的"), ("all", "全部"), ("late", "下面超期的"))


@officer_page()
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?show=mine|all|late&state=`: whoever answers for a place begins with their own."""
    form = AssignmentFilter(request.GET)
    if not form.is_valid():
        raise Http404
    posts = queries.own_posts(request.user)
    show = form.cleaned_data["show"] or ("mine" if posts else "all")
    state = form.cleaned_data["state"]
    rows = _shown(request, show).order_by()
    page = keyset_page(
        rows.filter(state=state) if state else rows, order=("-pk",), cursor=request.GET.get("cursor")
    )
    may_give = any(queries.manages(request.user, post.region) for post in posts)
    context = {
        "rows": [assignment_row(row) for row in page.items],
        "shows": tabs(request, "show", SHOWS if may_give else SHOWS[:2], show) if posts else [],
        "states": tabs(request, "state", [("", "所有状态"), *AssignmentState.choices], state)
        if show != "late"
        else [],
        "may_give": may_give,
        **pager(request, page),
    }
    return render(request, "grid/assignments/index.html", context)


def _shown(request: SignedIn, show: str) -> QuerySet[Assignment]:
    if show == "late":
        return queries.late_below(request.user)
    return queries.answered_by(request.user) if show == "mine" else queries.tops_seen_by(request.user)


@officer_page()
@READS_AND_POSTS
def new(request: SignedIn) -> HttpResponse:
    """Give a task to one's own area; dividing it comes next."""
    posts = [post for post in queries.own_posts(request.user) if queries.manages(request.user, post.region)]
    if not posts:
        raise NotAllowed("任务由乡镇、县和市布置。")
    form, status = GivenForm(posted(request), posts=posts), 400
    if form.is_bound and form.is_valid():
        try:
            given, post = form.given(), form.chosen_post
            pk = taken_once(
                request,
                "assignment",
                {name: str(value) for name, value in form.cleaned_data.items()},
                lambda: service.give(actor=request.user, post=post, content=given).pk,
            )
            messages.success(request, "任务已布置，接着分解到下一级。")
            return redirect("grid:assignment-divide", pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {
        "form": form,
        "title": "布置任务",
        "lead": "先写清任务和期限，下一步分解到下面各处，每一处都有责任人。",
        "submit": "布置",
        "back_url": reverse("grid:assignments"),
    }
    return render(request, "grid/office_form.html", context, status=status if form.errors else 200)


@officer_page()
@READS_AND_POSTS
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One task or part with what lies below it, its history, and what this person may do."""
    part = _part(request, pk)
    form, status = ActForm(posted(request)), 400
    action = request.POST.get("action", "")
    if form.is_bound and action not in {step.action for step in LIFECYCLE}:
        form.add_error(None, "请选择要办的一步。")
    elif form.is_bound and form.is_valid():
        try:
            _act(request, part, action, form)
            return redirect(part)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
            part = _part(request, pk)
    branch = queries.branch_of(part)
    manages, is_open = queries.manages(request.user, part.region), part.state == AssignmentState.OPEN
    context = {
        "part": branch.part,
        "path": _path(request, part),
        "facts": cells.facts(branch),
        "form": form,
        "steps": service.steps_for(request.user, part),
        **cells.table(branch),
        "may_divide": manages and is_open and not part.divided and part.region.level < Level.VILLAGE,
        "may_name": manages and is_open,
        "timeline": cells.timeline(part),
    }
    return render(request, "grid/assignments/detail.html", context, status=status if form.errors else 200)


@officer_page()
@READS_AND_POSTS
def divide(request: SignedIn, pk: int) -> HttpResponse:
    """Share a task out among the places below; at first evenly."""
    part = _part(request, pk)
    if not queries.manages(request.user, part.region):
        raise NotAllowed("任务由本级和上级的同志分解。")
    places = queries.places_below(part.region)
    form, status = DivideForm(posted(request), part=part, places=places), 400
    if form.is_bound and form.is_valid():
        try:
            amounts, due_on = form.amounts(), form.cleaned_data["due_on"]
            taken_once(
                request,
                "assignment-divide",
                {"part": part.pk, "amounts": str(amounts), "due": str(due_on)},
                lambda: service.divide(actor=request.user, part=part, amounts=amounts, due_on=due_on),
            )
            messages.success(request, "已分解，责任人会收到通知。")
            return redirect(part)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    held = queries.holders(places)
    context = {
        "part": part,
        "form": form,
        "places": [(form[f"p{place.code}"], queries.first_of(held, place.code)) for place in places],
        "vacant": sum(place.code not in held for place in places),
    }
    return render(request, "grid/assignments/divide.html", context, status=status if form.errors else 200)


@officer_page()
@READS_AND_POSTS
def owner(request: SignedIn, pk: int) -> HttpResponse:
    """Name who answers, among those who hold the place's post today."""
    part = _part(request, pk)
    if not queries.manages(request.user, part.region):
        raise NotAllowed("责任人由本级和上级的同志确定。")
    posts = queries.holders([part.region]).get(part.region_id, [])
    form, status = OwnerForm(posted(request), posts=posts), 400
    if form.is_bound and form.is_valid():
        post = form.posts[form.cleaned_data["owner"]]
        try:
            content = {"part": part.pk, "post": post.pk}
            taken_once(
                request,
                "assignment-owner",
                content,
                lambda: service.hand_to(actor=request.user, part=part, post=post).pk,
            )
            messages.success(request, "责任人已确定，会收到通知。")
            return redirect(part)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    lead = "从现在在岗的人里选。" if posts else "这里现在没有人在岗，先任命，再确定责任人。"
    context = {
        "form": form,
        "title": f"{part.region.name}：谁负责",
        "lead": lead,
        "submit": "确定",
        "back_url": part.get_absolute_url(),
    }
    return render(request, "grid/office_form.html", context, status=status if form.errors else 200)


@officer_page()
@require_safe
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """任务分解表: the part and all below it with their owners, as XLSX."""
    part = _part(request, pk)
    branches = queries.leaves_of(queries.branch_of(part))
    note = f"导出日期：{today():%Y-%m-%d}" + (f"　单位：{part.unit}" if part.unit else "")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tree.xlsx"
        write_form(
            target,
            title=f"{part.title}任务分解表",
            note=note,
            columns=cells.SHEET_COLUMNS,
            rows=cells.sheet_rows(part, branches),
        )
        return download(target.read_bytes(), f"{part.title}任务分解表.xlsx")


def _part(request: SignedIn, pk: int) -> Assignment:
    return get_object_or_404(queries.seen_by(request.user), pk=pk)


def _act(request: SignedIn, part: Assignment, action: str, form: CleanForm) -> None:
    given = form.cleaned_data
    taken_once(
        request,
        f"assignment-{action}",
        {"part": part.pk, "done": given["done"], "note": given["note"]},
        lambda: (
            service.act(
                actor=request.user, part=part, action=action, note=given["note"], done=given["done"]
            ).pk
        ),
    )
    messages.success(request, "已登记。")


def _path(request: SignedIn, part: Assignment) -> list[dict[str, str]]:
    """The way down from what this person sees at the top."""
    way, one = [], part.parent
    while one:
        way.append(one)
        one = one.parent
    seen = set(
        queries.seen_by(request.user).filter(pk__in=[row.pk for row in way]).values_list("pk", flat=True)
    )
    return [
        {"label": row.region.name, "url": row.get_absolute_url()} for row in reversed(way) if row.pk in seen
    ]
