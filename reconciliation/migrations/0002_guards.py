"""The bank's lines and the runs stay as they were written."""

from django.db import migrations

from common.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [append_only("reconciliation_bankline"), append_only("reconciliation_run")]
