"""Every change that moves a figure lays a mark in its own transaction (docs/figures.md)."""

from django.db import migrations

MONTH = "date_trunc('month', {} AT TIME ZONE 'Asia/Shanghai')::date"
COUNTY = "{} / 1000000 * 1000000"

# Table: the columns a change of which counts, joins to its row r, and the marks (source, region, month) it lays.
MARKED = {
    "needs_need": (
        ("status", "published_at", "submitted_at", "kind", "region_id", "household_id"),
        "",
        (
            ("need", COUNTY.format("r.region_id"), MONTH.format("r.published_at")),
            ("village", "r.region_id", "NULL::date"),
        ),
    ),
    "donors_pledge": (
        ("status", "outcome", "amount_fen", "donor_id", "need_id"),
        "JOIN needs_need n ON n.id = r.need_id",
        (
            ("gift", "r.county * 1000000::bigint", MONTH.format("r.created_at")),
            ("need", "r.county * 1000000::bigint", MONTH.format("n.published_at")),
            ("village", "n.region_id", "NULL::date"),
        ),
    ),
    "needs_household": (
        ("region_id", "closed_at", "created_at"),
        "",
        (
            ("household", COUNTY.format("r.region_id"), "NULL::date"),
            ("village", "r.region_id", "NULL::date"),
        ),
    ),
    "accounts_appointment": (
        ("region_id", "role", "starts_on", "ends_on", "ended_at"),
        "JOIN accounts_region a ON a.code = r.region_id AND (a.level > 2 OR NOT EXISTS ("
        "SELECT FROM accounts_region c WHERE c.parent_id = a.code AND c.level = 3))",
        (("post", COUNTY.format("r.region_id"), "NULL::date"),),
    ),
    "grid_clock": (
        ("region_id", "kind", "due_on", "done_on", "at_least"),
        "",
        (("clock", COUNTY.format("r.region_id"), "NULL::date"),),
    ),
    "donors_adoption": (
        ("status", "need_id"),
        "JOIN needs_need n ON n.id = r.need_id",
        (("village", "n.region_id", "NULL::date"),),
    ),
    "grid_measure": (
        ("state", "clue_id"),
        "JOIN grid_clue c ON c.id = r.clue_id",
        (("village", "c.region_id", "NULL::date"),),
    ),
    "needs_householdhelper": (
        ("until", "household_id"),
        "JOIN needs_household h ON h.id = r.household_id",
        (("village", "h.region_id", "NULL::date"),),
    ),
    "accounts_region": (
        ("valid_to", "level"),
        "",
        (("village", "r.code", "NULL::date"),),
    ),
}
KEYS = {"accounts_region": "code"}
EVENTS = {"accounts_region": ("UPDATE",)}  # a new place has nothing to count
REFERRED = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
}


def _marking(table: str) -> str:
    """The function and the three statement triggers of one table; a bulk write lays each mark once."""
    columns, joins, marks = MARKED[table]
    values = ", ".join(f"('{source}', {region}, {month})" for source, region, month in marks)
    lay = (
        "INSERT INTO grid_figuremark (source, region, month) SELECT DISTINCT m.source, m.region, m.month"
        " FROM {rows} r {joins}, LATERAL (VALUES {values}) m (source, region, month)"
        " WHERE m.source <> ALL ('{{need,gift}}') OR m.month IS NOT NULL;"
    )
    olds = ", ".join(f"o.{name}" for name in columns)
    news = ", ".join(f"w.{name}" for name in columns)
    key = KEYS.get(table, "id")
    changed = (
        f"(SELECT o.* FROM old_rows o JOIN new_rows w USING ({key}) WHERE ({olds}) IS DISTINCT FROM ({news})"  # noqa: S608
        f" UNION ALL SELECT w.* FROM old_rows o JOIN new_rows w USING ({key})"
        f" WHERE ({olds}) IS DISTINCT FROM ({news}))"
    )
    laid = {
        what: lay.format(rows=rows, joins=joins, values=values)
        for what, rows in (("INSERT", "new_rows"), ("DELETE", "old_rows"), ("UPDATE", changed))
    }
    triggers = "".join(
        f"CREATE TRIGGER {table}_figures_{what.lower()} AFTER {what} ON {table} REFERENCING {REFERRED[what]}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION grid_mark_{table}();"
        for what in EVENTS.get(table, REFERRED)
    )
    return f"""CREATE FUNCTION grid_mark_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN {laid["INSERT"]}
        ELSIF TG_OP = 'DELETE' THEN {laid["DELETE"]}
        ELSE {laid["UPDATE"]}
        END IF;
        RETURN NULL;
    END $$; {triggers}"""


def _unmarking(table: str) -> str:
    drops = "".join(
        f"DROP TRIGGER {table}_figures_{what} ON {table};"
        for what in map(str.lower, EVENTS.get(table, REFERRED))
    )
    return f"{drops} DROP FUNCTION grid_mark_{table}()"


# The counters' row is the hot one of every pledge: only a change of what is asked for costs it anything.
RARE = f"""
CREATE FUNCTION grid_mark_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO grid_figuremark (source, region, month)
    SELECT 'need', {COUNTY.format("n.region_id")}, {MONTH.format("n.published_at")}
    FROM needs_need n WHERE n.id = NEW.need_id AND n.published_at IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER needs_needprogress_figures AFTER UPDATE OF target_fen ON needs_needprogress
    FOR EACH ROW WHEN (OLD.target_fen IS DISTINCT FROM NEW.target_fen) EXECUTE FUNCTION grid_mark_asked();
CREATE FUNCTION grid_mark_donor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO grid_figuremark (source, region, month)
    SELECT DISTINCT 'gift', p.county * 1000000::bigint, {MONTH.format("p.created_at")}
    FROM donors_pledge p WHERE p.donor_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_user_figures AFTER UPDATE OF donor_kind, work_county_id ON accounts_user
    FOR EACH ROW WHEN ((OLD.donor_kind, OLD.work_county_id) IS DISTINCT FROM (NEW.donor_kind, NEW.work_county_id))
    EXECUTE FUNCTION grid_mark_donor()"""  # noqa: S608
UNDO_RARE = """DROP TRIGGER needs_needprogress_figures ON needs_needprogress; DROP FUNCTION grid_mark_asked();
DROP TRIGGER accounts_user_figures ON accounts_user; DROP FUNCTION grid_mark_donor()"""


class Migration(migrations.Migration):
    replaces = [("grid", "0017_helpers")]
    dependencies = [("grid", "0001_squashed")]
    operations = [
        *(migrations.RunSQL(_marking(table), _unmarking(table)) for table in MARKED),
        migrations.RunSQL(RARE, UNDO_RARE),
    ]
