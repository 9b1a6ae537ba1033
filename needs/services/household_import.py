"""Importing a county's register: upload, choose the columns, hand to the workers, cancel."""

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, transaction

from accounts.enums import Level, Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import grants
from accounts.queries import path_of
from accounts.services import wake
from fupin.lib import sheet_reading as reading
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, NotAllowed
from needs.imports import checks, columns, files, refusals
from needs.imports.places import Places
from needs.imports.problems import Problem
from needs.models import HouseholdImport
from needs.models.household_import import OPEN_STATES, ImportState

TASK = "needs.run_imports"
PREVIEW = 10
SWEPT = 200
KEPT = timedelta(days=7)
"""How long an unfinished upload and the rows to be corrected stay."""


def importing_ranges(user: User, county: Region) -> list[tuple[int, int]]:
    """The ranges of codes inside the county that this person may import: posts of a township and above."""
    return sorted(
        {
            (max(row.low, county.code), min(row.high, county.code_end))
            for row in grants(user).of(Verb.COLLECT)
            if row.low < row.high and row.low <= county.code_end and row.high >= county.code
        }
    )


def counties_to_import(user: User) -> list[Region]:
    """The counties where this person may import, wholly or in part; a city without counties stands for itself."""
    lows = {row.low for row in grants(user).of(Verb.COLLECT) if row.low < row.high}
    places = {[step for step in path_of(low) if step.level <= Level.COUNTY][-1] for low in lows}
    return sorted(places, key=lambda region: region.code)


def upload(*, actor: User, county: Region, file_name: str, source: reading.Readable) -> HouseholdImport:
    """Read a sheet and guess its columns. Raises NotAllowed outside one's county, InvalidInput for a bad file."""
    if not importing_ranges(actor, county):
        raise NotAllowed("您不办理这个县的名单导入。")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        reading.to_rows(source, path)
        first = reading.first_rows(path, columns.HEADER_WITHIN)
        header_line, header = columns.find_header(first)
        own = refusals.without_reasons(header)
        if len(own) < len(header):
            path, header = _own_columns(path, own), [header[number] for number in own]
        headings = columns.headings(header)
        job = HouseholdImport(
            county=county,
            actor=actor,
            file_name=Path(file_name).name[:120] or "名单",
            header_line=header_line,
            headings=headings,
            mapping=columns.guess(headings, _remembered(county)),
        )
        files.write(job.rows_file, "rows.csv", path.read_bytes())
    job.save()
    return job


def set_mapping(*, actor: User, job: HouseholdImport, mapping: Mapping[str, int]) -> HouseholdImport:
    """Say which column is what. Raises InvalidInput beside what is missing or used twice."""
    job = _own(actor, job)
    job.mapping, job.state = columns.checked(mapping, job.headings), ImportState.PREVIEWED
    _save_open(job, "mapping", "state")
    return job


def preview(job: HouseholdImport) -> list[tuple[list[str], list[Problem]]]:
    """The first rows as they are, each with what would be wrong with it."""
    checker = checker_of(job)
    found = []
    for line, cells in data_lines(job):
        found.append((cells, checker.check(line, cells)[1]))
        if len(found) == PREVIEW:
            break
    return found


def start(*, actor: User, job: HouseholdImport) -> HouseholdImport:
    """Hand it to the workers; asking again only wakes them again. Raises Conflict when it is over."""
    job = _own(actor, job)
    if job.state not in (ImportState.PREVIEWED, ImportState.RUNNING, ImportState.FAILED):
        raise Conflict("请先核对列名。" if job.state == ImportState.UPLOADED else "这次导入已经结束。")
    if job.state != ImportState.RUNNING:
        job.state, job.problem, job.progress_at = ImportState.RUNNING, "", now()
        _save_open(job, "state", "problem", "progress_at")
    wake.after_commit(TASK)
    return job


def cancel(*, actor: User, job: HouseholdImport) -> HouseholdImport:
    """Stop it; nothing has been written. Raises Conflict when it is over or just being written."""
    job = _own(actor, job)
    try:
        with transaction.atomic():
            job = HouseholdImport.objects.select_for_update(nowait=True, of=("self",)).get(pk=job.pk)
            if job.state not in (*OPEN_STATES, ImportState.RUNNING):
                raise Conflict("这次导入已经结束，不能再取消。")
            job.state, job.finished_at = ImportState.CANCELLED, now()
            job.save(update_fields=["state", "finished_at"])
    except DatabaseError as error:
        raise Conflict("正在写入，来不及取消了。请稍后看结果。") from error
    forget_rows(job)
    return job


def forget_old_files() -> int:
    """Delete refused rows and unfinished uploads after `KEPT`; returns of how many imports."""
    before = now() - KEPT
    left = HouseholdImport.objects.filter(state__in=OPEN_STATES, created_at__lt=before).order_by("id")
    gone = 0
    for job in left[:SWEPT]:
        if HouseholdImport.objects.filter(pk=job.pk, state__in=OPEN_STATES).update(
            state=ImportState.CANCELLED, finished_at=now()
        ):
            forget_rows(job)
            gone += 1
    done = HouseholdImport.objects.filter(finished_at__lt=before).exclude(error_file="").order_by("id")
    for job in done[:SWEPT]:
        job.error_file.delete(save=False)
        gone += HouseholdImport.objects.filter(pk=job.pk).update(error_file="")
    return gone


def explained(problems: list[Problem]) -> str:
    """One sentence for each problem, with the name of its column."""
    return "；".join(
        f"{columns.BY_KEY[problem.key].label}：{problem.message}" if problem.key else problem.message
        for problem in problems
    )


def checker_of(job: HouseholdImport) -> checks.Checker:
    """What checks this file's lines, with the actor's present ranges."""
    return checks.Checker(
        places=Places(job.county),
        mapping=job.mapping,
        ranges=importing_ranges(job.in_charge, job.county),
        officers=_officers(job),
    )


def data_lines(job: HouseholdImport) -> Iterator[tuple[int, list[str]]]:
    """Index and cells of the lines below the header that say anything; totals and notes below are none."""
    rows = io.TextIOWrapper(io.BytesIO(files.read(job.rows_file)), encoding="utf-8", newline="")
    for line, cells in enumerate(csv.reader(rows)):
        if line > job.header_line and columns.is_data(cells, job.mapping):
            yield line, cells


def _own_columns(path: Path, own: list[int]) -> Path:
    """The rows without the reasons that an earlier import wrote beside them."""
    target = path.with_name("own.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [row[number] for number in own if number < len(row)] for row in reading.read_rows(path)
        )
    return target


def _remembered(county: Region) -> dict[str, str]:
    """The headings that the county chose last, by key."""
    last = HouseholdImport.objects.filter(county=county, state=ImportState.DONE).order_by("-id").first()
    return columns.by_heading(last.mapping, last.headings) if last else {}


def _own(actor: User, job: HouseholdImport) -> HouseholdImport:
    job = HouseholdImport.objects.select_related("county", "actor", "keeper").get(pk=job.pk)
    if job.in_charge != actor or not importing_ranges(actor, job.county):
        raise NotAllowed("只有负责这份名单的人可以办理这次导入。")
    return job


def _save_open(job: HouseholdImport, *fields: str) -> None:
    """Save while nothing has run; raises Conflict when somebody was faster."""
    values = {field: getattr(job, field) for field in fields}
    if not HouseholdImport.objects.filter(pk=job.pk, state__in=OPEN_STATES).update(**values):
        raise Conflict("这次导入已经开始或结束。")


def forget_rows(job: HouseholdImport) -> None:
    """Names and numbers stay no longer than they are needed."""
    job.rows_file.delete(save=False)
    HouseholdImport.objects.filter(pk=job.pk).update(rows_file="")


def _officers(job: HouseholdImport) -> set[str]:
    """The phone indexes of everybody in post in this county, and of the person importing."""
    county = job.county
    posts = Appointment.objects.active().filter(region__gte=county.code, region__lte=county.code_end)
    found = posts.exclude(user__phone_index=None).values_list("user__phone_index", flat=True)
    return {job.in_charge.phone_index or "", *(index or "" for index in found)}
