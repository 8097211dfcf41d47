"""The numbers the gate starts with: two mismatches a day, three minutes of wait. They are dated: staff add rows."""

import datetime as dt

from django.db import migrations

SEED = "seed"


def add_first_rule(apps, schema_editor):
    gate_rule = apps.get_model("verification", "GateRule")
    gate_rule.objects.create(effective_date=dt.date(2020, 1, 1), mismatches_max=2, wait_seconds=180, created_by=SEED)


class Migration(migrations.Migration):
    dependencies = [("verification", "0002_guards")]

    # Going back leaves the row: the table is append-only until 0002 goes back too.
    operations = [migrations.RunPython(add_first_rule, migrations.RunPython.noop)]
