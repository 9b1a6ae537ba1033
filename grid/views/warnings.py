"""The departments' warnings: lists and their results, a township's batch to verify, who works for which department."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from grid.forms.warnings import DepartmentForm, RowFilter, VerdictForm
from grid.models import RiskWarning, WarningBatch, WarningState
from grid.queries import warnings as queries
from grid.services import warnings as service

WAITING_SHOWN = 10


@officer_page(Verb.REPORT, Verb.VIEW)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Lists of my department or of my county, newest first."""
    page = keyset_page(
        queries.lists_visible_to(request.user), order=("-id",), cursor=request.GET.get("cursor")
    )
    context = {
        "rows": page.items,
        "desks": queries.desks_of(request.user),
        "waiting": queries.uploads_of(request.user)[:WAITING_SHOWN],
        **pager(request, page),
    }
    return render(request, "grid/warnings.html", context)


@officer_page(Verb.REPORT, Verb.VIEW)
@require_safe
def warning_list(request: SignedIn, pk: int) -> HttpResponse:
    """One list: its counts and its lines with what became of them. Names are masked, households are not shown."""
    made = get_object_or_404(queries.lists_visible_to(request.user), pk=pk)
    asked = RowFilter(request.GET)
    if not asked.is_valid():
        raise Http404
    state = asked.cleaned_data["state"]
    rows = made.rows.filter(state=state) if state else made.rows.all()
    page = keyset_page(rows, order=("id",), cursor=request.GET.get("cursor"), size=50)
    choices = [("", "全部"), *WarningState.choices]
    marks = tabs(request, "state", choices, state)
    for tab, (value, _) in zip(marks, choices, strict=True):
        tab["count"] = getattr(made, f"n_{value}") if value else None
    context = {"list": made, "rows": page.items, "tabs": marks, **pager(request, page)}
    return render(request, "grid/warning_list.html", context)


@officer_page(Verb.CHECK)
@require_safe
def batches(request: SignedIn) -> HttpResponse:
    """What my townships were sent, newest first."""
    page = keyset_page(
        queries.batches_visible_to(request.user), order=("-id",), cursor=request.GET.get("cursor")
    )
    return render(request, "grid/warning_batches.html", {"rows": page.items, **pager(request, page)})


@officer_page(Verb.CHECK)
@require_safe
def batch(request: SignedIn, pk: int) -> HttpResponse:
    return _batch_page(request, _batch(request, pk))


@officer_page(Verb.CHECK)
@require_POST
def reasons(request: SignedIn, pk: int) -> HttpResponse:
    """The reasons in this answer only; the look is recorded."""
    found = _batch(request, pk)
    return _batch_page(request, found, reasons=service.open_reasons(actor=request.user, batch=found))


@officer_page(Verb.CHECK)
@require_POST
def verify(request: SignedIn, pk: int) -> HttpResponse:
    """What the visit found about one line."""
    row = get_object_or_404(
        RiskWarning.objects.filter(batch__in=queries.batches_visible_to(request.user).values("pk")), pk=pk
    )
    form, status = VerdictForm(request.POST, auto_id=f"id_row{row.pk}_%s"), 400
    if form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="warning-verdict",
                content={"row": pk, **form.cleaned_data},
                work=lambda: service.verify(actor=request.user, warning=row, **form.cleaned_data).pk,
            )
            messages.success(request, "已登记，结果反馈给部门。")
            return redirect("grid:warning-batch", row.batch_id)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return _batch_page(request, _batch(request, row.batch_id or 0), bound={row.pk: form}, status=status)


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def departments(request: SignedIn) -> HttpResponse:
    """Which department each department officer works for."""
    posts = list(queries.department_posts(request.user)[:200])
    status = 200
    if request.method == "POST":
        post = next((row for row in posts if str(row.pk) == request.POST.get("post")), None)
        form = DepartmentForm(request.POST)
        if post is None:
            raise Http404
        if form.is_valid():
            service.set_department(actor=request.user, post=post, **form.cleaned_data)
            messages.success(request, "已保存。")
            return redirect("grid:departments")
        messages.error(request, "请选择部门。")
        status = 400
    rows = [
        {
            "post": post,
            "form": DepartmentForm(initial={"department": _department(post)}, auto_id=f"id_post{post.pk}_%s"),
        }
        for post in posts
    ]
    return render(request, "grid/departments.html", {"rows": rows}, status=status)


def _department(post: Any) -> str:
    known = getattr(post, "department_post", None)
    return known.department if known else ""


def _batch(request: SignedIn, pk: int) -> WarningBatch:
    return get_object_or_404(queries.batches_visible_to(request.user), pk=pk)


def _batch_page(
    request: SignedIn,
    found: WarningBatch,
    *,
    reasons: dict[int, str] | None = None,
    bound: dict[int, VerdictForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    page = keyset_page(queries.rows_of(found), order=("id",), cursor=request.GET.get("cursor"), size=50)
    rows = [
        {
            "row": row,
            "reason": (reasons or {}).get(row.pk, ""),
            "form": (bound or {}).get(row.pk) or VerdictForm(auto_id=f"id_row{row.pk}_%s"),
            "open": row.state == WarningState.SENT,
        }
        for row in page.items
    ]
    context = {"batch": found, "rows": rows, "shown": bool(reasons), **pager(request, page)}
    response = render(request, "grid/warning_batch.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
