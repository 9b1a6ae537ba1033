"""The schedule of visits, a household's visits with the one-tap answer, the problems found and their settling."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from accounts.views.places import place, roots_of
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from grid.enums import Answer, Point
from grid.forms.visits import ListForm, PhotoAskForm, SettleForm, UnchangedForm, VisitForm
from grid.models import GridHousehold, Visit
from grid.permissions import may_visit
from grid.queries import grids as grid_queries
from grid.queries import visits as queries
from grid.services import visits as service
from grid.services.visits import VisitInput
from needs.services.household_records import risk_words

SEES = (Verb.VISIT, Verb.VIEW)
PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


def due_words(home: GridHousehold) -> dict[str, str]:
    """When it is due, in words, and how it is marked."""
    days = (home.due_on - today()).days
    if days < 0:
        return {"due": f"超期 {-days} 天", "urgency": "late"}
    if days <= 7:
        return {"due": "今天到期" if not days else f"还有 {days} 天", "urgency": "soon"}
    return {"due": f"{home.due_on:%m-%d} 前", "urgency": ""}


@officer_page(*SEES)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Who is to be visited, next due first."""
    form, where = ListForm(request.GET), place(request, roots=roots_of(request.user, *SEES))
    show = form.chosen()
    rows = queries.schedule_of(request.user, where.region)
    rows = queries.late(rows) if show == "late" else queries.due(rows) if show == "due" else rows
    page = keyset_page(rows, order=("due_on", "household_id"), cursor=request.GET.get("cursor"))
    context = {
        "rows": [
            {"home": home, **due_words(home), "mine": may_visit(request.user, home)} for home in page.items
        ],
        "tabs": tabs(request, "show", form.fields["show"].choices, show),  # type: ignore[attr-defined]
        "place": where,
        "region": where.region,
        "show": show,
        "today": today(),
        **pager(request, page),
    }
    return render(request, "grid/visits/list.html", context)


@officer_page(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def household(request: SignedIn, pk: int) -> HttpResponse:
    """One household: when what was last confirmed, one tap for "nothing changed", the form for all else."""
    home = get_object_or_404(grid_queries.homes_visible_to(request.user), pk=pk)
    one_tap = "unchanged" in request.POST
    filled = request.method == "POST" and not one_tap
    form = VisitForm(request.POST if filled else None, request.FILES if filled else None, home=home)
    status = 400
    if request.method == "POST":
        asked: Any = UnchangedForm(request.POST) if one_tap else form
        try:
            if asked.is_valid():
                _record(request, home, asked.content())
                messages.success(request, f"已记下 {home.household.name} 家的走访。")
                return redirect(_back(request))
        except (InvalidInput, Conflict) as error:
            status = error.status
            if one_tap:  # the answer needs the form after all
                form = VisitForm({**request.POST.dict(), **_as_form(asked.content())}, home=home)
                form.is_valid()
            add_errors(form, error)
    return render(
        request, "grid/visits/household.html", _context(request, home, form), status=_status(form, status)
    )


def _status(form: VisitForm, status: int) -> int:
    return status if form.is_bound and form.errors else 200


def _as_form(content: VisitInput) -> dict[str, Any]:
    return {"on": content.on, "channel": content.channel, "away": content.away, **content.points}


def _back(request: SignedIn) -> str:
    """From the list back to the list."""
    return reverse("grid:visits") if request.POST.get("from") == "list" else request.path


def _record(request: SignedIn, home: GridHousehold, content: VisitInput) -> int:
    return once(
        actor=request.user,
        key=asked_key(request),
        purpose="visit",
        content={"household": home.pk, **{name: request.POST.get(name, "") for name in sorted(request.POST)
                                          if name not in {"csrfmiddlewaretoken", "submission_key", "from"}}},
        work=lambda: service.record(actor=request.user, home=home, content=content).pk,
    )  # fmt: skip


def _context(request: SignedIn, home: GridHousehold, form: VisitForm) -> dict[str, Any]:
    held = grants(request.user)
    family = home.household
    return {
        "home": home,
        "household": family,
        **due_words(home),
        "form": form,
        "facts": [
            {"term": "网格", "value": home.grid.name},
            {"term": "人口", "value": f"{family.members} 人"},
            {"term": "监测情况", "value": risk_words(family)},
            {"term": "走访要求", "value": "每月一次" if home.monthly else "每季度一次"},
        ],
        "confirmed": [(point.label, home.confirmed.get(point.value, "还没有确认")) for point in Point],
        "visits": [_told(visit) for visit in queries.history(home)],
        "may_visit": may_visit(request.user, home),
        "may_ask": held.allow(Verb.VERIFY, home.region_id),
        "today": today(),
        "opens": held.allow(Verb.VIEW, home.region_id),
        "ask_form": PhotoAskForm(initial={"of": home.photo_wanted}),
    }


def _told(visit: Visit) -> dict[str, Any]:
    """A visit in words for those who look after the household (DESIGN 9: encrypted where it lies)."""
    found = [
        (point.label, visit.words(point))
        for point in Point
        if visit.points.get(point) in (Answer.CHANGED, Answer.PROBLEM)
    ]
    return {
        "visit": visit,
        "found": "、".join(f"{label}{words}" for label, words in found) or "没有变化",
        "note": visit.note.open() if visit.note else "",
        "settled": visit.settled.open() if visit.settled else "",
    }


@officer_page(Verb.VERIFY)
@require_POST
def ask_photo(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for a photo at the next visit, or no longer."""
    home = get_object_or_404(grid_queries.homes_visible_to(request.user), pk=pk)
    form, status = PhotoAskForm(request.POST), 400
    if form.is_valid():
        try:
            service.ask_photo(actor=request.user, home=home, of=form.cleaned_data["of"])
            messages.success(request, "已保存。" if form.cleaned_data["of"] else "下次走访不用拍照。")
            return redirect("grid:visit", home.pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {**_context(request, home, VisitForm(home=home)), "ask_form": form}
    return render(request, "grid/visits/household.html", context, status=status)


@officer_page(*SEES)
@require_safe
def photo(request: SignedIn, pk: int) -> HttpResponse:
    """A visit's photo, for those who look after the household."""
    visit = get_object_or_404(queries.visits_of(request.user).exclude(photo=""), pk=pk)
    try:
        with visit.photo.open("rb") as file:
            return HttpResponse(file.read(), content_type="image/jpeg", headers=PRIVATE)
    except FileNotFoundError as error:
        raise Http404 from error


@officer_page(*SEES)
@require_safe
def problems(request: SignedIn) -> HttpResponse:
    """摸排台账: what was found, by whom, when, and what became of it (第十九条)."""
    only = request.GET.get("show") != "all"
    rows = queries.problems_of(request.user, open_only=only)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"))
    context = {
        "rows": [_told(visit) for visit in page.items],
        "tabs": tabs(request, "show", [("", "没有解决"), ("all", "全部")], "" if only else "all"),
        "held": grants(request.user),
        **pager(request, page),
    }
    return render(request, "grid/visits/problems.html", context)


@officer_page(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: SignedIn, pk: int) -> HttpResponse:
    """One problem, and the village's word on what became of it."""
    visit = get_object_or_404(queries.visits_of(request.user).filter(has_problem=True), pk=pk)
    form = SettleForm(request.POST if request.method == "POST" else None)
    status = 400
    if form.is_bound and form.is_valid():
        try:
            service.settle(actor=request.user, visit=visit, words=form.cleaned_data["words"])
            messages.success(request, "已登记解决情况。")
            return redirect("grid:visit-problems")
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {
        "told": _told(visit),
        "visit": visit,
        "form": form,
        "may_settle": visit.settled_at is None and grants(request.user).allow(Verb.VERIFY, visit.region_id),
    }
    return render(request, "grid/visits/settle.html", context, status=status if form.errors else 200)
