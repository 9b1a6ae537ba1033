"""Who gets through an office door: signed in, in a post, with the verb the page is about."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from accounts.enums import Verb
from accounts.permissions import OFFICIAL, grants
from fupin.lib.errors import NotAllowed

View = Callable[..., HttpResponse]


def officer_page(*verbs: Verb) -> Callable[[View], View]:
    """Strangers sign in first; a person without any post finds nothing (404), with another post 403.

    Without `verbs` any post of the administration will do, no bought service; with several, one of them.
    """
    opens = frozenset(verbs) or OFFICIAL

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            held = grants(request.user)
            if not held.rows:
                raise Http404
            if not any(row.verb in opens for row in held.rows):
                raise NotAllowed("您的职务不办理这项工作。")
            return view(request, *args, **kwargs)

        return guarded

    return decorate
