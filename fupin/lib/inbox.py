"""What waits for an officer, and the doors of the office: every app declares its own in `<app>/inbox.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from fupin.lib.clock import day_of, today

SOON_DAYS, LATE_DAYS = 2, 3


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of waiting work, for holders of any of the verbs.

    `waiting(user)` is scoped and ordered, next due first; `row(thing)` makes what `components/inbox_row.html` shows.
    """

    title: str
    verbs: frozenset[str]
    waiting: Callable[[Any], QuerySet[Any]]
    row: Callable[[Any], dict[str, Any]]
    url: str
    query: str = ""

    @property
    def all_url(self) -> str:
        return reverse(self.url) + self.query


@dataclass(frozen=True, slots=True)
class Door:
    """A page of the office for holders of any of the verbs, but for those whose every role is in `without`.

    `first` doors are shown without opening the list.
    """

    group: str
    label: str
    url: str
    verbs: frozenset[str]
    first: bool = False
    without: frozenset[str] = frozenset()

    def opens_for(self, verbs: set[str], roles: set[str]) -> bool:
        return bool(self.verbs & verbs and roles - self.without)


def since(moment: datetime) -> str:
    """How long it has waited, in days."""
    days = (today() - day_of(moment)).days
    return f"已等 {days} 天" if days else "今天"


def waiting_urgency(moment: datetime) -> str:
    """How a thing without a due date of its own is marked: after 2 days soon, after 3 late."""
    days = (today() - day_of(moment)).days
    return "late" if days >= LATE_DAYS else "soon" if days >= SOON_DAYS else ""
