"""Photos and scans that prove a clue's steps: kept encrypted, scoped like the case, part of its evidence pack."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure, grants
from accounts.services import audit
from fupin.lib import crypto
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid.clue_enums import ClueFileKind
from grid.models import Clue, ClueFile
from grid.models.clue_file import MOST_FILES
from grid.services.clue_steps import locked

CONTEXT = "grid_cluefile.file"
BY: dict[str, Verb] = {
    ClueFileKind.CHECK: Verb.VERIFY,
    ClueFileKind.MEETING: Verb.VERIFY,
    ClueFileKind.HELP: Verb.VERIFY,
    ClueFileKind.JUDGEMENT: Verb.CHECK,
    ClueFileKind.REVIEW: Verb.APPROVE,
}
"""Whose material it is: the verb on the clue's village."""


def kinds_for(user: User, clue: Clue) -> list[tuple[str, str]]:
    """What this person may add now, as choices; empty once the clue has ended or is full."""
    if clue.closed_at:
        return []
    held = grants(user)
    return [(kind, label) for kind, label in ClueFileKind.choices if held.allow(BY[kind], clue.region_id)]


def add(*, actor: User, clue: Clue, kind: str, jpeg: bytes, words: str = "") -> ClueFile:
    """Keep a re-encoded picture; the same one again changes nothing.

    Raises NotAllowed, InvalidInput for an unknown kind, Conflict once the clue has ended or holds `MOST_FILES`.
    """
    if kind not in BY:
        raise InvalidInput(fields={"kind": ["请选择是什么材料。"]})
    mark = hashlib.sha256(jpeg).hexdigest()
    with transaction.atomic():
        clue = locked(clue)
        ensure(actor, BY[kind], clue.region_id)
        known = clue.files.filter(sha256=mark).first()
        if known:
            return known
        if clue.closed_at:
            raise Conflict("这条线索已经结束，不能再加材料。")
        if clue.files.count() >= MOST_FILES:
            raise Conflict(f"最多放 {MOST_FILES} 张，请先删掉放错的。")
        row = ClueFile(clue=clue, kind=kind, words=words.strip()[:60], sha256=mark, uploaded_by=actor)
        row.file.save("file", ContentFile(crypto.seal(jpeg, context=CONTEXT)), save=False)
        try:
            row.save()
        except IntegrityError:
            row.file.delete(save=False)
            raise
        _record(actor, row, "clue.file")
    return row


def opened(row: ClueFile) -> bytes:
    """The JPEG. Raises FileNotFoundError where the disk lost it."""
    with row.file.open("rb") as sealed:
        return crypto.unseal(sealed.read(), context=CONTEXT)


def last_step(clue: Clue) -> datetime:
    """When the clue last moved or was written to."""
    return clue.steps.order_by("-id").values_list("at", flat=True)[0]


def removable(user: User, row: ClueFile, since: datetime) -> bool:
    """Whether who put it there by mistake may take it back: no step after it (`since`, the last one) rests on it."""
    return user.same_person(row.uploaded_by) and row.uploaded_at >= since


def remove(*, actor: User, row: ClueFile) -> None:
    """Take one's own mistake back; the record of it stays. Raises NotAllowed, Conflict once the clue moved on."""
    with transaction.atomic():
        clue = locked(row.clue)
        if not actor.same_person(row.uploaded_by):
            raise NotAllowed("只有上传的人能删掉。")
        if not removable(actor, row, last_step(clue)):
            raise Conflict("已经办过下一步，材料要留在案卷里。")
        _record(actor, row, "clue.file_remove")
        name, storage = str(row.file.name), row.file.storage
        row.delete()
        transaction.on_commit(lambda: storage.delete(name))


def _record(actor: User, row: ClueFile, action: str) -> None:
    changes = {"kind": row.kind, "sha256": row.sha256}
    audit.record(actor=actor, action=action, obj=row, region_code=row.clue.region_id, changes=changes)
