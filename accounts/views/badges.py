"""One's own badge to print, and the page its QR code opens for whoever stands behind the door."""

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import SignedIn
from accounts.middleware import client_network
from accounts.services import badges, limits
from accounts.services.badges import BadgeState
from accounts.views.access import officer_page

MISSES_PER_HOUR = 30


@never_cache
@officer_page()
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """A card for each post one holds today."""
    cards = [
        {
            "post": post,
            "role": post.get_role_display(),
            "place": badges.place_of(post),
            "qr": segno.make_qr(badges.check_url(post), error="m").svg_data_uri(border=2),
        }
        for post in badges.held_by(request.user.pk)
    ]
    return render(request, "accounts/badge.html", {"cards": cards, "host": _host()})


@never_cache
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """On duty, left, or unknown (404). Guessing is limited; holding a real badge is not."""
    badge = badges.look_up(token)
    unknown = badge.state == BadgeState.UNKNOWN
    if unknown:
        limits.take(f"badge:{client_network(request)}", limit=MISSES_PER_HOUR, seconds=3600)
    context = {"badge": badge, "host": _host()}
    answer = render(request, "accounts/badge_check.html", context, status=404 if unknown else 200)
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer


def _host() -> str:
    return settings.SITE_URL.partition("://")[2]
