"""Whether one need counts for its officer's quota, and the county's word that it does not (B3)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from grid.forms.subsidies import ReasonForm
from grid.models import ExcludedNeed, Question
from grid.services import quotas
from needs.models import Need


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def need(request: SignedIn, pk: int) -> HttpResponse:
    """Leave a need out of the count with a reason, or let it count again."""
    held = grants(request.user)
    rows = Need.objects.filter(
        held.q(Verb.APPROVE, "region"), submitted_at__isnull=False, subject="household"
    )
    row = get_object_or_404(rows.select_related("region__parent", "created_by"), pk=pk)
    excluded = ExcludedNeed.objects.filter(need=row).select_related("decided_by").first()
    form, status = ReasonForm(request.POST if request.method == "POST" else None), 400
    if form.is_bound and form.is_valid():
        try:
            _set(request, row, form.cleaned_data["reason"])
            return redirect("grid:quota-need", pk=pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {
        "need": row,
        "excluded": excluded,
        "form": form,
        "questions": Question.objects.filter(region=row.region_id // 10**6 * 10**6, needs__contains=[pk])[
            :20
        ],
    }
    return render(request, "grid/need_counting.html", context, status=status if form.errors else 200)


def _set(request: SignedIn, row: Need, reason: str) -> None:
    """The button says which; without a known one nothing happens but an error beside the form."""
    step = request.POST.get("step")
    if step not in ("exclude", "include"):
        raise InvalidInput("请选择要做什么。")

    def work() -> int:
        deed = quotas.exclude if step == "exclude" else quotas.include
        deed(actor=request.user, need=row, reason=reason)
        return row.pk

    once(
        actor=request.user,
        key=asked_key(request),
        purpose=f"quota-{step}",
        content={"need": row.pk, "reason": reason},
        work=work,
    )
    messages.success(request, "已不计入任务数。" if step == "exclude" else "已重新计入。")
