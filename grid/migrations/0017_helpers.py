"""A household's helpers count in its village's coverage: their table lays the village's mark (docs/figures.md)."""

from django.db import migrations

LAY = """INSERT INTO grid_figuremark (source, region, month)
        SELECT DISTINCT 'village', h.region_id, NULL::date FROM {rows} r JOIN needs_household h ON h.id = r.household_id;"""
CHANGED = """(SELECT o.* FROM old_rows o JOIN new_rows w USING (id)
        WHERE (o.until, o.household_id) IS DISTINCT FROM (w.until, w.household_id)
        UNION ALL SELECT w.* FROM old_rows o JOIN new_rows w USING (id)
        WHERE (o.until, o.household_id) IS DISTINCT FROM (w.until, w.household_id))"""
REFERRED = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
}
MARK = f"""CREATE FUNCTION grid_mark_needs_householdhelper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {LAY.format(rows="new_rows")}
    ELSIF TG_OP = 'DELETE' THEN {LAY.format(rows="old_rows")}
    ELSE {LAY.format(rows=CHANGED)}
    END IF;
    RETURN NULL;
END $$;""" + "".join(
    f"CREATE TRIGGER needs_householdhelper_figures_{what.lower()} AFTER {what} ON needs_householdhelper"
    f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION grid_mark_needs_householdhelper();"
    for what, rows in REFERRED.items()
)
UNMARK = (
    "".join(
        f"DROP TRIGGER needs_householdhelper_figures_{what.lower()} ON needs_householdhelper;"
        for what in REFERRED
    )
    + "DROP FUNCTION grid_mark_needs_householdhelper()"
)


class Migration(migrations.Migration):
    dependencies = [("grid", "0016_scores"), ("needs", "0017_helpers")]
    operations = [migrations.RunSQL(MARK, UNMARK)]
