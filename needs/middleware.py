"""Counting what was opened through a campaign's or an officer's link."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.middleware import client_network
from needs.services import sources
from needs.services.sources import PARAMETER, Visit

Handler = Callable[[HttpRequest], HttpResponse]


def count_sources(get_response: Handler) -> Handler:
    """Count a page that was opened with `?from=`; keeps nothing on the device and nothing about the person."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        source = request.GET.get(PARAMETER) if request.method == "GET" else None
        page = response.headers.get("Content-Type", "").startswith("text/html")
        if source and page and response.status_code == 200 and not request.user.is_authenticated:
            headers = request.headers
            ahead = "prefetch" in (headers.get("Sec-Purpose", "") + headers.get("Purpose", ""))
            sources.count(Visit(source, headers.get("User-Agent", ""), client_network(request), ahead))
        return response

    return middleware
