"""Codes that open everything of a look-up, and the tries at them: written once, used once."""

import django.db.models.deletion
from django.db import migrations, models

import common.references
from common.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("verification", "0003_first_gate_rule"),
    ]

    operations = [
        migrations.CreateModel(
            name="LookUpCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField(help_text="1 for the first code of a subject")),
                ("code_hash", models.CharField(editable=False, max_length=64)),
                ("phone_masked", models.CharField(max_length=30)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "number"), name="verification_look_up_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="verification_look_up_lives"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LookUpTry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("was_right", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tries", to="verification.lookupcode"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "number"), name="verification_look_up_try_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("was_right", True)), fields=("code",), name="verification_look_up_used_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 5)),
                        name="verification_look_up_tries_max",
                    ),
                ],
            },
        ),
        append_only("verification_lookupcode"),
        append_only("verification_lookuptry"),
    ]
