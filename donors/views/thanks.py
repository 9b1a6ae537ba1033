"""Thanks: written on the pledge's page, read by the township before the donor sees them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import taken_once
from donors import queries
from donors.delivery_forms import ReviewThanksForm, ThanksForm
from donors.enums import Picture, ThanksStatus
from donors.models import Thanks
from donors.services import thanks as service
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page


@login_required
@require_POST
def write(request: SignedIn, pk: int) -> HttpResponse:
    """Say thank you; what cannot be taken is said with the words kept."""
    pledge = get_object_or_404(queries.visible_to(request.user), pk=pk)
    form, status = ThanksForm(request.POST), 400
    if form.is_valid():
        try:
            text = form.cleaned_data["text"]
            taken_once(
                request,
                "thanks-write",
                {"pledge": pledge.pk, "text": text},
                lambda: service.write(actor=request.user, pledge=pledge, text=text).pk,
            )
            messages.success(request, "已交给乡镇，看过以后送给爱心人士。")
            return redirect(pledge)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return render(request, "donors/thanks_write.html", {"form": form, "pledge": pledge}, status=status)


@officer_page(Verb.CHECK)
@require_safe
def queue(request: SignedIn) -> HttpResponse:
    """What waits for my reading, longest waiting first."""
    page = keyset_page(waiting(request), order=("id",), cursor=request.GET.get("cursor"))
    return render(request, "donors/office/thanks.html", {"rows": page.items, **pager(request, page)})


@officer_page(Verb.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SignedIn, pk: int) -> HttpResponse:
    """Let it through, or send it back with a reason."""
    row = get_object_or_404(_mine(request), pk=pk)
    form = ReviewThanksForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            passes, reason = request.POST.get("then") == "pass", form.cleaned_data["reason"]
            taken_once(
                request,
                "thanks-review",
                {"thanks": row.pk, "passes": passes, "reason": reason},
                lambda: service.review(actor=request.user, thanks=row, passes=passes, reason=reason).pk,
            )
            messages.success(request, "已送给爱心人士。" if passes else "已退回。")
            return redirect("donors:office-thanks")
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    photos = [photo for photo in row.pledge.photos.all() if photo.purpose == Picture.THANKS]
    context = {"form": form, "row": row, "pledge": row.pledge, "photos": photos}
    return render(request, "donors/office/thanks_review.html", context, status=status)


def waiting(request: SignedIn) -> QuerySet[Thanks]:
    return _mine(request).filter(status=ThanksStatus.WAITING)


def _mine(request: SignedIn) -> QuerySet[Thanks]:
    held = grants(request.user).q(Verb.CHECK, "pledge__need__region")
    return Thanks.objects.filter(held).select_related(
        "pledge__need__household", "pledge__need__region", "pledge__donor", "written_by"
    )
