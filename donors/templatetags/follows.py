"""Follow buttons and suggestions on pages of the rooms below."""

from typing import Any

from django import template

from accounts.models import Region
from donors import follow_queries
from needs.models import Need
from needs.views import cards

register = template.Library()


@register.inclusion_tag("donors/follows/button.html", takes_context=True)
def follow_button(context: dict[str, Any], target: Region | Need) -> dict[str, Any]:
    """Follow, or stop following, a region or a need; visitors are asked to enter first."""
    request = context["request"]
    name = "region" if isinstance(target, Region) else "need"
    follow = follow_queries.followed(request.user, **{name: target.pk})
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "signed_in": request.user.is_authenticated,
        "follow": follow,
        "name": name,
        "value": target.pk,
        "next": request.get_full_path(),
        "label": "关注这个地方" if name == "region" else "关注这条求助",
    }


@register.inclusion_tag("donors/follows/suggested.html", takes_context=True)
def suggested_needs(context: dict[str, Any], limit: int = 3) -> dict[str, Any]:
    """Needs nobody has helped yet, near what this person follows or has helped; nothing for visitors."""
    user = context["request"].user
    rows = follow_queries.suggested(user, limit=limit) if user.is_authenticated else []
    return {"cards": cards.cards(rows), "more": True}
