"""The maintenance windows that refunds made are read by payments as well: the model moves here, the table stays."""

from django.db import migrations, models

import common.references


class Migration(migrations.Migration):
    # The table is made there.
    dependencies = [("cards", "0003_used_codes_stay"), ("refunds", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="MaintenanceWindow",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=common.references.new_id, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("maintenance", "Maintenance"), ("system_upgrade", "System upgrade")],
                                max_length=20,
                            ),
                        ),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        ("text_zh_hant", models.CharField(blank=True, max_length=200)),
                        ("text_en", models.CharField(blank=True, max_length=200)),
                        ("planned_at", models.DateTimeField()),
                        ("planned_by", models.CharField(max_length=100)),
                        ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                        ("cancelled_by", models.CharField(blank=True, max_length=100)),
                    ],
                    options={
                        "db_table": "refunds_maintenancewindow",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="refunds_window_ends_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["maintenance", "system_upgrade"])),
                                name="refunds_window_kind",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
