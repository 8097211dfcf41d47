"""A customer's identity may be asked for anew; nothing of before is deleted."""

import django.db.models.deletion
from django.db import migrations, models

import common.references
from common.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("cards", "0004_maintenance_window"),
        ("verification", "0006_questions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reset",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=100)),
                ("reason", models.CharField(max_length=300)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="identity_resets", to="cards.customer"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["customer", "-at"], name="verification_resets")],
            },
        ),
        append_only("verification_reset"),
    ]
