"""What everybody may see: the first page, the list, the choice of a place, one need and its photos."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.enums import AreaTag, Verb
from accounts.models import Region
from accounts.permissions import grants
from accounts.queries import children_of, path_of
from accounts.templatetags.ui import KINDS
from accounts.views.places import follow_merged
from fupin.lib.errors import InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import Page
from needs import queries
from needs.details import facts
from needs.enums import PUBLIC, Kind, Status
from needs.forms.public import FilterForm, PlaceForm
from needs.lifecycle import is_owner
from needs.models import Need, NeedPhoto
from needs.public_profile import age_band, shown_path, with_head
from needs.services import share_cards, thumbs
from needs.signals import has_helped
from needs.views import cards, filters
from needs.views.sharing import place_words

ON_HOME, CITIES, FEW = 6, 24, 6
PHOTO_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=60"}
FIRST_VISIT = "unhelped"  # what a visitor sees who chose no order and has not helped anybody yet


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What this is, how many wait, and the ways in: by kind, by place, by who waits with nobody's help."""
    waiting = queries.list_page(queries.ListFilter(order=FIRST_VISIT), size=ON_HOME)
    figures = queries.figures()
    context = {
        "figures": figures,
        "cap": queries.COUNT_CAP,
        "kinds": [
            {"label": kind.label, "url": filters.list_url({"kind": kind}), "icon": KINDS[kind][1]}
            for kind in Kind
        ],
        "cities": [
            {"label": city.name, "url": filters.region_url(city.code)}
            for city in queries.cities_waiting(CITIES)
        ],
        "chooser_url": filters.chooser_url(),
        "cards": cards.cards(waiting.items),
    }
    return render(request, "needs/home.html", context)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list. A parameter that is wrong answers 400, says so, and keeps the rest of the filter."""
    form = FilterForm(request.GET)
    page: Page[Need] | None = None
    order = "newest"
    if form.is_valid():
        follow_merged(form.path[-1] if form.path else None)
        order = form.cleaned_data["order"] or _first_order(request.user, form)
        try:
            page = queries.list_page(form.wanted(order=order), cursor=form.cleaned_data["cursor"] or None)
        except InvalidInput as error:
            add_errors(form, error)
    return render(request, "needs/list.html", _list_context(form, page, order), status=200 if page else 400)


@require_GET
def regions(request: HttpRequest) -> HttpResponse:
    """Choose a place level by level: first those where somebody waits, the others folded away."""
    form = PlaceForm(request.GET)
    good = form.is_valid()
    path = form.cleaned_data["parent"] if good else []
    children = list(queries.with_waiting(children_of(path[-1] if path else None))) if good else []
    context = {
        "form": form,
        "region": path[-1] if path else None,
        "crumbs": [
            {"label": "全国", "url": filters.chooser_url()},
            *({"label": region.name, "url": filters.chooser_url(region)} for region in path),
        ],
        "here_url": filters.region_url(path[-1].code) if path else filters.list_url({}),
        "waiting": [_place(child) for child in children if child.waiting],
        "quiet": [_place(child) for child in children if not child.waiting],
    }
    return render(request, "needs/regions.html", context, status=200 if good else 400)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One need. Not public yet, or no more: only its household and officers in scope see it, under a banner."""
    need = get_object_or_404(with_head(queries.visible_to(request.user)), pk=pk)
    path = path_of(need.region_id)
    photos = need.photos.filter(reviewed_at__isnull=False) if need.is_public else need.photos.all()
    insider = _is_insider(request.user, need)
    shown = shown_path(need, path)
    context = {
        "need": need,
        "progress": need.progress,
        "items": list(need.items.all()),
        "details": facts(need.kind, need.details),
        "photos": [_picture(need, photo, number) for number, photo in enumerate(photos, 1)],
        "areas": [AreaTag(tag).label for region in path for tag in region.tags if tag in AreaTag.values],
        "path": place_words(shown),
        "age_band": age_band(need),
        "crumbs": filters.crumbs(shown, {}, here=need.title),
        "steps": cards.timeline(need, need.reviews.order_by("id")),
        "open": need.status == Status.PUBLISHED,
        "own": is_owner(request.user, need),
        "insider": insider,
        "card_url": _card_url(need, shown) if need.is_public else "",
        "share_url": f"{settings.SITE_URL}{need.get_absolute_url()}",
        "nearby": cards.cards_nearby(queries.waiting_nearby(need), path) if need.is_public else [],
        "county_url": filters.region_url(need.county * 10**6),
    }
    return render(request, "needs/detail.html", context)


@require_GET
def photo(request: HttpRequest, pk: int, photo: int) -> FileResponse:
    """A reviewed photo of a public need for everybody; any photo for its own side. 404 otherwise."""
    row = get_object_or_404(NeedPhoto.objects.select_related("need__household"), pk=photo, need=pk)
    shown = row.need.is_public and row.reviewed_at is not None
    if not shown and not _is_insider(request.user, row.need) and row.uploaded_by_id != request.user.pk:
        raise Http404
    try:
        file = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(file, content_type="image/jpeg", headers=PHOTO_HEADERS)


@require_GET
def photo_small(request: HttpRequest, pk: int, photo: int) -> HttpResponse:
    """The rendition for cards, of reviewed photos of public needs only."""
    shown = NeedPhoto.objects.filter(reviewed_at__isnull=False, need__status__in=PUBLIC)
    row = get_object_or_404(shown, pk=photo, need=pk)
    try:
        return HttpResponse(thumbs.small(row), content_type="image/jpeg", headers=PHOTO_HEADERS)
    except FileNotFoundError as error:
        raise Http404 from error


def _first_order(user: Any, form: FilterForm) -> str:
    """Nobody-helped-yet first, until somebody has helped once; what is closed comes newest first."""
    if form.cleaned_data["status"] not in {"", Status.PUBLISHED}:
        return "newest"
    answers = has_helped.send(sender=None, user=user) if user.is_authenticated else []
    return "newest" if any(answer for _, answer in answers) else FIRST_VISIT


def _card_url(need: Need, path: list[Region]) -> str:
    """The picture of a shared link; its address changes with what it says, because messengers keep pictures."""
    card = share_cards.card_of(need, place_words(path))
    return f"{card.url}card.png?v={share_cards.digest(card)}"


def _is_insider(user: Any, need: Need) -> bool:
    """The household itself, or an officer whose view range holds the need."""
    return is_owner(user, need) or grants(user).allow(Verb.VIEW, need.region_id)


def _list_context(form: FilterForm, page: Page[Need] | None, order: str) -> dict[str, Any]:
    params, path = form.params(), form.path
    region = path[-1] if path else None
    # The order in force stands in the pages' links: a cursor is good for one order only.
    here = {**params, "order": order}
    return {
        "form": form,
        "title": _title(region, params),
        "crumbs": filters.crumbs(path, {}),
        "bar": filters.bar(params, path, filters.child_regions(path), order),
        "more": filters.more(params),
        "more_chosen": bool({"form", "subject", "area"} & set(params)),
        "tabs": filters.tabs(params),
        "order": order,
        "cards": cards.cards(page.items) if page else [],
        "previous_url": filters.list_url(here, cursor=page.previous_cursor or "")
        if page and page.has_previous
        else "",
        "next_url": filters.list_url(here, cursor=page.next_cursor or "") if page and page.has_next else "",
        "region": region,
        "around": _around(path, params, page),
        "up_url": filters.list_url(params, region=str(path[-2].code) if len(path) > 1 else "", q=""),
        "up_name": path[-2].name if len(path) > 1 else "全国",
        "retry_url": filters.list_url(params),
    }


def _around(path: list[Region], params: filters.Params, page: Page[Need] | None) -> list[dict[str, Any]]:
    """Who waits longer next door, where this place has few needs (REQUIREMENTS B14); on the first page only."""
    few = page is not None and len(page.items) < FEW and not page.has_previous
    if len(path) < 2 or not few or set(params) - {"region", "order"}:
        return []
    needs = queries.waiting_around(path[-1], above=path[-2])
    names = cards.upper_names(needs)
    return [cards.card(need, names, with_goods=False) for need in needs]


def _title(region: Region | None, params: filters.Params) -> str:
    area = AreaTag(params["area"]).label if "area" in params else ""
    if region or area:
        return f"{region.name if region else ''}{'的' if region and area else ''}{area}的求助"
    return "谁在等帮助"


def _place(region: Any) -> dict[str, Any]:
    return {
        "name": region.name,
        "url": filters.region_url(region.code),
        "deeper_url": "" if region.level == 5 else filters.chooser_url(region),
    }


def _picture(need: Need, photo: NeedPhoto, number: int) -> dict[str, str]:
    url = f"{need.get_absolute_url()}photos/{photo.pk}.jpg"
    shown = need.is_public and photo.reviewed_at is not None
    thumb = url.replace(".jpg", "-s.jpg") if shown else url
    return {"url": url, "thumb": thumb, "alt": f"“{need.title}”的第 {number} 张照片"}
