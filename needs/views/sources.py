"""What was opened through campaigns' and officers' links, for the county."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from needs.services import sources


@officer_page(Verb.APPROVE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The last 30 days, most opened first."""
    context = {"rows": sources.of_counties(request.user), "days": sources.SHOWN_DAYS}
    return render(request, "needs/office/sources.html", context)
