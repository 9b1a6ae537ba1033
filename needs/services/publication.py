"""Making public what was approved: when its moment has come, and in order where help lags (REQUIREMENTS 43, 60)."""

from django.db import transaction

from accounts.models import Region
from accounts.services import audit
from fupin.lib.clock import now
from needs import pace
from needs.enums import Status
from needs.models import Need, NeedProgress
from needs.services import review
from needs.services.household_flags import is_blocked

AT_ONCE = 100
"""Needs of one county that one round lets through when help has caught up."""


def publish_due(*, limit: int = 500) -> int:
    """Publish what was approved for a moment that has come, campaigns at once; returns how many.

    A routine need joins its county's queue instead while help lags there.
    """
    due = Need.objects.filter(status=Status.CHECKED, publish_at__lte=now(), queued_at=None)
    published = 0
    for pk in list(due.order_by("publish_at", "id").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            need = _free(pk)
            if need and need.queued_at is None:
                published += _publish_or_queue(need)
    return published


def release_queues() -> int:
    """Let through what may go today in each county with a queue; returns how many."""
    waiting = Need.objects.filter(status=Status.CHECKED, queued_at__isnull=False)
    counties = list(waiting.order_by("county").values_list("county", flat=True).distinct())
    return sum(_release(county * 10**6) for county in counties)


def _release(county: int) -> int:
    """The next of one county, in order; nothing while another worker is at it."""
    with transaction.atomic():
        alone = Region.objects.select_for_update(no_key=True, skip_locked=True).filter(code=county).first()
        if alone is None:
            return 0
        state, room = pace.state_of(county), AT_ONCE
        if state.holds and state.rule:
            room = max(0, state.rule.per_day - pace.released_today(county))
        released = 0
        for pk in list(pace.queue_of(county).values_list("pk", flat=True)[:room]):
            need = _free(pk)
            if need and need.queued_at:
                released += _publish(need)
    return released


def _free(pk: int) -> Need | None:
    """The need locked, if it is still approved and due and nobody else holds it."""
    free = NeedProgress.objects.select_for_update(no_key=True, skip_locked=True).filter(need=pk)
    need = review.locked(Need(pk=pk)) if free.first() else None
    due = need and need.status == Status.CHECKED and need.publish_at and need.publish_at <= now()
    return need if due else None


def _publish_or_queue(need: Need) -> bool:
    if is_blocked(need.household) or not pace.holds_back(need):
        return _publish(need)
    need.queued_at = now()
    need.save(update_fields=["queued_at"])
    audit.record(actor=None, action="need.queue", obj=need, region_code=need.region_id)
    return False


def _publish(need: Need) -> bool:
    """False where a question about the household is open: the county looks again."""
    if is_blocked(need.household):
        Need.objects.filter(pk=need.pk).update(publish_at=None, queued_at=None, campaign=None)
        return False
    review.publish_by_system(need)
    return True
