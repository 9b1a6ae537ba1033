"""Photos and scans of a case: added, shown to officers in scope, a mistake taken back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import ensure
from accounts.views.access import officer_page
from fupin.lib.errors import Conflict
from fupin.lib.forms import add_errors
from grid.forms.clues import ClueFileForm
from grid.models import Clue, ClueFile
from grid.queries.clues import visible_to
from grid.services import clue_files as service
from grid.views.clues import page
from grid.views.visits import PRIVATE


@officer_page(Verb.VERIFY, Verb.CHECK, Verb.APPROVE)
@require_POST
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Keep one picture; what is wrong with it stands in the form."""
    clue = get_object_or_404(visible_to(request.user), pk=pk)
    kinds = service.kinds_for(request.user, clue)
    if not kinds:
        raise Conflict("这条线索已经结束，不能再加材料。")
    form = ClueFileForm(request.POST, request.FILES, kinds=kinds, auto_id="id_file_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            service.add(
                actor=request.user,
                clue=clue,
                kind=given["kind"],
                jpeg=given["photo"].read(),
                words=given["words"],
            )
            messages.success(request, "已放进案卷。")
            return redirect(f"{clue.get_absolute_url()}#files")
        except Conflict as error:
            add_errors(form, error)
            return page(request, clue, status=error.status, file_form=form)
    return page(request, clue, status=400, file_form=form)


@officer_page(Verb.VIEW)
@require_safe
def show(request: SignedIn, pk: int, file: int) -> HttpResponse:
    try:
        return HttpResponse(
            service.opened(_row(request, pk, file)), content_type="image/jpeg", headers=PRIVATE
        )
    except FileNotFoundError as error:
        raise Http404 from error


@officer_page(Verb.VIEW)
@require_POST
def remove(request: SignedIn, pk: int, file: int) -> HttpResponse:
    """Take one's own mistake back before the next step."""
    row = _row(request, pk, file)
    service.remove(actor=request.user, row=row)
    messages.success(request, "已删掉。")
    return redirect(f"{row.clue.get_absolute_url()}#files")


def _row(request: SignedIn, pk: int, file: int) -> ClueFile:
    clue: Clue = get_object_or_404(visible_to(request.user), pk=pk)
    row = get_object_or_404(clue.files, pk=file)
    ensure(request.user, Verb.VIEW, clue.region_id)
    return row
