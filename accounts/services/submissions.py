"""A form taken once, however often it arrives: over a weak signal the answer may get lost, not the entry."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Submission, User
from accounts.services import sweeping
from fupin.lib.clock import now
from fupin.lib.crypto import blind_index
from fupin.lib.errors import Conflict
from fupin.lib.idempotency import fingerprint

KEPT = timedelta(days=30)
"""How long a form is known again (THREATS 6.2); what waits on a phone for longer is filled in anew."""


def once(
    *, actor: User, key: UUID | None, purpose: str, content: Mapping[str, Any], work: Callable[[], int]
) -> int:
    """Run `work` unless `actor` has sent this key for this `purpose` before; its object's primary key.

    Without a key, just runs. Whatever `work` raises leaves no trace, so that the key may be sent again. Raises
    Conflict (`key_reused`) where the same key comes with another `content`: an old page, filled in anew.
    """
    if key is None:
        return work()
    # A keyed hash: the content holds phone and ID numbers, which a plain one would let be guessed.
    mark = blind_index(fingerprint(content), kind="submission")
    with transaction.atomic():
        _wait_for_twins(f"{actor.pk} {purpose} {key}")
        known = Submission.objects.filter(actor=actor, purpose=purpose, key=key).first()
        if known is None:
            pk = work()
            Submission.objects.create(actor=actor, purpose=purpose, key=key, fingerprint=mark, object_pk=pk)
            return pk
    if known.fingerprint != mark:
        raise Conflict(
            "这张表已经交过一次，内容不一样。如果要另外再交，请核对后再点一次。", code="key_reused"
        )
    return known.object_pk


def ensure_seen(seen: str, present: str) -> None:
    """Refuse what was decided about something that has changed since: Conflict (`seen_before`). "" asks nothing."""
    if seen and seen != present:
        raise Conflict("您打开以后情况有了变化，没有办理。请看过现在的内容再决定。", code="seen_before")


def forget_old() -> int:
    """Delete what is older than `KEPT`; returns how many. What is too much for one sweep waits for the next."""
    return sweeping.delete_first(
        Submission.objects.filter(created_at__lt=now() - KEPT).order_by("created_at")
    )


def _wait_for_twins(name: str) -> None:
    """Let the same form that is just being taken finish first; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
