"""Queues of things to decide about households, and the page of one: reports, claims and flags look and work alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.http import SignedIn
from accounts.models import User
from accounts.services.submissions import once
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from needs.forms.household_reports import DecideForm, StateFilter
from needs.household_lifecycle import offered

States = Sequence[tuple[str, str]]
Row = dict[str, Any]


def queue(
    request: SignedIn,
    rows: QuerySet[Any],
    *,
    states: States,
    row: Callable[[Any], Row],
    title: str,
    lead: str,
    **extra: object,
) -> HttpResponse:
    """A list by state; what is open comes longest waiting first. `row` gives the inbox component's row."""
    form = StateFilter(request.GET, states=states)
    if not form.is_valid():
        raise Http404
    first = states[0][0]
    state = form.cleaned_data["state"] or first
    order = ("id",) if state == first else ("-id",)
    page = keyset_page(rows.filter(state=state), order=order, cursor=request.GET.get("cursor"))
    context = {
        "rows": [row(thing) for thing in page.items],
        "tabs": tabs(request, "state", states, state),
        "title": title,
        "lead": lead,
        **pager(request, page),
        **extra,
    }
    return render(request, "needs/office/household_queue.html", context)


def decision(
    request: SignedIn,
    *,
    thing: str,
    state: str,
    code: int,
    author: User | None,
    steps: Mapping[str, Callable[[str], Any]],
    back: str,
    shown: Callable[[], Row],
    key: int,
) -> HttpResponse:
    """One thing with the buttons of whoever may decide on it.

    `steps` run an action with the comment; `shown` gives title, lead, facts and texts of the page as it is now.
    """
    form = DecideForm(request.POST if request.method == "POST" else None, actions=list(steps))
    status = 200
    if form.is_bound:
        status = _run(request, form, thing, key, steps)
        if status == 302:
            return redirect(back)
    context = {
        **shown(),
        "form": form,
        "steps": offered(thing, state, actor=request.user, code=code, author=author),
        "own": bool(author and request.user.same_person(author)),
        "back": reverse(back),
    }
    return render(request, "needs/office/decision.html", context, status=status)


def _run(
    request: SignedIn, form: DecideForm, thing: str, key: int, steps: Mapping[str, Callable[[str], Any]]
) -> int:
    """Take the pressed button's step; 302 when it is done, else the status of the page."""
    if not form.is_valid():
        return 400
    action, comment = form.cleaned_data["action"], form.cleaned_data["comment"]

    def work() -> int:
        steps[action](comment)
        return key

    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose=f"{thing}-{action}",
            content={"key": key, **form.cleaned_data},
            work=work,
        )
    except (InvalidInput, Conflict) as error:
        add_errors(form, error)
        return error.status
    messages.success(request, "已办理。")
    return 302
