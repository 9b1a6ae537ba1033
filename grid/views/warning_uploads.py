"""A department hands a list in, says which column is what, and sends it to the townships."""

from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, FupinError, InvalidInput
from fupin.lib.forms import add_errors
from grid import warning_sheets
from grid.forms.warnings import UploadForm
from grid.models import WarningUpload
from grid.queries import warnings as queries
from grid.services import warning_uploads as service
from needs.forms.household_import import MappingForm
from needs.imports import columns
from needs.views.filing import posted


@officer_page(Verb.REPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedIn) -> HttpResponse:
    """Hand a list in; the answer is the page on which its columns are chosen."""
    desks = queries.desks_of(request.user)
    if not desks:
        raise Http404
    form = UploadForm(posted(request), request.FILES or None, desks=desks)
    status = 400
    if form.is_bound and form.is_valid():
        try:
            return redirect("grid:warning-upload-columns", _take_in(request, form))
        except FupinError as error:
            add_errors(form, error)
            status = error.status
    context = {
        "form": form,
        "title": "上传预警名单",
        "lead": "只和本县在册家庭比对；结果会反馈给您。",
        "submit": "上传，下一步核对列名",
        "multipart": True,
        "back_url": reverse("grid:warnings"),
    }
    return render(request, "grid/office_form.html", context, status=status if form.errors else 200)


def _take_in(request: SignedIn, form: UploadForm) -> int:
    given = form.cleaned_data
    return once(
        actor=request.user,
        key=asked_key(request),
        purpose="warning-list",
        content={"desk": given["desk"], "topic": given["topic"], "size": given["file"].size},
        work=lambda: (
            service.take_in(
                actor=request.user,
                desk=form.chosen_desk,
                topic=given["topic"],
                file_name=given["file"].name,
                source=given["file"],
            ).pk
        ),
    )


@officer_page(Verb.REPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """The guessed columns for a person to look at; `then=preview` shows the first lines under others."""
    made = _upload(request, pk)
    wanted: dict[str, Any] = {"headings": made.headings, "mapping": made.mapping}
    form, status = MappingForm(posted(request), of=warning_sheets.COLUMNS, **wanted), 400
    if form.is_bound and form.is_valid():
        try:
            if request.POST.get("then") == "preview":
                made.mapping = columns.checked(form.mapping(), made.headings, warning_sheets.COLUMNS)
            else:
                sent = service.send(actor=request.user, upload=made, mapping=form.mapping())
                messages.success(request, "名单已读完，已发给乡镇核实。")
                return redirect(sent)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    shown = warning_sheets.first_lines(service.sheet_of(made), made.mapping)
    rows = [
        (list(zip_longest(made.headings, cells[: len(made.headings)], fillvalue="")), words)
        for cells, words in shown
    ]
    context = {"upload": made, "form": form, "rows": rows}
    response = render(request, "grid/warning_columns.html", context, status=status if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@officer_page(Verb.REPORT)
@require_POST
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    service.cancel(actor=request.user, upload=_upload(request, pk))
    messages.success(request, "已取消，上传的名单已删除。")
    return redirect("grid:warnings")


def _upload(request: SignedIn, pk: int) -> WarningUpload:
    return get_object_or_404(queries.uploads_of(request.user), pk=pk)
