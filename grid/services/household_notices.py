"""明白纸 of a whole village in one PDF, made by a worker; the file is encrypted and goes after some days."""

import logging
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import Region, User
from accounts.services import audit, wake
from fupin.lib import crypto, typeset
from fupin.lib.clock import now
from fupin.lib.errors import Conflict
from grid.enums import PrintState
from grid.models import GridHousehold, NoticePrint
from grid.permissions import ensure_may_arrange
from grid.queries.board import board_of
from grid.services.papers import NOTICE, notice_page

logger = logging.getLogger(__name__)
TASK = "grid.print_notices"
CONTEXT = "grid_noticeprint.file"
KEPT = timedelta(days=7)
"""How long a finished file can be fetched."""
LEASE = timedelta(minutes=2)
MOST = 2_000
STEP = 50


def start(*, actor: User, village: Region) -> NoticePrint:
    """Ask for the sheets of every household in the village's grids.

    Raises NotAllowed for who does not arrange there, Conflict while one is being made or where there is no household.
    """
    ensure_may_arrange(actor, village.code)
    total = _homes(village).count()
    if not total:
        raise Conflict("本村还没有家庭划入网格。")
    if total > MOST:
        raise Conflict(f"一次最多打印 {MOST} 户。")
    try:
        with transaction.atomic():
            job = NoticePrint.objects.create(village=village, actor=actor)
            audit.record(
                actor=actor,
                action="notice_print.start",
                obj=job,
                region_code=village.code,
                changes={"households": total},
            )
    except IntegrityError as error:
        raise Conflict("上一份还在生成，请稍候。") from error
    wake.after_commit(TASK)
    return job


def run_due(*, limit: int = 5) -> int:
    """Make what was asked for, also what a worker lost, and forget what is old; returns how many were made."""
    waiting = Q(total=0) | Q(progress_at__lt=now() - LEASE)
    made = 0
    for job in NoticePrint.objects.filter(waiting, state=PrintState.RUNNING).order_by("id")[:limit]:
        claimed = NoticePrint.objects.filter(waiting, pk=job.pk, state=PrintState.RUNNING)
        if claimed.update(total=max(_homes(job.village).count(), 1), done=0, progress_at=now()):
            made += _make(job)
    _forget()
    return made


def read(job: NoticePrint) -> bytes:
    """The PDF as it was made. Raises Conflict once it is gone."""
    if job.state != PrintState.DONE or not job.file:
        raise Conflict("文件已经过期，请重新生成。")
    with job.file.open("rb") as sealed:
        return crypto.unseal(sealed.read(), context=CONTEXT)


def _make(job: NoticePrint) -> int:
    board, pages = board_of(job.village), []
    for number, home in enumerate(_homes(job.village)[:MOST], start=1):
        pages.append(notice_page(home, board))
        if number % STEP == 0:
            NoticePrint.objects.filter(pk=job.pk).update(done=number, progress_at=now())
    try:
        body = typeset.pdf(NOTICE, {"pages": pages})
    except Exception:
        logger.exception("notices %s", job.pk)
        NoticePrint.objects.filter(pk=job.pk).update(
            state=PrintState.FAILED, problem="没有排成，请再试一次；还不行请联系管理员。", finished_at=now()
        )
        return 0
    job.file.save("notices.pdf", ContentFile(crypto.seal(body, context=CONTEXT)), save=False)
    NoticePrint.objects.filter(pk=job.pk).update(
        state=PrintState.DONE, file=job.file.name, done=len(pages), total=len(pages), finished_at=now()
    )
    return 1


def _homes(village: Region) -> QuerySet[GridHousehold]:
    rows = GridHousehold.objects.filter(region=village, household__closed_at=None)
    return rows.select_related("household", "grid__village").order_by("grid__number", "household_id")


def _forget() -> None:
    for job in NoticePrint.objects.filter(state=PrintState.DONE, finished_at__lt=now() - KEPT)[:20]:
        job.file.delete(save=False)
        NoticePrint.objects.filter(pk=job.pk).update(state=PrintState.FORGOTTEN, file="")
