"""Which villages are poor ones: township by township, by the county (REQUIREMENTS 41-42)."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import address
from accounts.views.places import asked_region, roots_of
from grid.forms.subsidies import PoorForm
from grid.quota_enums import POOR_VILLAGE
from grid.services import quotas

MOST_TOWNSHIPS = 200


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """The townships of my counties with how many poor villages; `?region=` one township's villages to tick."""
    town = asked_region(request)
    if town is None or town.level != Level.TOWNSHIP:
        return render(request, "grid/poor_villages.html", {"townships": _townships(request, town)})
    if not grants(request.user).allow(Verb.APPOINT, town.code):
        raise Http404
    villages = list(Region.objects.filter(parent=town, level=Level.VILLAGE, valid_to=None).order_by("code"))
    form = PoorForm(request.POST if request.method == "POST" else None, villages=villages)
    if form.is_bound and form.is_valid():
        changed = quotas.mark_poor(actor=request.user, county=town, villages=form.cleaned_data["villages"])
        messages.success(request, f"已保存，改动了 {changed} 个村。没有结账的月份按新的计算。")
        return redirect(address(request, region=None))
    context = {"town": town, "form": form, "villages": villages}
    return render(request, "grid/poor_villages.html", context, status=400 if form.errors else 200)


def _townships(request: SignedIn, place: Region | None) -> list[dict[str, Any]]:
    """Of the asked county or all of mine; a city's office picks the county first by its code."""
    roots = roots_of(request.user, Verb.APPOINT)
    if place:
        roots = [place] if any(root.code <= place.code <= root.code_end for root in roots) else []
    inside = Q(pk__in=())
    for root in roots:
        inside |= Q(code__gte=root.code, code__lte=root.code_end)
    village = Q(children__level=Level.VILLAGE, children__valid_to=None)
    rows = Region.objects.filter(inside, level=Level.TOWNSHIP, valid_to=None).annotate(
        villages=Count("children", filter=village),
        poor=Count("children", filter=village & Q(children__tags__contains=[POOR_VILLAGE])),
    )
    if place and not roots:
        raise Http404
    return [
        {
            "url": address(request, region=row.code),
            "name": row.name,
            "county": row.parent.name if row.parent else "",
            "villages": row.villages,
            "poor": row.poor,
        }
        for row in rows.select_related("parent").order_by("code")[:MOST_TOWNSHIPS]
    ]
