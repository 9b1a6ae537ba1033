"""The office's inbox: what waits for me now, the most urgent first, and the doors of the office."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import inbox as accounts_inbox
from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from donors import inbox as donors_inbox
from fupin.lib.inbox import Door, Section
from grid import inbox as grid_inbox
from needs import inbox as needs_inbox

SHOWN, COUNTED = 20, 100
ROOMS = (needs_inbox, donors_inbox, grid_inbox, accounts_inbox)
URGENCIES = ("late", "soon", "")


@officer_page(*Verb)
@require_safe
def inbox(request: SignedIn) -> HttpResponse:
    """Sections of at most 20 rows, each with its count and the way to the whole list; what is late comes first."""
    user = request.user
    verbs, roles = {row.verb for row in grants(user).rows}, grants(user).roles
    mine = [part for room in ROOMS for part in room.SECTIONS if part.verbs & verbs]
    sections = [section for section in (_section(part, user) for part in mine) if section["rows"]]
    context = {
        "sections": sorted(sections, key=_most_urgent),
        "doors": [door for door in _doors(verbs, roles) if door["first"]],
        "groups": [
            {"title": title, "doors": list(doors)}
            for title, doors in groupby(_doors(verbs, roles), key=lambda door: door["group"])
        ],
    }
    return render(request, "grid/inbox.html", context)


def _section(part: Section, user: Any) -> dict[str, Any]:
    waiting = part.waiting(user)
    rows = [part.row(thing) for thing in waiting[:SHOWN]]
    count = len(rows) if len(rows) < SHOWN else waiting.order_by()[:COUNTED].count()
    return {
        "title": part.title,
        "rows": rows,
        "count": f"{COUNTED - 1}+" if count == COUNTED else count,
        "all_url": part.all_url,
    }


def _most_urgent(section: dict[str, Any]) -> int:
    return min(URGENCIES.index(row.get("urgency", "")) for row in section["rows"])


def _doors(verbs: set[str], roles: set[str]) -> list[dict[str, Any]]:
    doors: list[Door] = [door for room in ROOMS for door in room.DOORS if door.opens_for(verbs, roles)]
    order = list(dict.fromkeys(door.group for door in doors))
    return [
        {"group": door.group, "label": door.label, "url": reverse(door.url), "first": door.first}
        for door in sorted(doors, key=lambda door: order.index(door.group))
    ]
