"""Counted limits, kept in PostgreSQL: exact under concurrency, and not lost with Redis (THREATS A-01..A-04)."""

from django.db import connection

from fupin.lib import clock
from fupin.lib.errors import TooMany


def take(bucket: str, *, limit: int, seconds: int) -> None:
    """Count one use of `bucket` in the current window of `seconds`; raise TooMany when `limit` is used up.

    Call it outside a transaction, so that a failure later does not give the use back.
    """
    moment = clock.seconds()
    window = moment - moment % seconds
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO accounts_ratecount AS r (bucket, "window", count) VALUES (%s, %s, 1)
               ON CONFLICT (bucket, "window") DO UPDATE SET count = r.count + 1 WHERE r.count < %s
               RETURNING count""",
            [f"{bucket}/{seconds}"[:120], window, limit],
        )
        if cursor.fetchone() is None:
            raise TooMany("操作太频繁，请稍后再试。", retry_after=max(window + seconds - moment, 1))
