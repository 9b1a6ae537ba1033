"""Call-back sheets of a township: which deliveries were drawn, what the households say, printable."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import taken_once
from donors.delivery_forms import CallForm
from donors.models import MOST_CALLS, Callback, CallbackSheet
from donors.rows import gift
from donors.services import callbacks as service
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page


@officer_page(Verb.CHECK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The sheets of my townships, newest first."""
    page = keyset_page(_sheets(request), order=("-id",), cursor=request.GET.get("cursor"))
    return render(request, "donors/office/callbacks.html", {"rows": page.items, **pager(request, page)})


@officer_page(Verb.CHECK)
@require_safe
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(_sheets(request), pk=pk))


@officer_page(Verb.CHECK)
@require_POST
def call(request: SignedIn, pk: int) -> HttpResponse:
    """Note the result of one call."""
    row = get_object_or_404(_rows(request), pk=pk)
    form, status = CallForm(request.POST, auto_id=f"id_call{row.pk}_%s"), 400
    if form.is_valid():
        try:
            taken_once(
                request,
                "callback-call",
                {"callback": row.pk, **form.cleaned_data},
                lambda: service.call(actor=request.user, callback=row, **form.cleaned_data).pk,
            )
            done = Callback.objects.get(pk=row.pk)
            messages.success(
                request, "已登记。" if done.result else f"已登记第 {done.calls} 次，没有联系上。"
            )
            return redirect("donors:callback-sheet", row.sheet_id)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    found = get_object_or_404(_sheets(request), pk=row.sheet_id)
    return _page(request, found, bound={row.pk: form}, status=status)


@officer_page(Verb.CHECK)
@require_POST
def phone(request: SignedIn, pk: int) -> HttpResponse:
    """Show one number in this answer only; the look is recorded."""
    row = get_object_or_404(_rows(request), pk=pk)
    found = get_object_or_404(_sheets(request), pk=row.sheet_id)
    try:
        number = service.open_phone(actor=request.user, callback=row)
    except InvalidInput as error:
        messages.error(request, error.message)
        return redirect("donors:callback-sheet", row.sheet_id)
    return _page(request, found, phones={row.pk: number})


def _page(
    request: SignedIn,
    found: CallbackSheet,
    *,
    bound: dict[int, CallForm] | None = None,
    phones: dict[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = []
    for row in _rows(request).filter(sheet=found).order_by("id"):
        household = row.pledge.need.household
        rows.append(
            {
                "row": row,
                "gift": gift(row.pledge),
                "who": household.name if household else "",
                "phone": (phones or {}).get(row.pk, ""),
                "form": (bound or {}).get(row.pk) or CallForm(auto_id=f"id_call{row.pk}_%s"),
                "left": MOST_CALLS - row.calls,
            }
        )
    context = {"sheet": found, "rows": rows, "drawn_of": len(found.population)}
    response = render(request, "donors/office/callback_sheet.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _sheets(request: SignedIn) -> QuerySet[CallbackSheet]:
    mine = grants(request.user).q(Verb.CHECK, "region")
    return (
        CallbackSheet.objects.filter(mine)
        .select_related("region__parent")
        .annotate(total=Count("callbacks"), left=Count("callbacks", filter=Q(callbacks__result="")))
    )


def _rows(request: SignedIn) -> QuerySet[Callback]:
    mine = grants(request.user).q(Verb.CHECK, "sheet__region")
    return (
        Callback.objects.filter(mine)
        .select_related("sheet__region", "pledge__need__household", "pledge__need__region", "pledge__donor")
        .prefetch_related("pledge__items__item")
    )
