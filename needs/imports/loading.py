"""From checked rows to households: COPY into a stage, checks on the whole set, one upsert of what changed.

Call `load` inside a transaction: everything happens there, or nothing.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

from django.db import connection

from accounts.models import User
from fupin.lib import crypto
from fupin.lib.clock import now
from fupin.lib.model_fields import SecretField
from needs.enums import Cause, ConsentKind, Evidence
from needs.imports.checks import Row
from needs.models import Household

LOCK = 7_270_002  # any constant; one import writes at a time
_STAGED = "line, region_id, name, phone, phone_index, id_number, id_index, address, members, cause, focus"
_STAGE = """
DROP TABLE IF EXISTS pg_temp.household_stage;
CREATE TEMP TABLE household_stage (
    line int PRIMARY KEY, region_id bigint NOT NULL, name text NOT NULL, phone text, phone_index text,
    id_number text, id_index text, address text, members smallint, cause text, focus text[],
    household_id bigint, refused bool NOT NULL DEFAULT false, first_line int, is_new bool NOT NULL DEFAULT false,
    changed bool NOT NULL DEFAULT false
) ON COMMIT DROP
"""
# The first of several rows with one ID goes in. Without an ID, a row is one of several by village, name, phone.
_TWICE = """
UPDATE household_stage s SET refused = true, first_line = d.first_line FROM (
    SELECT line, CASE WHEN id_index IS NULL
        THEN first_value(line) OVER (PARTITION BY region_id, name, phone_index ORDER BY id_index IS NULL, line)
        ELSE first_value(line) OVER (PARTITION BY id_index ORDER BY line) END AS first_line
    FROM household_stage
) d WHERE d.line = s.line AND d.first_line <> s.line
"""
_SAME_ID = """
UPDATE household_stage s SET household_id = h.id, refused = NOT EXISTS (
    SELECT 1 FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[]) AS r (low, high)
    WHERE h.region_id BETWEEN r.low AND r.high)
FROM needs_household h WHERE h.id_index = s.id_index AND NOT s.refused
"""
# A household registered without an ID gets the one of its row; two rows for one such household are two households.
_SAME_NAME = """
UPDATE household_stage s SET household_id = m.household_id, refused = m.homes > 1
FROM (
    SELECT line, household_id, homes, row_number() OVER (PARTITION BY household_id ORDER BY line) AS nth FROM (
        SELECT c.line, min(h.id) AS household_id, count(*) AS homes
        FROM household_stage c JOIN needs_household h ON h.region_id = c.region_id AND h.name = c.name
            AND h.phone_index IS NOT DISTINCT FROM c.phone_index
            AND (c.id_index IS NULL OR h.id_index IS NULL)
        WHERE c.household_id IS NULL AND NOT c.refused
        GROUP BY c.line
    ) AS one
) m WHERE m.line = s.line AND m.nth = 1
"""
_ONE_HOUSEHOLD_TWICE = """
UPDATE household_stage s SET refused = true FROM (
    SELECT line, row_number() OVER (PARTITION BY household_id ORDER BY id_index IS NULL, line) AS nth
    FROM household_stage WHERE household_id IS NOT NULL AND NOT refused
) d WHERE d.line = s.line AND d.nth > 1
"""
_NEW = """
UPDATE household_stage SET is_new = true, household_id = nextval(pg_get_serial_sequence('needs_household', 'id'))
WHERE household_id IS NULL AND NOT refused
"""
# The family is never smaller than the people on its list.
_LISTED = """
UPDATE household_stage s SET members = greatest(s.members, p.listed) FROM (
    SELECT household_id, count(*) FILTER (WHERE relation <> 'head') + 1 AS listed
    FROM needs_householdmember WHERE household_id IN (SELECT household_id FROM household_stage)
    GROUP BY household_id
) p WHERE p.household_id = s.household_id AND s.members IS NOT NULL
"""
_CHANGED = """
UPDATE household_stage s SET changed = true FROM needs_household h
WHERE h.id = s.household_id AND NOT s.refused AND (
    h.region_id <> s.region_id OR h.name <> s.name
    OR s.phone_index IS DISTINCT FROM h.phone_index AND s.phone_index IS NOT NULL
    OR s.id_index IS DISTINCT FROM h.id_index AND s.id_index IS NOT NULL
    OR s.members <> h.members OR s.cause <> h.cause
    OR s.focus IS NOT NULL AND s.focus <> h.focus::text[]
    OR s.address IS NOT NULL AND h.address IS NULL)
"""
_ADDRESSES = """
SELECT s.line, s.address, h.address FROM household_stage s JOIN needs_household h ON h.id = s.household_id
WHERE NOT s.refused AND NOT s.changed AND s.address IS NOT NULL AND h.address IS NOT NULL
"""
_UPSERT = """
INSERT INTO needs_household AS old (id, region_id, name, phone, phone_index, id_number, id_index, address,
    members, cause, focus, registered_by_id, created_at, bank_holder, monitored, risk)
SELECT s.household_id, s.region_id, s.name, coalesce(s.phone, h.phone), coalesce(s.phone_index, h.phone_index),
    coalesce(s.id_number, h.id_number), coalesce(s.id_index, h.id_index), coalesce(s.address, h.address),
    coalesce(s.members, h.members, 1), coalesce(s.cause, h.cause, %(cause)s), coalesce(s.focus, h.focus, '{}'),
    %(actor)s, %(now)s, '', '', ''
FROM household_stage s LEFT JOIN needs_household h ON h.id = s.household_id
WHERE s.is_new OR s.changed
ON CONFLICT (id) DO UPDATE SET region_id = EXCLUDED.region_id, name = EXCLUDED.name, phone = EXCLUDED.phone,
    phone_index = EXCLUDED.phone_index, id_number = EXCLUDED.id_number, id_index = EXCLUDED.id_index,
    address = EXCLUDED.address, members = EXCLUDED.members, cause = EXCLUDED.cause, focus = EXCLUDED.focus
"""
_CONSENTS = """
INSERT INTO needs_consent (household_id, kind, text_version, evidence, given_at, recorded_by_id,
    withdraw_evidence, withdraw_reason)
SELECT s.household_id, k.kind, %(version)s, %(evidence)s, %(now)s, %(actor)s, '', ''
FROM household_stage s CROSS JOIN unnest(%(kinds)s::text[]) AS k (kind) WHERE s.is_new
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Numbers of households, and the lines of the sheet that need the county's eye."""

    created: int
    updated: int
    unchanged: int
    review: Sequence[int]
    twice: Sequence[tuple[int, int, bool]]
    """Lines whose household stands in the file before, the line it stands in, and whether the ID number says so."""
    touched: Sequence[int]
    """Ids of the households written."""


def stage_rows(rows: Iterable[Row], file: IO[str]) -> None:
    """Write rows as the stage reads them: personal numbers encrypted and indexed, nothing readable but names."""
    phone, id_number, address = (_secret(name) for name in ("phone", "id_number", "address"))
    writer = csv.writer(file)
    for row in rows:
        writer.writerow(
            (
                row.line,
                row.region,
                row.name,
                phone.get_prep_value(row.phone),
                crypto.blind_index(row.phone, kind="phone") if row.phone else None,
                id_number.get_prep_value(row.id_number),
                crypto.blind_index(row.id_number, kind="id") if row.id_number else None,
                address.get_prep_value(row.address),
                row.members,
                row.cause,
                None if row.focus is None else f"{{{','.join(row.focus)}}}",
            )
        )


def load(*, file: IO[str], ranges: Sequence[tuple[int, int]], actor: User, consent_text: str) -> Loaded:
    """Bring the staged file in. Households outside `ranges` are never touched: their rows come back.

    New households get both consents on signed paper. Raises IntegrityError when somebody registers the same
    person at the same moment.
    """
    values: dict[str, Any] = {
        "lows": [low for low, _ in ranges],
        "highs": [high for _, high in ranges],
        "cause": Cause.OTHER.value,
        "actor": actor.pk,
        "now": now(),
        "version": consent_text,
        "evidence": Evidence.SIGNED_PAPER.value,
        "kinds": ConsentKind.values,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'; SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Statistics of an empty register would have the joins below compare every row with every other.
        cursor.execute("ANALYZE needs_household, needs_householdmember")
        cursor.execute(_STAGE)
        file.seek(0)
        cursor.copy_expert(f"COPY household_stage ({_STAGED}) FROM STDIN (FORMAT csv, NULL '')", file)
        cursor.execute("ANALYZE household_stage")
        for statement in (_TWICE, _SAME_ID, _SAME_NAME, _ONE_HOUSEHOLD_TWICE, _NEW, _LISTED, _CHANGED):
            cursor.execute(statement, values)
            cursor.execute(
                "ANALYZE household_stage"
            )  # else each join is planned for the empty columns of before
        _compare_addresses()
        cursor.execute("ANALYZE household_stage")
        cursor.execute(_UPSERT, values)
        # The foreign keys' own look-ups may be planned for the few rows of before, too.
        cursor.execute("DISCARD PLANS")
        cursor.execute(_CONSENTS, values)
        return _counted()


def _secret(name: str) -> SecretField:
    return cast(SecretField, Household._meta.get_field(name))


def _compare_addresses() -> None:
    """Two tokens of one address differ, so that only opening both tells whether it changed."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES)
        field = _secret("address")
        changed = [
            line
            for line, new, old in cursor
            if field.from_db_value(new, None, connection) != field.from_db_value(old, None, connection)
        ]
        cursor.execute("UPDATE household_stage SET changed = true WHERE line = ANY(%s)", [changed])


def _counted() -> Loaded:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE changed),"
            " count(*) FILTER (WHERE NOT is_new AND NOT changed AND NOT refused) FROM household_stage"
        )
        created, updated, unchanged = cursor.fetchone()
        cursor.execute("SELECT line FROM household_stage WHERE refused AND first_line IS NULL ORDER BY line")
        review = [line for (line,) in cursor]
        cursor.execute(
            "SELECT line, first_line, id_index IS NOT NULL FROM household_stage WHERE first_line IS NOT NULL"
        )
        twice = cursor.fetchall()
        cursor.execute("SELECT household_id FROM household_stage WHERE (is_new OR changed) AND NOT refused")
        return Loaded(created, updated, unchanged, review, twice, [pk for (pk,) in cursor])
