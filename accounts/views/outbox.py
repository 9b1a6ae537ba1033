"""The outbox of forms that wait for a signal. What waits is kept by static/js/outbox.js on the device alone."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import SignedIn
from accounts.services.submissions import once


@login_required
@require_safe
def page(request: SignedIn) -> HttpResponse:
    """What waits, what went out, what needs a hand; without script it says so."""
    return render(request, "accounts/outbox.html")


@login_required
@require_safe
def token(request: SignedIn) -> HttpResponse:
    """A fresh token for what was written long ago, and for whom it is good."""
    return JsonResponse({"token": get_token(request), "user": str(request.user.pk)})


def asked_seen(request: HttpRequest) -> str:
    """The mark of what was on the page when it was opened (`{% seen %}`); "" asks nothing."""
    return request.POST.get("seen", "")[:80]


def taken_once(request: SignedIn, purpose: str, content: Mapping[str, Any], work: Callable[[], int]) -> int:
    """`submissions.once` for the form of this request."""
    return once(actor=request.user, key=asked_key(request), purpose=purpose, content=content, work=work)


def asked_key(request: HttpRequest) -> UUID | None:
    """The form's own number, or None where it has none or a broken one: it is then taken as it always was."""
    try:
        return UUID(request.POST.get("submission_key", ""))
    except ValueError:
        return None
