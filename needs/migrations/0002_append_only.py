from django.db import migrations

from fupin.lib.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("needs", "0001_initial"), ("accounts", "0002_append_only")]
    operations = [
        append_only("needs_needreview"),
        migrations.RunSQL(
            "ALTER TABLE needs_need SET (fillfactor = 85); ALTER TABLE needs_needprogress SET (fillfactor = 50)",
            "ALTER TABLE needs_need RESET (fillfactor); ALTER TABLE needs_needprogress RESET (fillfactor)",
        ),
    ]
