from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.permissions import holds_post


def site(request: HttpRequest) -> dict[str, Any]:
    """What every template may rely on: names, mode, elder mode, and lazily who is an officer."""
    user = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "mode": settings.MODE,
        "data_subsidy_note": settings.DATA_SUBSIDY_NOTE,
        "offline_pages": settings.OFFLINE_PAGES,
        "words": {"household": settings.HOUSEHOLD_WORD},
        "elder": request.COOKIES.get("elder") == "1",
        "is_officer": lambda: holds_post(user),
    }
