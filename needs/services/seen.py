"""A decision is about what somebody saw: one that waited for a signal must not meet a need that moved on."""

from accounts.services.submissions import ensure_seen
from needs.models import Need
from needs.services import progress


def mark(need: Need) -> str:
    """What a page shows of the need, as a mark: its state and its last review. Its content changes only with these."""
    last = need.reviews.order_by("-id").values_list("pk", flat=True).first()
    return f"{need.status}-{last or 0}"


def ensure_unchanged(need: Need, seen: str) -> None:
    """Hold the need to the end of the transaction, and compare. Raises Conflict (`seen_before`); "" asks nothing."""
    if seen:
        progress.lock(need.pk)
        now = Need.objects.select_for_update(no_key=True, of=("self",)).get(pk=need.pk)
        ensure_seen(seen, mark(now))
