"""Asking for a month to be closed, and how far it has come."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from accounts.views.places import roots_of
from fupin.lib.errors import Conflict, InvalidInput
from grid.enums import ClosingState
from grid.forms.quotas import MonthParameter
from grid.queries.reports import closings_seen_by
from grid.services import closings

DOES = (Verb.APPROVE, Verb.APPOINT)


@officer_page(*DOES)
@require_POST
def start(request: SignedIn) -> HttpResponse:
    """Have the asked month of one's county, or of all one's city's counties, closed by a worker."""
    form = MonthParameter(request.POST)
    mine = {str(root.code): root for root in roots_of(request.user, *DOES)}
    region = mine.get(request.POST.get("region", ""))
    if region is None or not form.is_valid():
        raise Http404
    try:
        job = closings.start(actor=request.user, region=region, month=form.chosen)
    except (InvalidInput, Conflict) as error:
        messages.error(request, error.message)
        return redirect("grid:months")
    return redirect("grid:month-closing", job.pk)


@officer_page(*DOES)
@require_safe
def progress(request: SignedIn, pk: int) -> HttpResponse:
    job = get_object_or_404(closings_seen_by(request.user), pk=pk)
    context = {
        "job": job,
        "running": job.state == ClosingState.RUNNING,
        "closed": job.done - len(job.failures),
    }
    return render(request, "grid/reports/closing.html", context)
