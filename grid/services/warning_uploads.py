"""A department's list between its upload and the choice of its columns (宿州规范第十六条; REQUIREMENTS 89)."""

from collections.abc import Mapping
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import audit
from fupin.lib import crypto, sheet_reading
from fupin.lib.clock import now
from fupin.lib.errors import StaleState
from grid import warning_sheets
from grid.models import DepartmentPost, WarningList, WarningUpload
from grid.services import warnings
from grid.warning_sheets import Sheet
from needs.imports import columns

CONTEXT = "warning-rows"
KEPT = timedelta(days=7)
"""How long an upload stays whose columns nobody chooses."""


def take_in(
    *, actor: User, desk: DepartmentPost, topic: str, file_name: str, source: sheet_reading.Readable
) -> WarningUpload:
    """Keep a list, encrypted, and guess its columns; an earlier one of the desk that nobody sent makes way.

    Raises NotAllowed for a desk that is not one's own, InvalidInput for a bad file or numbers in the topic.
    """
    warnings.ensure_may_upload(actor, desk, topic)
    sheet = warning_sheets.unpack(source)
    with transaction.atomic():
        DepartmentPost.objects.select_for_update(no_key=True, of=("self",)).get(pk=desk.pk)
        for earlier in _waiting().filter(desk=desk):
            _close(earlier)
        made = WarningUpload(
            desk=desk,
            actor=actor,
            topic=topic,
            file_name=file_name[-120:] or "名单",
            header_line=sheet.header_line,
            headings=sheet.headings,
            mapping=warning_sheets.guess(sheet.headings, _remembered(desk)),
        )
        made.rows_file.save("rows.csv", ContentFile(crypto.seal(sheet.rows, context=CONTEXT)), save=False)
        made.save()
        audit.record(actor=actor, action="warning.take_in", obj=made, region_code=desk.post.region_id)
    return made


def send(*, actor: User, upload: WarningUpload, mapping: Mapping[str, int]) -> WarningList:
    """Read the list by the chosen columns and send it to the townships; the file is gone.

    Raises NotAllowed, InvalidInput beside a column that is missing or used twice, StaleState when it was sent.
    """
    with transaction.atomic():
        upload = _open(actor, upload)
        upload.mapping = columns.checked(mapping, upload.headings, warning_sheets.COLUMNS)
        upload.list = warnings.send_out(
            actor=actor,
            desk=upload.desk,
            topic=upload.topic,
            file_name=upload.file_name,
            lines=warning_sheets.lines(sheet_of(upload), upload.mapping),
        )
        _close(upload)
    return upload.list


def cancel(*, actor: User, upload: WarningUpload) -> None:
    """Give it up before it is sent. Raises NotAllowed, StaleState."""
    with transaction.atomic():
        upload = _open(actor, upload)
        _close(upload)
        audit.record(
            actor=actor, action="warning.give_up", obj=upload, region_code=upload.desk.post.region_id
        )


def sheet_of(upload: WarningUpload) -> Sheet:
    """The cells of a list that waits."""
    with upload.rows_file.open("rb") as sealed:
        rows = crypto.unseal(sealed.read(), context=CONTEXT)
    return Sheet(rows, upload.header_line, upload.headings)


def forget_old(*, limit: int = 100) -> int:
    """Give up the lists whose columns nobody chose within KEPT; returns how many."""
    with transaction.atomic():
        rows = list(_waiting().filter(created_at__lt=now() - KEPT)[:limit])
        for upload in rows:
            _close(upload)
    return len(rows)


def _waiting() -> QuerySet[WarningUpload]:
    rows = WarningUpload.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return rows.filter(closed_at=None).order_by("id")


def _open(actor: User, upload: WarningUpload) -> WarningUpload:
    rows = WarningUpload.objects.select_for_update(no_key=True, of=("self",))
    upload = rows.select_related("desk__post__region").get(pk=upload.pk)
    warnings.ensure_may_upload(actor, upload.desk, upload.topic)
    if upload.closed_at:
        raise StaleState("这份名单已经发出或者已经取消。")
    return upload


def _close(upload: WarningUpload) -> None:
    """The file goes with it."""
    storage, name = upload.rows_file.storage, upload.rows_file.name
    upload.closed_at, upload.rows_file.name = now(), ""
    upload.save()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _remembered(desk: DepartmentPost) -> dict[str, str]:
    """The headings that this department of the county chose last, by key."""
    same = {"desk__department": desk.department, "desk__post__region": desk.post.region_id}
    last = WarningUpload.objects.filter(list__isnull=False, **same).order_by("-id").first()
    return columns.by_heading(last.mapping, last.headings) if last else {}
