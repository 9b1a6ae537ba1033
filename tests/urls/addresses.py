"""The site's addresses, walked from the URL configuration, so that a new page cannot be forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

WITHOUT_DATA = ("demo/", "api/docs/", "api/v1/schema/")


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern: its full name (`needs:detail`), its route and the names of its parameters."""

    name: str
    route: str
    parameters: tuple[str, ...]

    def url(self, **values: Any) -> str:
        return reverse(self.name, kwargs=values)


def addresses() -> Iterator[Address]:
    """Every named address of the site; left out: demo pages, the API's description (no data) and its catch-all."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns: list[Any], route: str, space: str) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern) and pattern.name and not here.startswith(WITHOUT_DATA):
            yield Address(f"{space}{pattern.name}", here, tuple(re.findall(r"<(?:\w+:)?(\w+)>", here)))
