"""How many refunds a minute the day's run credits: a dated row, with its first value."""

import datetime as dt

from django.db import migrations, models
from django.db.models import F, Q

import common.references
from common.guards import append_only

START = dt.date(2020, 1, 1)


def seed(apps, schema_editor):
    apps.get_model("refunds", "RunPace").objects.create(
        credits_per_minute=300,
        valid_from=START,
        made_by="published rules",
        approved_by="product owner",
        reason="first row: one worker, and a bank that answers a credit within 0.2 seconds",
    )


class Migration(migrations.Migration):
    dependencies = [("refunds", "0006_board_indexes")]

    operations = [
        migrations.CreateModel(
            name="RunPace",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField()),
                ("made_by", models.CharField(max_length=100)),
                ("approved_by", models.CharField(max_length=100)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("credits_per_minute", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["valid_from"], name="refunds_run_pace_once"),
                    models.CheckConstraint(condition=Q(credits_per_minute__gt=0), name="refunds_run_pace_positive"),
                    models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="refunds_run_pace_four_eyes"),
                ],
            },
        ),
        append_only("refunds_runpace"),
        # The row is append-only: going back drops the table with it.
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
