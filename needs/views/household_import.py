"""Importing the register: upload, columns and preview, progress, result; and the register as a sheet."""

import tempfile
from itertools import zip_longest
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from accounts.views.places import asked_region
from fupin.lib.clock import now
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from fupin.lib.forms import add_errors
from needs.forms.household_import import MappingForm, UploadForm
from needs.imports import files
from needs.imports.queries import imports_visible_to
from needs.models import HouseholdImport
from needs.models.household_import import OPEN_STATES, ImportState
from needs.services import household_export
from needs.services import household_import as service

SHOWN = 20
STALE_SECONDS = 60


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """Choose a file; what was imported before."""
    counties = service.counties_to_import(request.user)
    if not counties:
        raise NotAllowed("名单导入由乡镇和县级办理；村里请一户一户登记。")
    form = UploadForm(
        request.POST if request.method == "POST" else None, request.FILES or None, counties=counties
    )
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = service.upload(
                actor=request.user, county=form.chosen_county, file_name=file.name, source=file
            )
            return redirect("needs:household-import", job.pk)
        except InvalidInput as error:
            add_errors(form, error)
    jobs = imports_visible_to(request.user).order_by("-id")[:SHOWN]
    context = {"form": form, "jobs": jobs}
    return render(request, "needs/office/imports.html", context, status=400 if form.errors else 200)


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def job(request: SignedIn, pk: int) -> HttpResponse:
    """One import in whatever state: columns and first rows, progress, or the result."""
    found = _job(request, pk)
    if found.state not in OPEN_STATES:
        return _state_page(request, found, status=409 if request.method == "POST" else 200)
    form = MappingForm(
        request.POST if request.method == "POST" else None, headings=found.headings, mapping=found.mapping
    )
    status = 400
    if form.is_bound and form.is_valid():
        try:
            service.set_mapping(actor=request.user, job=found, mapping=form.mapping())
            if request.POST.get("then") == "start":
                service.start(actor=request.user, job=found)
            return redirect("needs:household-import", found.pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {"job": found, "form": form, "rows": _preview(found)}
    return render(request, "needs/office/import_columns.html", context, status=status if form.errors else 200)


@officer_page(Verb.COLLECT)
@require_POST
def again(request: SignedIn, pk: int) -> HttpResponse:
    """Wake the workers for an import that does not move."""
    service.start(actor=request.user, job=_job(request, pk))
    return redirect("needs:household-import", pk)


@officer_page(Verb.COLLECT)
@require_POST
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    service.cancel(actor=request.user, job=_job(request, pk))
    messages.success(request, "已取消，没有写入任何数据。")
    return redirect("needs:household-import", pk)


@officer_page(Verb.COLLECT)
@require_safe
def errors(request: SignedIn, pk: int) -> HttpResponse:
    """The refused rows, with the reasons."""
    found = _job(request, pk)
    if not found.error_file:
        raise Http404
    name = f"需要改的行-{found.pk}.xlsx"
    return download(files.read(found.error_file), name)


@officer_page(Verb.VIEW, Verb.REPORT)
@require_safe
def export(request: SignedIn) -> HttpResponse:
    """The register of my places as a sheet."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "households.xlsx"
        household_export.export(actor=request.user, region=asked_region(request), target=path)
        return download(path.read_bytes(), "家庭登记.xlsx")


def _job(request: SignedIn, pk: int) -> HouseholdImport:
    return get_object_or_404(imports_visible_to(request.user), pk=pk)


def _preview(found: HouseholdImport) -> list[tuple[list[tuple[str, str]], str]]:
    """Each row as pairs of heading and cell, and what has to be changed in it."""
    return [
        (
            list(zip_longest(found.headings, cells[: len(found.headings)], fillvalue="")),
            service.explained(problems),
        )
        for cells, problems in service.preview(found)
    ]


def _state_page(request: SignedIn, found: HouseholdImport, *, status: int = 200) -> HttpResponse:
    moved = found.progress_at
    context = {
        "job": found,
        "running": found.state == ImportState.RUNNING,
        "done": found.state == ImportState.DONE,
        "stale": moved is not None and (now() - moved).total_seconds() > STALE_SECONDS,
        "own": found.in_charge == request.user,
        "facts": [
            {"term": "新登记", "value": f"{found.created_rows} 户"},
            {"term": "更新", "value": f"{found.updated_rows} 户"},
            {"term": "没有变化", "value": f"{found.unchanged_rows} 户"},
            {"term": "需要改", "value": f"{found.refused_rows} 行"},
        ],
    }
    return render(request, "needs/office/import_state.html", context, status=status)
