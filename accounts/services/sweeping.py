"""Deleting what has run out, in small portions, so that no sweep holds many rows for long."""

from typing import Any

from django.db.models import QuerySet

BATCH = 1_000
MOST = 20 * BATCH
"""Rows of one sweep; the rest waits for the next."""


def delete_first(rows: QuerySet[Any], *, limit: int = MOST) -> int:
    """Delete the first rows of an ordered query; returns how many."""
    gone = 0
    while gone < limit:
        deleted, _ = rows.model._default_manager.filter(pk__in=rows.values("pk")[:BATCH]).delete()
        gone += deleted
        if deleted < BATCH:
            break
    return gone
