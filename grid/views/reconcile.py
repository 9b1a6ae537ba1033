"""账账相符: upload the provincial file, read the differences, decide line by line, take sheets along."""

import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.services import audit
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict, FupinError, InvalidInput, StaleState
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from grid import register_sheets
from grid.forms.reconcile import CheckUploadForm, DifferenceFilter, RulingForm
from grid.models import CheckState, DifferenceKind, RegisterCheck, RegisterDifference
from grid.queries import reconcile as queries
from grid.services import reconcile as service
from needs.forms.household_import import MappingForm
from needs.imports import columns
from needs.views.filing import posted

PAGE = 30


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """The comparisons so far, and the form for a new one."""
    form = CheckUploadForm(
        posted(request), request.FILES or None, counties=queries.counties_to_check(request.user)
    )
    status = 400
    if form.is_bound and form.is_valid():
        try:
            return redirect("grid:register-check", _upload(request, form))
        except FupinError as error:
            add_errors(form, error)
            status = error.status
    page = keyset_page(
        queries.checks_visible_to(request.user), order=("-id",), cursor=request.GET.get("cursor")
    )
    context = {"form": form, "rows": page.items, **pager(request, page)}
    return render(request, "grid/register_checks.html", context, status=status if form.errors else 200)


def _upload(request: SignedIn, form: CheckUploadForm) -> int:
    file = form.cleaned_data["file"]
    return once(
        actor=request.user,
        key=asked_key(request),
        purpose="register-check",
        content={"county": form.cleaned_data["county"], "size": file.size},
        work=lambda: (
            service.upload(actor=request.user, county=form.chosen_county, file_name=file.name, source=file).pk
        ),
    )


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """Which column is what, then progress and the differences."""
    check = _check(request, pk)
    if check.state != CheckState.UPLOADED and request.method == "POST":
        raise StaleState("这份名单已经开始核对或者已经取消。")
    return _columns(request, check) if check.state == CheckState.UPLOADED else _page(request, check)


@officer_page(Verb.APPROVE)
@require_POST
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    service.cancel(actor=request.user, check=_check(request, pk))
    messages.success(request, "已取消，上传的名单已删除。")
    return redirect("grid:register-checks")


def _columns(request: SignedIn, check: RegisterCheck) -> HttpResponse:
    """The guessed columns for a person to look at; `then=preview` shows the first lines under others."""
    form, status = MappingForm(posted(request), headings=check.headings, mapping=check.mapping), 400
    if form.is_bound and form.is_valid():
        try:
            if request.POST.get("then") == "preview":
                check.mapping = columns.checked(form.mapping(), check.headings)
            else:
                service.start(actor=request.user, check=check, mapping=form.mapping())
                return redirect(check)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    rows = [
        (list(zip_longest(check.headings, cells[: len(check.headings)], fillvalue="")), words)
        for cells, words in service.preview(check)
    ]
    context = {"check": check, "form": form, "rows": rows}
    response = render(request, "grid/register_columns.html", context, status=status if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@officer_page(Verb.APPROVE)
@require_POST
def rule(request: SignedIn, pk: int) -> HttpResponse:
    """Decide one difference."""
    row = get_object_or_404(queries.differences_visible_to(request.user), pk=pk)
    form, status = _ruling(row, request.POST), 400
    if form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="register-ruling",
                content={"row": pk, **form.cleaned_data},
                work=lambda: service.rule(actor=request.user, difference=row, **form.cleaned_data).pk,
            )
            messages.success(request, "已登记。")
            return redirect("grid:register-check", row.check_of_id)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return _page(request, _check(request, row.check_of_id), bound={row.pk: form}, status=status)


@officer_page(Verb.APPROVE)
@require_safe
def sheet(request: SignedIn, pk: int, what: str) -> HttpResponse:
    """The differences, or our register in the layout of the provincial file; recorded."""
    check = _check(request, pk)
    if what not in ("differences", "layout") or check.state != CheckState.DONE:
        raise Http404
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        path = Path(folder) / "sheet.xlsx"
        if what == "layout":
            count = register_sheets.write_layout(check, path)
        else:
            count = register_sheets.write_differences(check, path, request.user.get_full_name())
        audit.record(
            actor=request.user,
            action=f"register.export_{what}",
            obj=check,
            region_code=check.county_id,
            changes={"rows": count},
        )
        data = path.read_bytes()
    name = "省平台版式.xlsx" if what == "layout" else "核对差异清单.xlsx"
    return download(data, name)


def _ruling(row: RegisterDifference, data: Any = None) -> RulingForm:
    missing = row.kind == DifferenceKind.MISSING_HERE
    return RulingForm(data, missing_here=missing, auto_id=f"id_row{row.pk}_%s")


def _check(request: SignedIn, pk: int) -> RegisterCheck:
    return get_object_or_404(queries.checks_visible_to(request.user), pk=pk)


def _page(
    request: SignedIn,
    check: RegisterCheck,
    *,
    bound: dict[int, RulingForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = DifferenceFilter(request.GET)
    if not asked.is_valid():
        raise Http404
    kind = asked.cleaned_data["kind"]
    rows = queries.differences_of(check)
    page = keyset_page(
        rows.filter(kind=kind) if kind else rows,
        order=("id",),
        cursor=request.GET.get("cursor"),
        size=PAGE,
    )
    places = register_sheets.places_of(check.county)
    choices = [("", "全部"), *DifferenceKind.choices]
    marks = tabs(request, "kind", choices, kind)
    for tab, (value, _) in zip(marks, choices, strict=True):
        tab["count"] = getattr(check, f"n_{value}") if value else None
    context = {
        "check": check,
        "running": check.state == CheckState.RUNNING,
        "tabs": marks,
        "rows": [
            {
                "row": row,
                "name": row.name.open() if row.name else "",
                "fields": register_sheets.fields_of(row, places),
                "open": not row.ruling and row.kind != DifferenceKind.UNREADABLE,
                "form": (bound or {}).get(row.pk) or _ruling(row),
            }
            for row in page.items
        ],
        "back_url": reverse("grid:register-checks"),
        **pager(request, page),
    }
    response = render(request, "grid/register_check.html", context, status=status)
    response["Cache-Control"] = "no-store"
    if context["running"]:
        response["Refresh"] = "5"
    return response
