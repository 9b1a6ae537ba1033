"""Clues in the office: the list, reporting one, one case with its steps."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.queries import villages_in
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page
from grid import lifecycle
from grid.clue_enums import ClueSource, Problem
from grid.forms.clues import GROUPS, ClueFilter, JudgeForm, NewClueForm, ReviewForm, TapForm, WordsForm
from grid.models import Clue
from grid.permissions import own_grids
from grid.queries.clues import visible_to
from grid.rows import clue_row
from grid.services import clues as service
from grid.services import judging
from grid.views import clue_page
from needs.models import Household
from needs.views.filing import file, posted

OPENS = (Verb.VIEW, Verb.VISIT)
SIMPLE: dict[str, Callable[..., Clue]] = {
    "withdraw": service.withdraw,
    "visit": judging.visit,
    "send_back": judging.send_back,
    "dismiss": judging.dismiss,
    "spot": judging.spot,
    "file": judging.put_on_file,
    "return": judging.give_back,
    "recheck": judging.recheck,
    "keep": judging.keep,
    "clear": judging.clear,
}


@officer_page(*OPENS)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Clues of my places by where they stand; the open ones longest waiting first."""
    form = ClueFilter(request.GET)
    if not form.is_valid():
        raise Http404
    group = form.cleaned_data["group"] or "open"
    rows = visible_to(request.user).filter(state__in=GROUPS[group][1])
    page = keyset_page(rows, order=("id",) if group == "open" else ("-id",), cursor=request.GET.get("cursor"))
    context = {
        "rows": [clue_row(clue) for clue in page.items],
        "tabs": tabs(request, "group", [(key, words) for key, (words, _) in GROUPS.items()], group),
        **pager(request, page),
    }
    return render(request, "grid/clues/list.html", context)


@officer_page(Verb.COLLECT, Verb.VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """一键上报: about a household of the register (`?household=`), or about somebody by name."""
    home = _household(request)
    held = grants(request.user)
    villages = (villages_in(request.user, Verb.COLLECT) | villages_in(request.user, Verb.VISIT)).filter(
        valid_to=None
    )
    form: TapForm = (
        TapForm(posted(request))
        if home
        else NewClueForm(posted(request), villages=villages.select_related("parent")[:500])
    )

    def work() -> int:
        given = form.cleaned_data
        known: dict[str, Any] = {"household": home}
        if isinstance(form, NewClueForm):
            known = {"region": form.chosen_village, "name": given["name"], "phone": given["phone"]}
        words = given["situation"] or f"上报：{Problem(given['problem']).label}，待核实。"
        return service.report_clue(
            actor=request.user,
            source=ClueSource.GRID,
            problem=given["problem"],
            situation=words,
            **known,
        ).pk

    about = {"household": home.pk if home else None}
    done = "已上报，村里会在 2 天内核实评议。"
    status = file(request, form, purpose="clue-new", about=about, work=work, done=done)
    if status is None:
        return redirect("grid:clues")
    context = {"form": form, "household": home, "reads": any(True for _ in held.of(Verb.VIEW))}
    return render(request, "grid/clues/new.html", context, status=status)


@officer_page(*OPENS)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One case: where it stands, every clock with its clause, what was done, and the forms of the next step."""
    return page(request, get_object_or_404(visible_to(request.user), pk=pk))


@officer_page(*OPENS)
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """Take one step of the table."""
    clue = get_object_or_404(visible_to(request.user), pk=pk)
    if action not in lifecycle.ACTIONS:
        raise Http404
    lifecycle.step(request.user, clue, action)
    form = form_of(action, clue, request.POST)
    if not form.is_valid():
        return page(request, clue, action=action, form=form, status=400)
    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose=f"clue-{action}",
            content={"clue": pk, **form.cleaned_data},
            work=lambda: _do(request, clue, action, form).pk,
        )
    except (InvalidInput, Conflict) as error:
        add_errors(form, error)
        return page(request, clue, action=action, form=form, status=error.status)
    messages.success(request, "已办理。")
    return (
        redirect("grid:clue", pk)
        if visible_to(request.user).filter(pk=pk).exists()
        else redirect("grid:clues")
    )


def form_of(action: str, clue: Clue, data: Any = None) -> CleanForm:
    """The form of an action; its fields have ids of their own, because a page shows several."""
    extra: dict[str, Any] = {"auto_id": f"id_{action}_%s"}
    if action in ("verify", "deny"):
        homes = [] if clue.household_id else _homes(clue)
        needed = service.needed_at(clue, homes[0] if len(homes) == 1 else None)
        review = ReviewForm(data, needed=needed, homes=homes, initial={"held_on": today()}, **extra)
        if action == "deny":
            del review.fields["monitored"], review.fields["remark"]
        return review
    if action == "judge":
        return JudgeForm(data, initial={"monitored": clue.monitored}, **extra)
    form = WordsForm(data, **extra)
    form.fields["note"].required = action not in ("withdraw", "file")
    return form


def _do(request: SignedIn, clue: Clue, action: str, form: CleanForm) -> Clue:
    given = form.cleaned_data
    if isinstance(form, ReviewForm):
        home = Household.objects.filter(pk=given.get("household") or 0, region=clue.region_id).first()
        common = {"finding": given["finding"], "meeting": form.meeting(), "household": home}
        if action == "deny":
            return service.deny(actor=request.user, clue=clue, **common)
        return service.verify(
            actor=request.user, clue=clue, monitored=given["monitored"], remark=given["remark"], **common
        )
    if isinstance(form, JudgeForm):
        return judging.judge(actor=request.user, clue=clue, **given)
    return SIMPLE[action](actor=request.user, clue=clue, note=given["note"])


def page(
    request: SignedIn,
    clue: Clue,
    *,
    action: str = "",
    form: CleanForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """The page of one case; `form` is the one of `action` as it was sent, `extra` replaces parts of the context."""
    steps = [
        {"row": row, "form": form if form and row.action == action else form_of(row.action, clue)}
        for row in {one.action: one for one in lifecycle.steps_for(request.user, clue)}.values()
    ]
    context = {**clue_page.shown(request.user, clue), "steps": steps, "failed": action, **extra}
    if form and not any(one["form"] is form for one in steps):
        context["error_form"] = form
    return render(request, "grid/clues/detail.html", context, status=status)


def _homes(clue: Clue) -> list[Household]:
    """Households of the village by the name that was told; 20 at most."""
    return list(
        Household.objects.filter(region=clue.region_id, name=clue.name, closed_at=None).order_by("pk")[:20]
    )


def _household(request: SignedIn) -> Household | None:
    asked = request.GET.get("household", "")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    rows = Household.objects.filter(closed_at=None).filter(
        grants(request.user).q(Verb.COLLECT, "region")
    ) | Household.objects.filter(closed_at=None, in_grid__grid__in=own_grids(request.user))
    return get_object_or_404(rows.select_related("region__parent"), pk=int(asked))
