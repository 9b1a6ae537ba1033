"""Closing a month for somebody who waits for it: county by county in the background, with what went wrong."""

import logging
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure, grants
from accounts.services import audit, wake
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, FupinError, InvalidInput
from grid.enums import ClosingState
from grid.models import MonthClosing
from grid.queries.quotas import last_of
from grid.services import months

logger = logging.getLogger(__name__)
TASK = "grid.run_closings"
LEASE = timedelta(minutes=5)
"""Longer than any one county takes; a job without progress for so long has lost its worker."""
UNKNOWN = "没有结成，已记录，请联系管理员。"


def start(*, actor: User, region: Region, month: date) -> MonthClosing:
    """Ask for the month of a county, or of all counties of a city.

    Raises NotAllowed for who neither approves nor appoints there, InvalidInput before the month is over or where there
    is nothing to close, Conflict while another request of the region is running.
    """
    if not grants(actor).allow(Verb.APPOINT, region.code):
        ensure(actor, Verb.APPROVE, region.code)
    if month.day != 1 or last_of(month) >= today():
        raise InvalidInput("这个月还没有过完，不能结账。")
    if region.level > Level.COUNTY or not (counties := months.counties_in(region)):
        raise InvalidInput("这里没有要结账的县。")
    try:
        with transaction.atomic():
            job = MonthClosing.objects.create(region=region, month=month, actor=actor, total=len(counties))
            audit.record(
                actor=actor,
                action="month.ask",
                obj=job,
                region_code=region.code,
                changes={"month": f"{month:%Y-%m}", "counties": len(counties)},
            )
    except IntegrityError as error:
        raise Conflict("上一次结账还在办理，请稍候。") from error
    wake.after_commit(TASK)
    return job


def run_waiting(*, limit: int = 5) -> int:
    """Close what was asked for, also what a worker lost; returns how many requests were finished."""
    free = Q(progress_at=None) | Q(progress_at__lt=now() - LEASE)
    finished = 0
    for job in MonthClosing.objects.filter(free, state=ClosingState.RUNNING).order_by("id")[:limit]:
        claimed = MonthClosing.objects.filter(free, pk=job.pk, state=ClosingState.RUNNING)
        if claimed.update(done=0, failures=[], progress_at=now()):
            _run(job)
            finished += 1
    return finished


def _run(job: MonthClosing) -> None:
    rows = MonthClosing.objects.filter(pk=job.pk)
    failures: list[list[str]] = []
    counties = months.counties_in(job.region)
    for number, county in enumerate(counties, start=1):
        if why := _close(county, job):
            failures.append([county.name, why])
        rows.update(done=number, total=len(counties), failures=failures, progress_at=now())
    rows.update(state=ClosingState.DONE, finished_at=now())
    wake.after_commit("grid.make_briefs")


def _close(county: Region, job: MonthClosing) -> str:
    """Why the county was not closed; empty where it is."""
    try:
        months.close(county, job.month, actor=job.actor)
    except FupinError as error:
        return str(error)
    except Exception:
        logger.exception("month %s of %s was not closed", f"{job.month:%Y-%m}", county.code)
        return UNKNOWN
    return ""
