"""The audit chain: `record` in the transaction of the deed, `seal` afterwards by one sealer."""

import hashlib
import json
from itertools import islice
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Max

from accounts.models import AuditEntry, AuditSeal, User
from fupin.lib.clock import now
from fupin.lib.requests import request_id

GENESIS = "0" * 64
SEAL_LOCK = 7_270_001  # any constant; names the sealer's advisory lock
LATE_IDS = 10_000


def record(
    *,
    actor: User | None,
    action: str,
    obj: models.Model,
    region_code: int | None = None,
    changes: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write who did what to which object. `actor=None` is the system itself.

    Call it inside the transaction that makes the change; `changes` holds names and codes, never secret values.
    """
    return AuditEntry.objects.create(
        at=now(),
        actor=actor,
        actor_name=actor.get_full_name() if actor else "系统",
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_name=str(obj)[:120],
        region_code=region_code,
        changes=changes or {},
        reason=reason[:500],
        request_id=request_id.get(),
    )


def entry_hash(prev_hash: str, entry: AuditEntry) -> str:
    """SHA-256 over the previous hash and the entry's canonical JSON."""
    content = {
        "at": entry.at.isoformat(),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "object": [entry.object_type, entry.object_id, entry.object_name],
        "region": entry.region_code,
        "changes": entry.changes,
        "reason": entry.reason,
        "request": entry.request_id,
        "id": entry.pk,
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(prev_hash.encode() + canonical.encode()).hexdigest()


def seal(*, limit: int = 5000) -> int:
    """Chain the committed entries that are not sealed yet, oldest first; returns how many.

    One sealer at a time (advisory lock); a second one returns 0 and leaves the work to the first.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = AuditSeal.objects.order_by("-seq").first()
        seq, prev = (last.seq, last.hash) if last else (0, GENESIS)
        seals = []
        for entry in _unsealed(limit):
            seq, digest = seq + 1, entry_hash(prev, entry)
            seals.append(AuditSeal(seq=seq, entry=entry, prev_hash=prev, hash=digest))
            prev = digest
        AuditSeal.objects.bulk_create(seals)
        return len(seals)


def _unsealed(limit: int) -> list[AuditEntry]:
    """The oldest entries without a seal, looked for in two short index ranges instead of the whole chain.

    A transaction may commit after others with higher ids; `LATE_IDS` back is far more than 30 seconds of writes.
    """
    newest = AuditSeal.objects.aggregate(newest=Max("entry_id"))["newest"] or 0
    sealed = set(AuditSeal.objects.filter(entry_id__gt=newest - LATE_IDS).values_list("entry_id", flat=True))
    ids = AuditEntry.objects.filter(id__gt=newest - LATE_IDS).order_by("id").values_list("id", flat=True)
    wanted = list(islice((pk for pk in ids[: LATE_IDS + limit] if pk not in sealed), limit))
    return list(AuditEntry.objects.filter(id__in=wanted).order_by("id"))
