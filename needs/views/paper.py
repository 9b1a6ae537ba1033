"""Printed application forms (B4): printing blank ones, and keying a filled-in one by its code."""

from uuid import UUID

import segno
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_list_or_404, get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.queries import path_of, villages_in
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from needs.enums import Form, Kind
from needs.forms.office import NeedFilter, SearchForm
from needs.forms.paper import PrintForm
from needs.kinds import FIELDS
from needs.models import Household, PaperForm
from needs.office_queries import households_to_write_for
from needs.services import drafts, paper
from needs.services.households import CONSENT_TEXT
from needs.views.write import write

SHOWN = 50
ITEM_ROWS = range(4)


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: SignedIn) -> HttpResponse:
    """Which forms to print and how many; with `?household=` the one form of that household."""
    household = _household(request, households_to_write_for(request.user))
    villages = villages_in(request.user, Verb.COLLECT).filter(valid_to=None).select_related("parent")
    if household:
        villages = villages.filter(code=household.region_id)
    form = PrintForm(request.POST if request.method == "POST" else None, villages=villages)
    if household:
        form.fields["copies"].max_value = 1  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        try:
            pk = once(
                actor=request.user,
                key=asked_key(request),
                purpose="paper",
                content={**form.cleaned_data, "household": household.pk if household else None},
                work=lambda: _print(request, form, household),
            )
            return redirect("needs:paper-print", PaperForm.objects.get(pk=pk).batch)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
    context = {"form": form, "household": household}
    return render(request, "needs/office/paper_order.html", context, status=400 if form.errors else 200)


@officer_page(Verb.COLLECT)
@require_safe
def sheets(request: SignedIn, batch: UUID) -> HttpResponse:
    """The forms of one batch, a page each, as the printer takes them."""
    forms = get_list_or_404(_forms(request).filter(batch=batch).order_by("pk"))
    kind = forms[0].kind
    context = {
        "sheets": [(form, _code(form)) for form in forms],
        "place": "".join(region.name for region in path_of(forms[0].region_id)[1:]),
        "kind": Kind(kind) if kind else None,
        "kinds": Kind,
        "fields": FIELDS[kind] if kind else (),
        "help_forms": Form,
        "item_rows": ITEM_ROWS,
        "consent_text": f"needs/consent_{CONSENT_TEXT}.html",
        "consent_version": CONSENT_TEXT,
    }
    return render(request, "needs/office/paper_sheets.html", context)


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: SignedIn, token: str) -> HttpResponse:
    """Behind the code: the draft of this paper, or, the first time, the sheet that becomes it."""
    form = get_object_or_404(_forms(request), token=token)
    if form.need:
        mine = drafts.may_write(request.user, form.need) and form.need.status in drafts.EDITABLE
        return redirect("needs:need-edit" if mine else "needs:office-need", form.need.pk)
    inside = households_to_write_for(request.user).filter(region=form.region_id)
    household = form.household or _household(request, inside)
    if household is None:
        return _choose(request, form, inside)
    context = {
        "household": household,
        "region": None,
        "cancel_url": reverse("needs:office-needs"),
        "paper": form,
        "draft_key": f"need-paper-{form.pk}",
    }
    return write(request, context, household=household, paper=form)


def _choose(request: SignedIn, form: PaperForm, inside: QuerySet[Household]) -> HttpResponse:
    """Whose paper it is: the households of its village."""
    search = SearchForm(request.GET)
    if search.is_valid() and search.cleaned_data["q"]:
        inside = inside.filter(name__contains=search.cleaned_data["q"])
    context = {"paper": form, "form": search, "households": inside.order_by("-id")[:SHOWN]}
    return render(request, "needs/office/paper_household.html", context, status=400 if search.errors else 200)


def _print(request: SignedIn, form: PrintForm, household: Household | None) -> int:
    batch = paper.print_forms(
        actor=request.user,
        region=form.chosen_village,
        household=household,
        kind=form.cleaned_data["kind"],
        copies=form.cleaned_data["copies"],
    )
    return PaperForm.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True)[0]


def _forms(request: SignedIn) -> QuerySet[PaperForm]:
    """The forms of the villages where this officer writes; a code from elsewhere is as good as none."""
    mine = grants(request.user).q(Verb.COLLECT, "region")
    return PaperForm.objects.filter(mine).select_related("region", "household__region", "need__household")


def _household(request: SignedIn, among: QuerySet[Household]) -> Household | None:
    form = NeedFilter(request.GET)
    if not form.is_valid():
        raise Http404
    pk = form.cleaned_data["household"]
    return get_object_or_404(among, pk=pk) if pk else None


def _code(form: PaperForm) -> SafeString:
    """The form's QR code as SVG; drawn by us, nothing of it was typed by anybody."""
    url = f"{settings.SITE_URL}{reverse('needs:paper-scan', args=[form.token])}"
    drawn = segno.make_qr(url, error="m").svg_inline(border=2, omitsize=True, svgclass="paper__qr")
    return mark_safe(drawn)  # noqa: S308
