"""Tables that only grow: triggers refuse UPDATE, DELETE and TRUNCATE, whoever asks (THREATS M-21, U-01)."""

from django.db import connection
from django.db.migrations import RunSQL

FUNCTION = RunSQL(
    """CREATE FUNCTION fupin_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Test databases are emptied between tests; settings.py sets this only in FUPIN_MODE=test.
        IF TG_OP = 'TRUNCATE' AND current_setting('fupin.allow_truncate', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$""",
    "DROP FUNCTION fupin_append_only()",
)


def append_only(table: str) -> RunSQL:
    """A migration operation that makes `table` append-only; needs `FUNCTION` to exist."""
    return RunSQL(
        f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION fupin_append_only();
            CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION fupin_append_only()""",
        f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table}",
    )


def guarded_tables() -> set[str]:
    """The tables that carry both triggers, enabled, in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
               JOIN pg_proc p ON p.oid = t.tgfoid
               WHERE p.proname = 'fupin_append_only' AND t.tgenabled = 'O'
               GROUP BY c.relname HAVING count(*) = 2"""
        )
        return {name for (name,) in cursor.fetchall()}
