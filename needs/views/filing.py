"""A form about a household, filed once: what every such view shares."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.http import SignedIn
from accounts.services.submissions import once
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from needs.models import Household


def posted(request: SignedIn) -> Any:
    """What was sent, or None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def file(
    request: SignedIn,
    form: Form,
    *,
    purpose: str,
    about: Mapping[str, object],
    work: Callable[[], int],
    done: str,
) -> int | None:
    """Run `work` for a valid form, once; None when it is done, else the status to show the form with.

    `done` is what the person reads afterwards. Refusals stand in the form, beside their fields.
    """
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return 400
    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose=purpose,
            content={**about, **form.cleaned_data},
            work=work,
        )
    except (InvalidInput, Conflict) as error:
        add_errors(form, error)
        return error.status
    messages.success(request, done)
    return None


def household_form(
    request: SignedIn,
    form: Form,
    *,
    household: Household,
    title: str,
    submit: str,
    purpose: str,
    work: Callable[[], int],
    done: str,
    **extra: object,
) -> HttpResponse:
    """The page of one form about a household, and its answer: back to the household.

    `extra` goes to the template: `note` (a sentence above), `danger` (the button is red), `about` (identifies the
    thing inside the household).
    """
    about = {"household": household.pk, "about": str(extra.get("about", ""))}
    status = file(request, form, purpose=purpose, about=about, work=work, done=done)
    if status is None:
        return redirect("needs:household", household.pk)
    context = {"form": form, "household": household, "title": title, "submit": submit, **extra}
    return render(request, "needs/office/household_form.html", context, status=status)
