"""Counted limits, kept in PostgreSQL: exact under concurrency, and not lost with Redis (THREATS A-01..A-04)."""

from django.db import connection, transaction

from accounts.models import RateCount
from accounts.services import sweeping
from fupin.lib import clock
from fupin.lib.errors import TooMany

LONGEST = 86_400
"""Seconds of the longest window; older rows say nothing any more."""


def take(bucket: str, *, limit: int, seconds: int) -> None:
    """Count one use of `bucket`; raise TooMany when `limit` is used up.

    A window begins with the use that opens it and lasts `seconds` (at most LONGEST), so that a limit of one a minute
    leaves a whole minute between two uses. Call it outside a transaction, so that a failure later does not give the
    use back.
    """
    name, moment = f"{bucket}/{seconds}"[:120], clock.seconds()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"limit:{name}"])
        rows = RateCount.objects.filter(bucket=name, window__gt=moment - seconds, window__lte=moment)
        row = rows.order_by("-window").first()
        if row is None:
            RateCount.objects.create(bucket=name, window=moment, count=1)
        elif row.count < limit:
            RateCount.objects.filter(pk=row.pk).update(count=row.count + 1)
        else:
            raise TooMany("操作太频繁，请稍后再试。", retry_after=row.window + seconds - moment)


def forget_old() -> int:
    """Delete the windows that are over; returns how many. What is too much for one sweep waits for the next."""
    return sweeping.delete_first(
        RateCount.objects.filter(window__lt=clock.seconds() - LONGEST).order_by("pk")
    )
