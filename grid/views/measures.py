"""Measures on the page of a case, and the work orders of a department's officer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import User
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page
from grid.clue_enums import ClueState, MeasureState
from grid.forms.measures import MeasureForm, OrderFilter, OrderForm
from grid.models import Clue, Measure
from grid.queries.clues import measures_of, visible_to
from grid.queries.measure_list import choices_for
from grid.rows import order_row, place_of
from grid.services import measures as service

OPEN = (MeasureState.SENT, MeasureState.ACCEPTED)
SHOWN = {"": OPEN, "done": (MeasureState.DONE,), "returned": (MeasureState.RETURNED,)}
ACTIONS = tuple(service.MOVES)


def form_for(user: User, clue: Clue, data: Any = None) -> MeasureForm | None:
    """The form of a new measure for whoever may write one now."""
    held = grants(user)
    own, sends = held.allow(Verb.VERIFY, clue.region_id), held.allow(Verb.DISPATCH, clue.region_id)
    posts = service.departments(clue) if sends else []
    if clue.state != ClueState.HELPING or not (own or posts):
        return None
    kinds = choices_for(clue.region_id // 10**6 * 10**6, clue.problem)
    return MeasureForm(data, posts=posts, own=own, kinds=kinds, auto_id="id_measure_%s")


@officer_page(Verb.VERIFY, Verb.DISPATCH)
@require_POST
def plan(request: SignedIn, pk: int) -> HttpResponse:
    """A new measure, sent to a department or done by the village."""
    clue = get_object_or_404(visible_to(request.user), pk=pk)
    form = form_for(request.user, clue, request.POST)
    if form is None:
        raise Conflict("现在不能制定帮扶措施。")

    def work() -> Measure:
        given = form.cleaned_data
        post = next((one for one in service.departments(clue) if one.pk == given.get("post")), None)
        order = service.Order(given["kind"], given["words"], given["due_on"], post)
        return service.plan(actor=request.user, clue=clue, order=order)

    return _file(request, clue, form, "measure", work, "已登记。")


@officer_page(Verb.VERIFY)
@require_POST
def announce(request: SignedIn, pk: int) -> HttpResponse:
    """Told to the household, shown in the village."""
    clue = get_object_or_404(visible_to(request.user), pk=pk)
    service.announce(actor=request.user, clue=clue)
    messages.success(request, "已告知这户，并在村里公示。")
    return redirect(clue)


@officer_page(Verb.REPORT, Verb.VIEW)
@require_safe
def orders(request: SignedIn) -> HttpResponse:
    """派单: what was sent to me as a department's officer; over a place, what was sent out for its households."""
    form = OrderFilter(request.GET)
    if not form.is_valid():
        raise Http404
    watches, state = any(True for _ in grants(request.user).of(Verb.VIEW)), form.cleaned_data["state"]
    sent = measures_of(request.user).filter(post__isnull=False)
    rows = (sent if watches else sent.filter(post__user=request.user)).filter(state__in=SHOWN[state])
    order = ("due_on", "id") if state == "" else ("-id",)
    page = keyset_page(rows, order=order, cursor=request.GET.get("cursor"))
    labels = [("", "办理中" if watches else "待办"), ("done", "已落实"), ("returned", "已退回")]
    context = {
        "rows": [order_row(row) for row in page.items],
        "tabs": tabs(request, "state", labels, state),
        "watches": watches,
        **pager(request, page),
    }
    return render(request, "grid/orders.html", context)


@officer_page(Verb.REPORT, Verb.VIEW)
@require_safe
def order(request: SignedIn, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(measures_of(request.user), pk=pk), OrderForm())


@officer_page(Verb.REPORT, Verb.VERIFY)
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """Accept, finish or give back."""
    row = get_object_or_404(measures_of(request.user), pk=pk)
    if action not in ACTIONS:
        raise Http404
    form = OrderForm(request.POST)
    if form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose=f"order-{action}",
                content={"measure": pk, **form.cleaned_data},
                work=lambda: (
                    service.act(
                        actor=request.user, measure=row, action=action, words=form.cleaned_data["words"]
                    ).pk
                ),
            )
            messages.success(request, "已登记。")
            return redirect(row)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            return _page(request, row, form, status=error.status)
    return _page(request, row, form, status=400)


def _page(request: SignedIn, row: Measure, form: CleanForm, *, status: int = 200) -> HttpResponse:
    row.refresh_from_db()
    held = grants(request.user)
    mine = row.post and request.user.same_person(row.post.user)
    own = row.post is None and held.allow(Verb.VERIFY, row.clue.region_id)
    actions = [name for name, (sources, _) in service.MOVES.items() if row.state in sources]
    context = {
        "measure": row,
        "facts": facts(row),
        "form": form,
        "actions": [
            {"name": name, "label": service.WORDS[name] if name != "done" else "登记已落实"}
            for name in actions
            if mine or (own and name == "done")
        ],
        "reads": held.allow(Verb.VIEW, row.clue.region_id),
    }
    return render(request, "grid/order.html", context, status=status)


def facts(row: Measure) -> list[dict[str, Any]]:
    home, region = row.clue.household, row.clue.region
    who = f"{row.post.unit or '部门'} {row.post.user.get_full_name()}" if row.post else "村镇自己落实"
    found = [
        {"term": "户主", "value": home.name if home else row.clue.name},
        {"term": "地区", "value": place_of(region)},
        {"term": "主要困难", "value": row.clue.get_problem_display()},
        {"term": "措施", "value": f"{row.get_kind_display()}：{row.words}"},
        {"term": "由谁落实", "value": who},
        {"term": "完成期限", "value": f"{row.due_on:%Y-%m-%d}" if row.due_on else "没有"},
    ]
    return [*found, {"term": "落实情况", "value": row.result}] if row.result else found


def _file(request: SignedIn, clue: Clue, form: CleanForm, purpose: str, work: Any, done: str) -> HttpResponse:
    status = 400
    if form.is_valid():
        try:
            content = {"clue": clue.pk, **form.cleaned_data}
            once(
                actor=request.user,
                key=asked_key(request),
                purpose=purpose,
                content=content,
                work=lambda: work().pk,
            )
            messages.success(request, done)
            return redirect(clue)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return render(request, "grid/clues/form.html", {"form": form, "clue": clue.pk}, status=status)
