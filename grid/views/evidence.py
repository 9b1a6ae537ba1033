"""The evidence pack of a case, in one click."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from fupin.lib.downloads import download
from grid.queries.clues import visible_to
from grid.services import evidence as service


@officer_page(Verb.VIEW)
@require_GET
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """The case as one PDF."""
    clue = get_object_or_404(visible_to(request.user), pk=pk)
    made = service.as_pdf(actor=request.user, clue=clue)
    return download(made, f"{clue.number}.pdf")


@officer_page(Verb.VIEW)
@require_GET
def archive(request: SignedIn, pk: int) -> HttpResponse:
    """The case as a ZIP: the PDF and each part as data."""
    clue = get_object_or_404(visible_to(request.user), pk=pk)
    made = service.as_zip(actor=request.user, clue=clue)
    return download(made, f"{clue.number}.zip")
