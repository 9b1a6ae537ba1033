"""Loads the national divisions: COPY to a stage, checks over the whole set, one upsert, one transaction."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import Region
from accounts.services.key_areas import KeyArea, listed_areas, tag_key_areas
from accounts.services.region_files import SHOWN_PROBLEMS, Findings, Row, read_file

BUNDLED = Path(__file__).resolve().parent.parent / "data" / "divisions.csv.xz"
COPY_ROWS = 50_000


@dataclass(frozen=True)
class LoadReport:
    """What a load did, in rows. `merged` rows repeat their parent; `untagged` key areas were not found."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    merged: int = 0
    tagged: int = 0
    untagged: list[KeyArea] = field(default_factory=list)
    skipped: bool = False


def load_regions(files: Sequence[Path] = (), *, if_empty: bool = False) -> LoadReport:
    """Loads `files`, or without any the bundled divisions and the key-area tags.

    Existing rows keep their tags, dates and successor; only a changed name or parent is written. With
    `if_empty` nothing happens when there are regions already. Raises InvalidInput with files and line numbers
    when anything is wrong; then nothing is loaded.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # The whole country takes longer than a page may; readers are not held up, other writers wait.
        cursor.execute("SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '10min'")
        cursor.execute("LOCK TABLE accounts_region IN SHARE ROW EXCLUSIVE MODE")
        if if_empty and Region.objects.exists():
            return LoadReport(skipped=True)
        findings = Findings()
        read = _fill_stage(cursor, files or [BUNDLED], findings)
        _check_stage(cursor, findings)
        findings.refuse()
        inserted, updated = _upsert(cursor)
        cursor.execute("DROP TABLE region_stage")
        cursor.execute(
            "ANALYZE accounts_region"
        )  # a later query of this transaction must not plan for an empty table
        tagged, untagged = (0, []) if files else tag_key_areas(listed_areas())
    return LoadReport(read, inserted, updated, findings.merged, tagged, untagged)


def _fill_stage(cursor: CursorWrapper, files: Sequence[Path], findings: Findings) -> int:
    cursor.execute(
        "CREATE TEMP TABLE region_stage"
        " (file int, line int, code bigint, name text, level smallint, parent bigint) ON COMMIT DROP"
    )
    rows = (row for path in files for row in read_file(path, findings))
    read = 0
    while batch := list(islice(rows, COPY_ROWS)):
        cursor.copy_expert("COPY region_stage FROM STDIN (FORMAT csv)", _as_csv(batch))
        read += len(batch)
    cursor.execute("ANALYZE region_stage")
    return read


def _as_csv(rows: Sequence[Row]) -> io.StringIO:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    text.seek(0)
    return text


_DUPLICATES = """
    SELECT count(*) OVER (), file, line, code, first_file, first_line
    FROM (SELECT file, line, code, row_number() OVER same AS n,
                 first_value(file) OVER same AS first_file, first_value(line) OVER same AS first_line
          FROM region_stage WINDOW same AS (PARTITION BY code ORDER BY file, line)) repeated
    WHERE n > 1 ORDER BY file, line LIMIT %s
"""
_OTHER_LEVEL = """
    SELECT count(*) OVER (), s.file, s.line, s.code, s.level, r.level
    FROM region_stage s JOIN accounts_region r ON r.code = s.code AND r.level <> s.level
    ORDER BY s.file, s.line LIMIT %s
"""
_NO_PARENT = """
    SELECT count(*) OVER (), s.file, s.line, s.code, s.parent
    FROM region_stage s
    WHERE s.parent IS NOT NULL
      AND NOT EXISTS (SELECT FROM region_stage p WHERE p.code = s.parent AND p.level < s.level)
      AND NOT EXISTS (SELECT FROM accounts_region p WHERE p.code = s.parent AND p.level < s.level)
    ORDER BY s.file, s.line LIMIT %s
"""


def _check_stage(cursor: CursorWrapper, findings: Findings) -> None:
    for file, line, code, first_file, first_line in _broken(cursor, _DUPLICATES, findings):
        findings.note(file, line, f"代码 {code} 重复，已在 {findings.place(first_file, first_line)}出现")
    for file, line, code, level, existing in _broken(cursor, _OTHER_LEVEL, findings):
        findings.note(file, line, f"代码 {code} 写的级别是 {level}，系统里已有的是 {existing}")
    for file, line, code, parent in _broken(cursor, _NO_PARENT, findings):
        findings.note(file, line, f"代码 {code} 的上级 {parent} 不存在")


def _broken(cursor: CursorWrapper, check: str, findings: Findings) -> Iterator[tuple[int, ...]]:
    """The first rows a check finds; those beyond are only counted."""
    cursor.execute(check, [SHOWN_PROBLEMS])
    rows = cursor.fetchall()
    for _, *facts in rows:
        yield tuple(facts)
    findings.total += rows[0][0] - len(rows) if rows else 0


def _upsert(cursor: CursorWrapper) -> tuple[int, int]:
    """Inserted and updated rows. A fresh row has xmax 0, which tells the two apart."""
    cursor.execute("""
        WITH written AS (
            INSERT INTO accounts_region AS r (code, name, level, parent_id, tags)
            SELECT code, name, level, parent, '{}' FROM region_stage ORDER BY code
            ON CONFLICT (code) DO UPDATE SET name = excluded.name, parent_id = excluded.parent_id
            WHERE (r.name, r.parent_id) IS DISTINCT FROM (excluded.name, excluded.parent_id)
            RETURNING xmax = 0 AS fresh)
        SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM written
    """)
    inserted, updated = cursor.fetchone()
    return inserted, updated
