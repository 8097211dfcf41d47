"""What was recorded, linked and signed stays as it is."""

from django.db import migrations

from common.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [append_only("audit_record"), append_only("audit_link"), append_only("audit_dailyhead")]
