"""The directory of a place by level: whom to call about help there, by office phone (重庆 2020; REQUIREMENTS 114)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.models import Region
from accounts.queries import CONTACTS_SHOWN, contacts_of, path_of
from accounts.views.places import place
from fupin.lib.masks import mask_name


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Public: the posts of the chosen place and those above it, nearest first; masked names, offices' phones."""
    where = place(request)
    levels = _levels(where.region) if where.region else []
    context = {
        "place": where,
        "region": where.region,
        "levels": levels,
        "start_url": reverse("accounts:contacts"),
    }
    return render(request, "accounts/contacts.html", context)


def _levels(region: Region) -> list[dict[str, Any]]:
    """The place and those above it, the nearest first, each with its posts; one query for all of them."""
    path = path_of(region.code)
    posts: dict[int, list[dict[str, str]]] = {above.code: [] for above in path}
    for post in contacts_of(posts):
        posts[post.region_id].append(
            {
                "role": Role(post.role).label,
                "name": mask_name(post.user.get_full_name()),
                "phone": post.duty_phone,
                "unit": post.unit,
            }
        )
    rows = [(above, posts[above.code][:CONTACTS_SHOWN]) for above in reversed(path)]
    return [{"region": above, "posts": found} for above, found in rows if found or above == region]
