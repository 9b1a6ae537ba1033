"""A register of 100 000 invented households: ours beside openpyxl with update_or_create in the same run.

openpyxl comes from `requirements-bench.lock`. The other way is measured on its first 2 000 rows and scaled up: reading
and writing cost it the same for every row.
"""

import gc
import os
import resource
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from django.core.management import call_command
from django.db import connection, transaction
from stdnum.cn import ric

from accounts.enums import Role
from accounts.models import Region, User
from accounts.services import appointments
from fupin.lib.clock import now
from fupin.lib.crypto import blind_index
from needs.imports.checks import Checker, Row
from needs.imports.columns import COLUMNS
from needs.imports.places import Places
from needs.imports.sheets import write_sheet
from needs.models import Consent, Household
from needs.services import household_import, household_import_run
from needs.services.households import CONSENT_TEXT

ROWS, SAMPLE = 100_000, 2_000
COUNTY = 430426000000
_CAUSES = ("因病", "因残", "因学", "因灾", "缺劳动力", "缺技术", "缺资金")
_NAMES = "明华平军芳秀英兰强勇敏静丽艳杰娟涛斌霞辉"


def main() -> None:
    """Print CPU seconds, the ratio and the peak memory of both processes of ours."""
    county, actor = _prepared()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        write_sheet(path, [column.label for column in COLUMNS], _rows(county))
        print(f"{ROWS} rows, {path.stat().st_size / 1e6:.1f} MB of XLSX")
        other = _the_other_way(path, county, actor)
        before = _peak(resource.RUSAGE_SELF)
        for turn in ("first time", "again, unchanged"):
            spent = _ours(path, county, actor)
            ratio = f"{other / spent:.1f} x" if other else "-"
            print(f"ours, {turn}: {spent:.1f} s, ratio {ratio}")
    peak, reader = (_peak(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"peak memory: {peak:.0f} MB here ({before:.0f} before ours), {reader:.0f} MB in the reader.")
    print("CPU seconds of Python and PostgreSQL together. Goals: 6 x, under 400 MB.")


def _busy() -> float:
    """CPU seconds so far of this process, of the readers it started and of its database session.

    The clock on the wall would measure whoever else works on the machine.
    """
    connection.ensure_connection()
    session = psutil.Process(connection.connection.get_backend_pid()).cpu_times()
    return sum(os.times()[:4]) + session.user + session.system


def _peak(of: int) -> float:
    return resource.getrusage(of).ru_maxrss / 1024


def _prepared() -> tuple[Region, User]:
    call_command("load_regions", verbosity=0)
    county = Region.objects.get(code=COUNTY)
    actor = User.objects.create_user("19900000001", name="测试")
    appointments.appoint(actor=None, user=actor, role=Role.COUNTY_ADMIN, region=county)
    return county, User.objects.get(pk=actor.pk)


def _rows(county: Region) -> Iterator[tuple[list[str], tuple[()]]]:
    villages = list(Region.objects.filter(code__range=(county.code, county.code_end), level=5))
    for number in range(ROWS):
        born = now().date() - timedelta(days=8_000 + number % 25_000)
        stem = f"430426{born:%Y%m%d}{number // 25_000 + 1:03}"
        cells = (
            "",
            str(villages[number % len(villages)].code),
            "钱" + _NAMES[number % 20] + _NAMES[number // 20 % 20],
            stem + ric.calc_check_digit(f"{stem}0"),
            f"199{10_000_000 + number:08}",
            str(1 + number % 6),
            _CAUSES[number % 7],
            "监测对象" if number % 3 else "",
            f"{number % 12 + 1} 组 {number % 90 + 1} 号",
        )
        yield list(cells), ()


def _ours(path: Path, county: Region, actor: User) -> float:
    gc.collect()
    start = _busy()
    with path.open("rb") as source:
        job = household_import.upload(actor=actor, county=county, file_name=path.name, source=source)
    household_import.set_mapping(actor=actor, job=job, mapping=job.mapping)
    household_import.start(actor=actor, job=job)
    household_import_run.run(job.pk)
    spent = _busy() - start
    job.refresh_from_db()
    if job.created_rows + job.unchanged_rows != ROWS:
        raise RuntimeError(f"not every row went in: {job.problem}")
    return spent


def _the_other_way(path: Path, county: Region, actor: User) -> float | None:
    """CPU seconds for all rows, scaled from the first ones; nothing of it stays in the database."""
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        print(f"openpyxl is left out: {error}. `./run bench` installs it.")
        return None
    checker = Checker(
        places=Places(county),
        mapping={column.key: number for number, column in enumerate(COLUMNS)},
        ranges=[(county.code, county.code_end)],
        officers=frozenset(),
    )
    start = _busy()
    sheet: Any = load_workbook(path, read_only=True).worksheets[0]
    with transaction.atomic():
        for line, cells in enumerate(sheet.iter_rows(min_row=2, max_row=SAMPLE + 1, values_only=True)):
            row, _ = checker.check(line, [str(cell or "") for cell in cells])
            if row:
                _update_or_create(row, actor)
        transaction.set_rollback(True)
    measured = _busy() - start
    print(f"openpyxl with update_or_create: {measured:.1f} s for {SAMPLE} rows, scaled to {ROWS}")
    return measured * ROWS / SAMPLE


def _update_or_create(row: Row, actor: User) -> None:
    home, made = Household.objects.update_or_create(
        id_index=blind_index(row.id_number, kind="id"),
        defaults={
            "region_id": row.region,
            "name": row.name,
            "phone": row.phone,
            "phone_index": blind_index(row.phone, kind="phone"),
            "id_number": row.id_number,
            "address": row.address,
            "members": row.members or 1,
            "cause": row.cause,
            "focus": list(row.focus or ()),
            "registered_by": actor,
        },
    )
    if made:
        for kind in ("register", "publish"):
            Consent.objects.create(
                household=home,
                kind=kind,
                text_version=CONSENT_TEXT,
                evidence="signed_paper",
                given_at=now(),
                recorded_by=actor,
            )
