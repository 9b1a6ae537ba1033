"""What I did this month, by the six tasks."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from fupin.lib.clock import month_of
from grid.queries.work import month_of_work
from grid.views.papers import MonthForm


@officer_page(Verb.VISIT, Verb.COLLECT, Verb.CHECK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """One month (`?month=2026-11`), the present one at first."""
    month = MonthForm(request.GET).chosen()
    context = {
        "month": month,
        "before": month_of(month - timedelta(days=1)),
        "asked": MonthForm({"month": f"{month:%Y-%m}"}),
        "rows": month_of_work(request.user, month),
    }
    return render(request, "grid/work.html", context)
