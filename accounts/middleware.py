"""What happens around every request: its id, clean input, live staff sessions, private pages, error pages."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.permissions import is_officer
from accounts.problems import plain_problem
from accounts.views.listing import address
from accounts.views.places import RegionMoved
from fupin.lib import clock
from fupin.lib.errors import FupinError, TooMany
from fupin.lib.requests import new_request_id, origin, request_id

Handler = Callable[[HttpRequest], HttpResponse]
SEEN_EVERY_SECONDS = 60


def request_context(get_response: Handler) -> Handler:
    """Give each request an id that its log lines and audit rows share, and say where it comes from."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = request_id.set(new_request_id())
        came_from = origin.set(f"{client_network(request)} {request.headers.get('User-Agent', '')}")
        try:
            response = get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            origin.reset(came_from)
            request_id.reset(token)

    return middleware


def client_network(request: HttpRequest) -> str:
    """The client's /24 (IPv6: /64), behind exactly FUPIN_TRUSTED_PROXIES proxies; a forged header is ignored."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        address = hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else address
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{address}/{24 if version == 4 else 64}", strict=False))


def clean_input(get_response: Handler) -> Handler:
    """Refuse NUL, lone surrogates and broken UTF-8 in paths and query strings; forms answer for bodies."""

    def middleware(request: HttpRequest) -> HttpResponse:
        texts = [request.path, *(text for pair in request.GET.lists() for text in (pair[0], *pair[1]))]
        if any(_unclean(text) for text in texts):
            if request.path.startswith("/api/"):
                return plain_problem(400, "地址里有不能使用的字符。")
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware


def _unclean(text: str) -> bool:
    return any(char in "\0\ufffd\ufffe\uffff" or 0xD800 <= ord(char) <= 0xDFFF for char in text)


def live_sessions(get_response: Handler) -> Handler:
    """End an officer's session after 30 idle minutes or 12 hours (a shared computer at the village office).

    Whoever is given a post while signed in as a donor is an officer from the next request on; both times begin then.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        session, moment = request.session, clock.seconds()
        if session.get("staff") is False and is_officer(request.user):
            session["staff"] = True
            session["entered_at"] = session["seen_at"] = moment
        if session.get("staff"):
            idle = moment - session.get("seen_at", 0)
            if (
                idle > settings.STAFF_IDLE_SECONDS
                or moment - session.get("entered_at", 0) > settings.STAFF_SESSION_SECONDS
            ):
                logout(request)
            elif idle > SEEN_EVERY_SECONDS:
                session["seen_at"] = moment
        return get_response(request)

    return middleware


def private_pages(get_response: Handler) -> Handler:
    """Pages of a signed-in person are stored nowhere (THREATS P-14).

    Only the service worker keeps some, for the person whom `X-Account` names, and forgets those of all others.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response["X-Account"] = str(request.user.pk or 0)
        return response

    return middleware


def outbox_answers(get_response: Handler) -> Handler:
    """Tell the outbox (static/js/outbox.js) where a form led, instead of sending it the whole next page.

    `X-Outbox: now` leaves the messages for the page that the person opens next; `later` takes them along.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        mode = request.headers.get("X-Outbox")
        if not mode or response.status_code != 302:
            return response
        if response["Location"].startswith(reverse("accounts:enter")):
            return JsonResponse({"enter": reverse("accounts:enter")}, status=401)
        said = messages.get_messages(request) if mode == "later" else ()
        refused = [str(one) for one in said if one.level >= messages.ERROR]
        return JsonResponse({"url": response["Location"], "refused": " ".join(refused)})

    return middleware


class domain_errors:
    """Turn an error of the services that no view caught into its page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RegionMoved):
            return redirect(address(request, region=error.code))
        if not isinstance(error, FupinError):
            return None
        if error.status in {403, 404} and not request.user.is_authenticated:
            return _enter_first(request)
        response = render(request, f"{error.status}.html", {"error": error}, status=error.status)
        if isinstance(error, TooMany):
            response["Retry-After"] = str(error.retry_after)
        return response


def _enter_first(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path(), reverse("accounts:enter"))
