"""Registered households: the list, registering on behalf, one household, opening a sensitive value."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import ensure, grants
from accounts.queries import villages_in
from accounts.services.reveal import reveal as open_secret
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from accounts.views.places import asked_region
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import Page, keyset_page
from needs import household_queues, queries
from needs.forms.household import RevealForm
from needs.forms.office import HouseholdForm, SearchForm
from needs.household_enums import FlagState
from needs.models import Household
from needs.office_queries import households_listed_for, within
from needs.services import households as service
from needs.views import household_page

SHOWN_NEEDS = 50


@officer_page(Verb.VIEW, Verb.REPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Households of my places; whoever only reads figures sees masked names and opens none."""
    form, region = SearchForm(request.GET), asked_region(request)
    page: Page[Household] = Page([], None, None)
    if form.is_valid():
        rows = households_listed_for(request.user).filter(
            within(region), closed_at__isnull=not form.is_closed
        )
        if form.cleaned_data["q"]:
            # Searching by name is for those who may see names.
            rows = rows.filter(
                grants(request.user).q(Verb.VIEW, "region"), name__contains=form.cleaned_data["q"]
            )
        if form.cleaned_data["watch"]:  # and so is choosing by what is known of them
            rows = rows.filter(grants(request.user).q(Verb.VIEW, "region"), form.wanted())
        page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"))
    held = grants(request.user)
    context = {
        "form": form,
        "rows": [(home, held.allow(Verb.VIEW, home.region_id)) for home in page.items],
        "may_search": any(True for _ in held.of(Verb.VIEW)),
        "region": region,
        "may_collect": any(True for _ in held.of(Verb.COLLECT)),
        "may_import": any(row.low < row.high for row in held.of(Verb.COLLECT)),
        **pager(request, page),
    }
    return render(request, "needs/office/households.html", context, status=400 if form.errors else 200)


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Register on behalf, with the evidence of application and consent."""
    villages = villages_in(request.user, Verb.COLLECT).filter(valid_to=None).select_related("parent")
    form = HouseholdForm(request.POST if request.method == "POST" else None, villages=villages)
    status = 400
    if form.is_bound and form.is_valid():
        try:
            made = once(
                actor=request.user,
                key=asked_key(request),
                purpose="household",
                content=form.cleaned_data,
                work=lambda: _register(request, form),
            )
            messages.success(request, "已登记。现在可以为这户发布求助。")
            return redirect("needs:household", made)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {"form": form, "consent_text": f"needs/consent_{service.CONSENT_TEXT}.html"}
    return render(request, "needs/office/household_new.html", context, status=status if form.errors else 200)


def _register(request: SignedIn, form: HouseholdForm) -> int:
    made = service.register(
        actor=request.user,
        region=form.chosen_village,
        content=form.content(),
        evidence=form.cleaned_data["evidence"],
    )
    return made.pk


@officer_page(Verb.VIEW)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One household: who they are, the people, the situation, consents, needs."""
    household = get_object_or_404(households_of(request), pk=pk)
    held = grants(request.user)
    context = {
        "household": household,
        "facts": household_page.facts(household),
        "people": household_page.people(household),
        "needs": household.needs.order_by("-id")[:SHOWN_NEEDS],
        "consents": household.consents.select_related("recorded_by").order_by("id"),
        "reports": household_queues.reports_about(household),
        "flags": household.shared_flags.exclude(state=FlagState.GONE).order_by("id"),
        "may_approve": held.allow(Verb.APPROVE, household.region_id),
        "may_reveal": held.allow(Verb.REVEAL, household.region_id),
        "may_write": household.closed_at is None and held.allow(Verb.COLLECT, household.region_id),
        "may_check": household.closed_at is None and held.allow(Verb.CHECK, household.region_id),
    }
    return render(request, "needs/office/household.html", context)


@officer_page(Verb.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: SignedIn, pk: int) -> HttpResponse:
    """Open one value, with a reason, for this answer only."""
    household = get_object_or_404(households_of(request), pk=pk)
    ensure(request.user, Verb.REVEAL, household.region_id)
    recorded = household_page.secrets(household)
    choices = [(key, label) for key, (label, _, _) in recorded.items()]
    form = RevealForm(request.POST if request.method == "POST" else None, values=choices)
    value, label, status = "", "", 400
    if form.is_bound and form.is_valid():
        label, thing, field = recorded[form.cleaned_data["field"]]
        try:
            value = open_secret(
                thing,
                field,
                actor=request.user,
                region_code=household.region_id,
                reason=form.cleaned_data["reason"],
            )
        except InvalidInput as error:
            add_errors(form, error)
    context = {
        "household": household,
        "form": form,
        "value": value,
        "label": label if value else "",
        "recorded": choices,
    }
    return render(request, "needs/office/reveal.html", context, status=status if form.errors else 200)


def households_of(request: SignedIn) -> QuerySet[Household]:
    """The households this officer may open."""
    view = grants(request.user).q(Verb.VIEW, "region")
    return queries.households_visible_to(request.user).filter(view).select_related("registered_by")
