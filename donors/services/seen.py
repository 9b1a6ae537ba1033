"""A step is about what somebody saw: one that waited for a signal must not meet a pledge that moved on."""

from accounts.services.submissions import ensure_seen
from donors.models import Pledge
from needs.services import progress


def mark(pledge: Pledge) -> str:
    """What a page shows of the pledge, as a mark: its state and its last step."""
    last = pledge.steps.order_by("-id").values_list("pk", flat=True).first()
    return f"{pledge.status}-{last or 0}"


def ensure_unchanged(pledge: Pledge, seen: str) -> None:
    """Hold the pledge's need to the end of the transaction, and compare. Raises Conflict (`seen_before`)."""
    if seen:
        progress.lock(pledge.need_id)
        ensure_seen(seen, mark(Pledge.objects.get(pk=pledge.pk)))
