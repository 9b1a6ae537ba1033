from django.db import migrations

from fupin.lib.append_only import FUNCTION, append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [FUNCTION, append_only("accounts_auditentry"), append_only("accounts_auditseal")]
