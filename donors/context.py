"""What the header of every page shows of the donors room."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from donors.services import take_along


def take_along_list(request: HttpRequest) -> dict[str, Any]:
    """`listed`: the numbers of the needs on this visitor's list (清单)."""

    def listed() -> list[int]:
        return [row["need"] for row in take_along.entries(request.session)]

    known = hasattr(request, "session")
    return {"listed": SimpleLazyObject(listed) if known else []}
