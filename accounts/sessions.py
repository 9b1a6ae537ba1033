"""Opening a browser's session for a person who has shown who they are."""

from django.contrib.auth import login
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import holds_post
from fupin.lib import clock


def open_session(request: HttpRequest, user: User) -> None:
    """Sign `user` in under a fresh session key.

    An officer's session carries the times from which `accounts.middleware.live_sessions` ends it (Unix seconds).
    """
    login(request, user, backend="accounts.backends.AccountBackend")
    moment = clock.seconds()
    request.session["staff"] = holds_post(user)
    request.session["entered_at"] = request.session["seen_at"] = moment
