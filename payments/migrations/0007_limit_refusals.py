"""Which limit was in the way of a card presentation, and an index for the day's refusals. Built beside the traffic.

Presentations of before say nothing here: which of the limits it was wasn't kept then.
"""

from django.db import migrations, models

FOUND = "CREATE INDEX CONCURRENTLY payments_limit_refusals ON payments_attempt (outcome_at, id) WHERE limit_code <> ''"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0006_console_indexes")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="limit_code",
            field=models.CharField(blank=True, max_length=20, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(FOUND, "DROP INDEX payments_limit_refusals"),
    ]
