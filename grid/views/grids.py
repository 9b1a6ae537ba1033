"""Arranging grids in the office: the list of a village, one grid with its people and households, changing them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from accounts.views.places import place, roots_of
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from grid.forms.grids import GridForm, HomesForm, SplitForm
from grid.models import Grid
from grid.models.grid import FULL, NEARLY
from grid.permissions import ensure_may_arrange, may_arrange, own_grids
from grid.queries import grids as queries
from grid.services import grids as service
from grid.views.visits import due_words
from needs.models import Household

SEES = (Verb.VISIT, Verb.VIEW, Verb.REPORT)
SHOWN = 300


@officer_page(*SEES)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The grids of a village, chosen step by step; grid people see their own."""
    where = place(request, roots=roots_of(request.user, *SEES))
    region = where.region
    context: dict[str, Any] = {"place": where, "region": region, "is_village": False}
    if region and region.level == Level.VILLAGE:
        mine = set(queries.visible_to(request.user).filter(village=region).values_list("pk", flat=True))
        people = queries.serving_in(region.code)
        context |= {
            "is_village": True,
            "rows": [
                {"grid": grid, "people": people.get(grid.pk, []), "nearly": grid.size >= NEARLY}  # type: ignore[attr-defined]
                for grid in queries.grids_in(region.code)
                if grid.pk in mine
            ],
            "may_arrange": may_arrange(request.user, region.code),
            "outside": queries.without_grid(region.code).count(),
        }
    elif region and region.level == Level.TOWNSHIP:
        context |= {
            "leaders": queries.leaders_of(region.code),
            "may_assign": grants(request.user).allow(Verb.APPOINT, region.code),
        }
    return render(request, "grid/grids/list.html", context)


@officer_page(*SEES)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One grid: how full it is, who serves, which households are in it and when they are due."""
    grid = _grid(request, pk)
    sees_homes = grants(request.user).allow(Verb.VIEW, grid.village_id) or grid.pk in own_grids(request.user)
    homes = grid.homes.filter(household__closed_at=None).select_related("household")
    rows = list(homes.order_by("due_on", "household_id")[:SHOWN])
    context = {
        "grid": grid,
        "members": queries.members_of(grid),
        "size": len(rows),
        "full": FULL,
        "nearly": len(rows) >= NEARLY,
        "over": len(rows) > FULL,
        "rows": [{"home": home, **due_words(home)} for home in rows] if sees_homes else [],
        "sees_homes": sees_homes,
        "may_arrange": may_arrange(request.user, grid.village_id),
        "facts": [
            {"term": "范围", "value": grid.area or "没有填写"},
            {"term": "值班电话", "value": grid.duty_phone or "没有填写"},
            {"term": "户数", "value": f"{len(rows)} 户，控制在 {FULL} 户以内"},
        ],
    }
    return render(request, "grid/grids/detail.html", context)


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """A new grid in a village."""
    where = place(request, roots=roots_of(request.user, Verb.VERIFY, Verb.APPROVE))
    region = where.region
    if region is None or region.level != Level.VILLAGE:
        return render(request, "grid/grids/list.html", {"place": where, "region": region, "choosing": True})
    ensure_may_arrange(request.user, region.code)
    form = GridForm(request.POST if request.method == "POST" else None)

    def work() -> int:
        return service.make(actor=request.user, village=region, content=form.content()).pk

    return _taken(request, form, "grid", {"village": region.code}, work, "grid/grids/edit.html",
                  {"village": region, "title": "新设网格"})  # fmt: skip


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponse:
    grid = _arranged(request, pk)
    form = GridForm(request.POST if request.method == "POST" else None, grid=grid)

    def work() -> int:
        return service.amend(actor=request.user, grid=grid, content=form.content()).pk

    return _taken(request, form, "grid-edit", {"grid": pk}, work, "grid/grids/edit.html",
                  {"village": grid.village, "grid": grid, "title": "修改网格"})  # fmt: skip


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def homes(request: SignedIn, pk: int) -> HttpResponse:
    """Put households into the grid: those in none yet, or with `?from=` those of another grid of the village."""
    grid = _arranged(request, pk)
    others = [other for other in queries.grids_in(grid.village_id) if other.pk != grid.pk]
    source = next((other for other in others if str(other.pk) == request.GET.get("from")), None)
    found = (
        Household.objects.filter(in_grid__grid=source, closed_at=None).order_by("id")
        if source
        else queries.without_grid(grid.village_id)
    )
    rows = list(found[:SHOWN])
    form = HomesForm(request.POST if request.method == "POST" else None, homes=rows)

    def work() -> int:
        service.place(actor=request.user, grid=grid, households=form.chosen())
        return grid.pk

    return _taken(request, form, "grid-homes", {"grid": pk}, work, "grid/grids/homes.html",
                  {"grid": grid, "others": others, "source": source, "rows": rows})  # fmt: skip


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: SignedIn, pk: int) -> HttpResponse:
    """A new grid out of this one."""
    grid = _arranged(request, pk)
    inside = Household.objects.filter(in_grid__grid=grid, closed_at=None).order_by("id")
    form = SplitForm(request.POST if request.method == "POST" else None, homes=inside)

    def work() -> int:
        made = service.split(actor=request.user, grid=grid, content=form.content(), households=form.chosen())
        return made.pk

    return _taken(request, form, "grid-split", {"grid": pk}, work, "grid/grids/split.html", {"grid": grid})


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_POST
def close(request: SignedIn, pk: int) -> HttpResponse:
    grid = _arranged(request, pk)
    try:
        service.close(actor=request.user, grid=grid)
        messages.success(request, f"“{grid.name}”已撤销。")
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("grid:grid", grid.pk)
    return redirect("grid:grids")


def _grid(request: SignedIn, pk: int) -> Grid:
    return get_object_or_404(queries.visible_to(request.user), pk=pk)


def _arranged(request: SignedIn, pk: int) -> Grid:
    grid = _grid(request, pk)
    ensure_may_arrange(request.user, grid.village_id)
    return grid


def _taken(
    request: SignedIn,
    form: CleanForm,
    purpose: str,
    about: dict[str, Any],
    work: Callable[[], int],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Show the form, or take it once and go to the grid that `work` returns."""
    status = 400
    if form.is_bound and form.is_valid():
        try:
            content = {**about, **form.cleaned_data}
            pk = once(actor=request.user, key=asked_key(request), purpose=purpose, content=content, work=work)
            messages.success(request, "已保存。")
            return redirect("grid:grid", pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return render(request, template, {"form": form, **context}, status=status if form.errors else 200)


def village_of(request: SignedIn, code: int) -> Region:
    """A village whose grids this person sees."""
    held = grants(request.user)
    rows = Region.objects.filter(held.q(Verb.VIEW, "code"), level=Level.VILLAGE).select_related("parent")
    return get_object_or_404(rows, code=code)
