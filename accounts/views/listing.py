"""What every list page shares: addresses that keep the filter, and the neighbours of a keyset page."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from fupin.lib.paging import Page


def address(request: HttpRequest, **changes: object) -> str:
    """This page's address with some parameters changed; None and "" drop one. The cursor never survives."""
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def pager(request: HttpRequest, page: Page[Any]) -> dict[str, str]:
    """`previous_url` and `next_url` for the pager component."""
    return {
        "previous_url": address(request, cursor=page.previous_cursor) if page.previous_cursor else "",
        "next_url": address(request, cursor=page.next_cursor) if page.next_cursor else "",
    }


def tabs(
    request: HttpRequest, name: str, choices: Iterable[tuple[str, str]], chosen: str
) -> list[dict[str, Any]]:
    """Tabs over the values of one GET parameter."""
    return [
        {"label": label, "url": address(request, **{name: value}), "active": value == chosen}
        for value, label in choices
    ]


def safe_next(request: HttpRequest) -> str:
    """Where a form asks to go back to (`next`), if that is a page of this site; else ""."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
