from django.db import migrations

from fupin.lib.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("donors", "0001_initial"), ("accounts", "0002_append_only")]
    operations = [append_only("donors_transfer"), append_only("donors_pledgestep")]
