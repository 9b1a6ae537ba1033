"""Cases about deliveries: the county's queue, one case, and its steps."""

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import taken_once
from donors.cases import moves_for
from donors.delivery_forms import WordsForm
from donors.enums import OPEN_CASES, CaseStatus
from donors.models import DeliveryCase
from donors.office_queries import cases_of
from donors.rows import gift
from donors.services import cases as service
from donors.views import shown
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page

ACTIONS = ("answer", "solve", "close")
STATES = (("", "待处理"), (CaseStatus.CLOSED, "已办结"))


class CaseFilter(CleanForm):
    status = forms.ChoiceField(required=False, choices=[(CaseStatus.CLOSED, "")])


@officer_page(Verb.CHECK, Verb.APPROVE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Cases of my places: those open, longest waiting first; the county works them, the township reads along."""
    form = CaseFilter(request.GET)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data["status"]
    found = _mine(request).filter(status__in=[chosen] if chosen else OPEN_CASES)
    page = keyset_page(found, order=("id",), cursor=request.GET.get("cursor"))
    context = {"rows": page.items, "tabs": tabs(request, "status", STATES, chosen), **pager(request, page)}
    return render(request, "donors/office/cases.html", context)


@officer_page(Verb.CHECK, Verb.APPROVE)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(_mine(request), pk=pk), WordsForm())


@officer_page(Verb.CHECK, Verb.APPROVE)
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """The county's step, with words that both sides read."""
    case = get_object_or_404(_mine(request), pk=pk)
    if action not in ACTIONS:
        raise Http404
    form, status = WordsForm(request.POST), 400
    if form.is_valid():
        try:
            note = form.cleaned_data["note"]
            taken_once(
                request,
                f"case-{action}",
                {"case": case.pk, "note": note},
                lambda: service.work(actor=request.user, case=case, action=action, note=note).pk,
            )
            messages.success(request, "已登记，双方都会收到通知。")
            return redirect(case)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return _page(request, case, form, status=status)


def _page(request: SignedIn, case: DeliveryCase, form: WordsForm, *, status: int = 200) -> HttpResponse:
    told = [row for row in shown.cases(request.user, case.pledge) if row["case"].pk == case.pk]
    context = {
        "case": case,
        "gift": gift(case.pledge),
        "steps": told[0]["steps"] if told else [],
        "moves": moves_for(request.user, case),
        "form": form,
    }
    return render(request, "donors/office/case.html", context, status=status)


def _mine(request: SignedIn) -> QuerySet[DeliveryCase]:
    return cases_of(request.user).prefetch_related("pledge__items__item", "pledge__cases__steps")
