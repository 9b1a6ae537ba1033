"""Asking an address by both methods, without asking again for what its view takes from nobody."""

from collections.abc import Iterator
from typing import Any

from django.test import Client


class Asker:
    """GET and POST of many addresses by many people; a method that a view refuses (405) it refuses to everybody."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()

    def answers(self, client: Client, name: str, url: str) -> Iterator[tuple[str, Any]]:
        """The method and the answer; `name` is the view's, under which a 405 is remembered."""
        for method in ("get", "post"):
            if (name, method) in self._refused:
                continue
            answer = getattr(client, method)(url)
            if answer.status_code == 405:
                self._refused.add((name, method))
            yield method, answer
