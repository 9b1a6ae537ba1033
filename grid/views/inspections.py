"""Inspections: the draws, what was drawn, one item with its finding and answer, circulars."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Appointment
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from fupin.lib.clock import day_of
from fupin.lib.errors import Conflict, FupinError
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from grid.forms.inspections import AnswerForm, CheckForm, DrawForm, ReturnForm, SubjectFilter
from grid.models import Inspection, InspectionItem, ItemState, Subject
from grid.models.inspection import population_hash
from grid.queries import inspections as queries
from grid.services import inspections as service
from needs.views.filing import file, posted


def _inspectors_only(request: SignedIn) -> None:
    if not queries.inspecting(request.user).rows:
        raise Http404


@officer_page()
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The draws of the places where I inspect, newest first; for others what was found at their places."""
    if not queries.inspecting(request.user).rows:
        return _found(request)
    asked = SubjectFilter(request.GET)
    if not asked.is_valid():
        raise Http404
    subject = asked.cleaned_data["subject"]
    rows = queries.inspections_of(request.user)
    page = keyset_page(
        rows.filter(subject=subject) if subject else rows,
        order=("-id",),
        cursor=request.GET.get("cursor"),
    )
    context = {
        "rows": page.items,
        "tabs": tabs(request, "subject", [("", "全部"), *Subject.choices], subject),
        **pager(request, page),
    }
    return render(request, "grid/inspections.html", context)


def _found(request: SignedIn) -> HttpResponse:
    page = keyset_page(
        queries.items_visible_to(request.user), order=("-id",), cursor=request.GET.get("cursor")
    )
    return render(request, "grid/inspection_found.html", {"rows": page.items, **pager(request, page)})


@officer_page()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Draw."""
    _inspectors_only(request)
    form = DrawForm(posted(request), places=queries.places_to_inspect(request.user))
    status = 400
    if form.is_bound and form.is_valid():
        try:
            pk = once(
                actor=request.user,
                key=asked_key(request),
                purpose="inspection",
                content=form.cleaned_data,
                work=lambda: (
                    service.draw(actor=request.user, region=form.chosen_region, content=form.content()).pk
                ),
            )
            messages.success(request, "已抽取。")
            return redirect("grid:inspection", pk)
        except FupinError as error:
            add_errors(form, error)
            status = error.status
    context = {
        "form": form,
        "title": "随机抽查",
        "lead": "抽取由系统随机产生并全部留痕，任何人都可以按编号重抽核对。",
        "submit": "随机抽取",
        "back_url": reverse("grid:inspections"),
    }
    return render(request, "grid/office_form.html", context, status=status if form.errors else 200)


@officer_page()
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """What was drawn, and the draw itself, repeated for whoever looks."""
    found = get_object_or_404(queries.inspections_of(request.user), pk=pk)
    items = list(found.items.select_related("region__parent").order_by("id")[: service.MOST_DRAWN])
    population = Inspection.objects.values_list("population", flat=True).get(pk=pk)
    again = service.pick(population, found.seed, found.wanted)
    context = {
        "inspection": found,
        "items": items,
        "size": len(population),
        "same": again == sorted(item.object_id for item in items)
        and population_hash(population) == found.population_hash,
        "circulars": list(found.circulars.order_by("-id")[:10]),
        "checked": any(item.state != ItemState.WAITING for item in items),
    }
    return render(request, "grid/inspection.html", context)


@officer_page()
@require_safe
def population(request: SignedIn, pk: int) -> HttpResponse:
    """The list drawn from, one number a line, for drawing again elsewhere."""
    found = get_object_or_404(queries.inspections_of(request.user), pk=pk)
    ids = Inspection.objects.values_list("population", flat=True).get(pk=found.pk)
    return HttpResponse("\n".join(map(str, ids)) + "\n", content_type="text/plain; charset=utf-8")


@officer_page()
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: SignedIn, pk: int) -> HttpResponse:
    """One drawn thing: inspectors write the finding, its place the answer, inspectors accept it or give it back."""
    found = _item(request, pk)
    if request.method != "POST":
        return _item_page(request, found)
    return _act(request, found)


@officer_page()
@require_POST
def accept(request: SignedIn, pk: int) -> HttpResponse:
    found = _item(request, pk)
    try:
        service.accept(actor=request.user, item=found)
        messages.success(request, "已复核：整改合格。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect(found)


def _act(request: SignedIn, found: InspectionItem) -> HttpResponse:
    """The one form that the present state takes."""
    form: Any
    if found.state == ItemState.PROBLEM:
        form = AnswerForm(request.POST)
    elif found.state == ItemState.RECTIFIED:
        form = ReturnForm(request.POST)
    else:
        form = CheckForm(request.POST)

    def work() -> int:
        actor = request.user
        if isinstance(form, AnswerForm):
            return service.rectify(actor=actor, item=found, **form.cleaned_data).pk
        if isinstance(form, ReturnForm):
            return service.give_back(actor=actor, item=found, **form.cleaned_data).pk
        return service.check(actor=actor, item=found, **form.values()).pk

    about = {"item": found.pk, "state": found.state}
    status = file(request, form, purpose="inspection-item", about=about, work=work, done="已登记。")
    return redirect(found) if status is None else _item_page(request, found, form=form, status=status)


def _item(request: SignedIn, pk: int) -> InspectionItem:
    return get_object_or_404(queries.items_visible_to(request.user), pk=pk)


def _item_page(
    request: SignedIn, found: InspectionItem, *, form: Any = None, status: int = 200
) -> HttpResponse:
    inspects = queries.may_inspect(request.user, found.inspection.region_id)
    answers = queries.may_answer(request.user, found)
    forms: dict[str, Any] = {
        ItemState.WAITING: CheckForm if inspects else None,
        ItemState.PROBLEM: AnswerForm if answers else None,
        ItemState.RECTIFIED: ReturnForm if inspects else None,
    }
    kind = forms.get(found.state)
    context = {
        "item": found,
        "inspects": inspects,
        "form": form or (kind() if kind else None),
        "thing_url": _thing_url(found),
        **_replacing(request, found),
    }
    return render(request, "grid/inspection_item.html", context, status=status)


def _replacing(request: SignedIn, found: InspectionItem) -> dict[str, Any]:
    """Where an officer was found wanting: the way to hand the work to somebody else, or that it was done (95)."""
    appoints = grants(request.user).allow(Verb.APPOINT, found.region_id)
    if found.inspection.subject != Subject.OFFICERS or not appoints or not found.finding:
        return {}
    post = Appointment.objects.filter(pk=found.object_id).first()
    if post is None or post.ended_at:
        return {"replaced_on": day_of(post.ended_at) if post and post.ended_at else None}
    return {"handover_url": f"{reverse('grid:handover', args=[post.pk])}?item={found.pk}"}


def _thing_url(found: InspectionItem) -> str:
    """The office's page of what was drawn; officers have none of their own outside the appointing county."""
    if found.inspection.subject == Subject.NEEDS:
        return reverse("needs:office-need", args=[found.object_id])
    if found.inspection.subject == Subject.DELIVERIES:
        return reverse("donors:pledge", args=[found.object_id])
    return ""
