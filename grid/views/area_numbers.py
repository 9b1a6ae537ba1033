"""Setting the target of the match rate and the number of poor households of an area."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from accounts.views.places import asked_region, roots_of
from fupin.lib.errors import InvalidInput
from fupin.lib.forms import add_errors
from grid.figure_enums import AreaKind
from grid.forms.figures import AreaNumberForm
from grid.models import AreaNumber
from grid.services import area_numbers
from grid.services.area_numbers import NumberInput

SHOWN = 50


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """`?region=` (the own area by default): what was set, and the form for one more."""
    region = _region(request)
    form, status = AreaNumberForm(request.POST if request.method == "POST" else None), 400
    if form.is_bound and form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="area-number",
                content={name: str(value) for name, value in form.cleaned_data.items()},
                work=lambda: (
                    area_numbers.set_number(
                        actor=request.user, region=region, content=NumberInput(**form.cleaned_data)
                    ).pk
                ),
            )
            messages.success(request, "已定下。")
            return redirect(f"{reverse('grid:area-numbers')}?region={region.code}")
        except InvalidInput as error:
            add_errors(form, error)
            status = error.status
    rows = AreaNumber.objects.filter(region=region).select_related("made_by").order_by("-valid_from", "-id")
    context = {
        "form": form,
        "region": region,
        "columns": [{"label": label} for label in ("从", "数字", "数值", "依据", "谁定的")],
        "rows": [_row(row) for row in rows[:SHOWN]],
        "back": f"{reverse('grid:dashboard')}?region={region.code}",
    }
    return render(request, "grid/area_numbers.html", context, status=status if form.errors else 200)


def _region(request: SignedIn) -> Region:
    region = asked_region(request) or next(iter(roots_of(request.user, Verb.APPOINT)))
    if not grants(request.user).allow(Verb.APPOINT, region.code):
        raise Http404
    return region


def _row(row: AreaNumber) -> list[dict[str, str]]:
    value = f"{row.value}%" if row.kind == AreaKind.MATCH_RATE else f"{row.value:,} 户"
    cells = (
        f"{row.valid_from:%Y-%m}",
        row.get_kind_display().removesuffix("（%）"),
        value,
        row.clause,
        row.made_by.get_full_name(),
    )
    return [{"value": cell} for cell in cells]
