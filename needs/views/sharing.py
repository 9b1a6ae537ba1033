"""What is passed on: the picture of a shared link and posters with a QR code. Public fields only."""

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.models import Region
from accounts.queries import path_of
from needs import queries
from needs.forms.public import PlaceForm
from needs.models import Need
from needs.public_profile import shown_path
from needs.services import share_cards
from needs.views import filters


@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a public need, for Open Graph; 404 for any other."""
    need = _public(pk)
    body = share_cards.picture(need, share_cards.card_of(need, place_of(need)))
    return HttpResponse(body, content_type="image/png", headers={"Cache-Control": "public, max-age=3600"})


@require_GET
def need_poster(request: HttpRequest, pk: int) -> HttpResponse:
    """One A4 page of a public need, to print and to put up."""
    need = _public(pk)
    card = share_cards.card_of(need, place_of(need))
    context = {"need": need, "card": card, "qr": qr_of(card.url), "back_url": need.get_absolute_url()}
    return render(request, "needs/poster/need.html", context)


@require_GET
def place_poster(request: HttpRequest) -> HttpResponse:
    """One A4 page that leads to the needs of a place (or of the country), for offices, events and newspapers."""
    form = PlaceForm(request.GET)
    path = form.cleaned_data["parent"] if form.is_valid() else []
    url = filters.region_url(path[-1].code) if path else filters.list_url({})
    context = {
        "form": form,
        "region": path[-1] if path else None,
        "qr": qr_of(f"{settings.SITE_URL}{url}"),
        "url": f"{settings.SITE_URL}{url}",
        "back_url": url,
    }
    return render(request, "needs/poster/place.html", context, status=400 if form.errors else 200)


def place_of(need: Need) -> str:
    """The place of a need as the public reads it."""
    return place_words(shown_path(need, path_of(need.region_id)))


def place_words(path: list[Region]) -> str:
    """A path of regions in one word, without the province where something nearer is known."""
    return "".join(region.name for region in path[1:]) or path[-1].name


def _public(pk: int) -> Need:
    needs = queries.public().select_related("region", "household", "cooperative", "progress")
    return get_object_or_404(needs.prefetch_related("items"), pk=pk)


def qr_of(url: str) -> str:
    """The code as a data address of an SVG, sharp at any size."""
    data: str = segno.make_qr(url, error="m").svg_data_uri(border=2)
    return data
