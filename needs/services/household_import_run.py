"""Running an import: check every row with progress, then write everything in one transaction, or nothing.

Whoever cancels before the writing finds nothing changed; whoever comes during it waits for its end.
"""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.permissions import read_grants
from accounts.services import audit
from fupin.lib.clock import now
from fupin.lib.errors import FupinError
from needs.imports import checks, files, loading, refusals, sheets
from needs.imports.problems import Problem
from needs.models import HouseholdImport
from needs.models.household_import import ImportState
from needs.services import household_flags
from needs.services.household_import import (
    checker_of,
    data_lines,
    forget_rows,
    importing_ranges,
)
from needs.services.households import CONSENT_TEXT

logger = logging.getLogger(__name__)
STEP = 1000
"""Rows between two looks at whether somebody cancelled."""
LOCK_CLASS = 7_270_003
Refused = dict[int, list[Problem]]


class Cancelled(Exception):
    """The import is no longer running."""


def run_waiting() -> int:
    """Run every import that waits; returns how many this worker finished. Safe to run twice at once."""
    waiting = HouseholdImport.objects.filter(state=ImportState.RUNNING).order_by("id")
    return sum(run(pk) for pk in waiting.values_list("pk", flat=True))


def run(pk: int) -> bool:
    """Run one import to its end: done, failed with words, or cancelled. False when it is not ours to run."""
    with _alone(pk) as alone:
        job = HouseholdImport.objects.select_related("county", "actor", "keeper").get(pk=pk)
        if not alone or job.state != ImportState.RUNNING:
            return False
        try:
            _run(job)
        except Cancelled:
            return False
        except IntegrityError:
            _fail(job, "导入时有人登记了同一户，没有写入任何数据。请再导入一次。")
        except (FupinError, DatabaseError, OSError) as error:
            logger.warning("import %s failed: %s", pk, type(error).__name__)
            _fail(job, error.message if isinstance(error, FupinError) else "没有写入任何数据，请再试一次。")
    return True


def _run(job: HouseholdImport) -> None:
    job.total_rows = sum(1 for _ in data_lines(job))
    job.in_charge._grants = read_grants(job.in_charge)  # the posts of this moment
    refused: Refused = {}
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as staged:
        loading.stage_rows(_good_rows(job, refused), staged)
        with transaction.atomic():
            _still_running(job)
            loaded = loading.load(
                file=staged,
                ranges=importing_ranges(job.in_charge, job.county),
                actor=job.in_charge,
                consent_text=CONSENT_TEXT,
            )
            household_flags.refresh(loaded.touched)
            refused |= {line: [Problem("", checks.REVIEW)] for line in loaded.review}
            refused |= {line: [checks.twice(first, by_id=by_id)] for line, first, by_id in loaded.twice}
            _finish(job, loaded, refused)
    forget_rows(job)


def _good_rows(job: HouseholdImport, refused: Refused) -> Iterator[checks.Row]:
    """The rows without a problem; `refused` fills by the way. Raises Cancelled."""
    checker = checker_of(job)
    for number, (line, cells) in enumerate(data_lines(job)):
        if number % STEP == 0:
            _progress(job, number)
        row, problems = checker.check(line, cells)
        if row:
            yield row
        else:
            refused[line] = problems
    _progress(job, job.total_rows)


def _progress(job: HouseholdImport, done: int) -> None:
    running = HouseholdImport.objects.filter(pk=job.pk, state=ImportState.RUNNING)
    if not running.update(done_rows=done, total_rows=job.total_rows, progress_at=now()):
        raise Cancelled


def _still_running(job: HouseholdImport) -> None:
    """Take the row until the end of the transaction: a cancel before now wins, a later one waits."""
    rows = HouseholdImport.objects.select_for_update(of=("self",))
    if not rows.filter(pk=job.pk, state=ImportState.RUNNING).exists():
        raise Cancelled


def _finish(job: HouseholdImport, loaded: loading.Loaded, refused: Refused) -> None:
    counts = {
        "created": loaded.created,
        "updated": loaded.updated,
        "unchanged": loaded.unchanged,
        "refused": len(refused),
    }
    for name, count in counts.items():
        setattr(job, f"{name}_rows", count)
    job.state, job.done_rows, job.finished_at = ImportState.DONE, job.total_rows, now()
    if refused:
        _write_errors(job, refused)
    job.save()
    audit.record(
        actor=job.in_charge, action="household.import", obj=job, region_code=job.county_id, changes={**counts}
    )


def _write_errors(job: HouseholdImport, refused: Refused) -> None:
    layout = refusals.Layout(job.headings, job.mapping, refused)
    rows = (layout.row(cells, problems) for line, cells in data_lines(job) if (problems := refused.get(line)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "errors.xlsx"
        sheets.write_sheet(path, layout.header, rows, sentences=layout.sentences)
        files.write(job.error_file, "errors.xlsx", path.read_bytes())


def _fail(job: HouseholdImport, problem: str) -> None:
    HouseholdImport.objects.filter(pk=job.pk, state=ImportState.RUNNING).update(
        state=ImportState.FAILED, problem=problem[:200]
    )


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Whether this process alone works on the import; a crashed one lets go by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, pk])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, pk])
