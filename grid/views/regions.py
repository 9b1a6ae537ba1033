"""The county's page of merged and divided villages: what was done, what is planned, and the two forms."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import ChangeKind, ChangeState, Level, Verb
from accounts.http import SignedIn
from accounts.models import Region, RegionChange
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import address, pager
from accounts.views.outbox import asked_key
from accounts.views.places import Place, place, roots_of
from fupin.lib.errors import Conflict, FupinError
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from grid.forms.regions import MergeForm, SplitForm
from grid.services import regions as service
from needs import territory

ACTIONS = {"apply": service.apply, "cancel": service.cancel}


@officer_page(Verb.APPOINT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """What was done and what is planned in my counties, newest first."""
    changes = service.changes_seen_by(request.user)
    page = keyset_page(changes, order=("-id",), cursor=request.GET.get("cursor"))
    return render(request, "grid/regions.html", {"rows": page.items, **pager(request, page)})


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: SignedIn) -> HttpResponse:
    """First the township, then villages and target; the preview shows what moves before anything is written."""
    where = _place(request, Level.TOWNSHIP)
    villages = list(_villages(where.region)) if where.region and where.region.level == Level.TOWNSHIP else []
    known = {str(row.code): row.code for row in villages}
    chosen = [known[code] for code in request.POST.getlist("sources") if code in known]
    posts = list(service.posts_in(chosen))
    form = MergeForm(request.POST if request.method == "POST" else None, villages=villages, posts=posts)
    status, preview = 400, None
    if form.is_bound and form.is_valid():
        if request.POST.get("then") == "do":
            answer = _planned(request, form, form.plan())
            if not isinstance(answer, int):
                return answer
            status = answer
        preview = _preview(villages, chosen)
    context = {
        "place": where,
        "form": form,
        "villages": villages,
        "preview": preview,
        "posts": posts,
        "form_url": address(request),
    }
    return render(request, "grid/region_merge.html", context, status=status if form.errors else 200)


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: SignedIn) -> HttpResponse:
    """One village, the households that go, and the new village's name and code."""
    where = _place(request, Level.VILLAGE)
    village = where.region if where.region and where.region.level == Level.VILLAGE else None
    if village and not grants(request.user).allow(Verb.VIEW, village.code):
        raise Http404
    homes = list(territory.households_in(village)[: service.MAX_HOUSEHOLDS]) if village else []
    form = SplitForm(
        request.POST if request.method == "POST" and village else None,
        homes=homes,
        next_code=_next_code(village) if village else 0,
    )
    status = 400
    if form.is_bound and form.is_valid() and village:
        answer = _planned(request, form, form.plan(village))
        if not isinstance(answer, int):
            return answer
        status = answer
    context = {
        "place": where,
        "village": village,
        "homes": homes,
        "form": form,
        "form_url": address(request),
    }
    return render(request, "grid/region_split.html", context, status=status if form.errors else 200)


@officer_page(Verb.APPOINT)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One change: what it does or did, and the buttons while it is planned."""
    change = get_object_or_404(service.changes_seen_by(request.user), pk=pk)
    names = Region.objects.in_bulk([*change.sources, change.target_code])
    sources = "、".join(names[code].name for code in change.sources if code in names)
    facts = [
        {"term": "撤并的村" if change.kind == ChangeKind.MERGE else "划出的村", "value": sources},
        {"term": "并入" if change.kind == ChangeKind.MERGE else "新村", "value": change.target_name},
        {"term": "村代码", "value": change.target_code},
        {"term": "生效日期", "value": f"{change.effective_on:%Y-%m-%d}"},
        {"term": "安排人", "value": change.planned_by.get_full_name()},
        {"term": "状态", "value": change.get_state_display()},
    ]
    if change.state == ChangeState.DONE:
        labels = {
            "households": "转移的家庭",
            "needs": "转移的在办求助",
            "posts": "转任的职务",
            "grids": "转移的网格",
        }
        facts += [
            {"term": label, "value": change.moved[key]}
            for key, label in labels.items()
            if key in change.moved
        ]
    context = {"change": change, "facts": facts, "open": change.state == ChangeState.PLANNED}
    return render(request, "grid/region_change.html", context)


@officer_page(Verb.APPOINT)
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """Do a planned change now, or call it off."""
    if action not in ACTIONS:
        raise Http404
    change = get_object_or_404(service.changes_seen_by(request.user), pk=pk)
    try:
        ACTIONS[action](actor=request.user, change=change)
        messages.success(request, "已办理。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("grid:region-change", pk)


def _planned(request: SignedIn, form: Any, content: service.Plan) -> HttpResponse | int:
    """The answer after planning, or the status of what went wrong."""
    try:
        pk = once(
            actor=request.user,
            key=asked_key(request),
            purpose="region-change",
            content={name: getattr(content, name) for name in content.__slots__},
            work=lambda: service.plan(actor=request.user, content=content).pk,
        )
    except FupinError as error:
        places = {"target_code": "code"} if "code" in form.fields else {}
        error.fields = {places.get(name, name): texts for name, texts in error.fields.items()}
        add_errors(form, error)
        return error.status
    messages.success(request, "已办理。" if _is_done(pk) else "已安排，到生效日期自动办理。")
    return redirect(reverse("grid:region-change", args=[pk]))


def _is_done(pk: int) -> bool:
    return RegionChange.objects.filter(pk=pk, state=ChangeState.DONE).exists()


def _place(request: SignedIn, deepest: Level) -> Place:
    return place(request, roots=roots_of(request.user, Verb.APPOINT), deepest=deepest)


def _villages(town: Region) -> Any:
    return Region.objects.filter(parent=town, level=Level.VILLAGE, valid_to=None).order_by("code")


def _next_code(village: Region) -> int:
    top = Region.objects.filter(parent=village.parent_id).aggregate(top=Max("code"))["top"]
    return int(top or village.code) + 1


def _preview(villages: list[Region], chosen: list[int]) -> list[dict[str, Any]]:
    """What each village gives away."""
    found = territory.counts(chosen)
    return [
        {"name": row.name, "households": found[row.code][0], "needs": found[row.code][1]}
        for row in villages
        if row.code in found
    ]
