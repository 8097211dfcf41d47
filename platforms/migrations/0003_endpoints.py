"""Endpoints get a shared secret beside their key pair, a description, a word on why they are off, and their health."""

import django.db.models.deletion
from django.db import migrations, models

import common.references
from common.guards import append_only

REASONS = [("by_platform", "By Platform"), ("by_staff", "By Staff"), ("gone", "Gone")]
DEEDS = [
    ("created", "Created"),
    ("changed", "Changed"),
    ("rotated", "Rotated"),
    ("disabled", "Disabled"),
    ("enabled", "Enabled"),
]


def _add(name, field):
    return migrations.AddField(model_name="webhookendpoint", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("platforms", "0002_keys_and_idempotency")]

    operations = [
        _add("description", models.CharField(blank=True, max_length=200)),
        _add("disabled_at", models.DateTimeField(blank=True, null=True)),
        _add("disabled_reason", models.CharField(blank=True, choices=REASONS, max_length=11)),
        migrations.AddField(
            model_name="webhookendpoint",
            name="secret_sealed",
            field=models.CharField(default="", max_length=200),
            preserve_default=False,
        ),
        _add("previous_secret_sealed", models.CharField(blank=True, max_length=200)),
        _add("failing_since", models.DateTimeField(blank=True, null=True)),
        _add("resting_until", models.DateTimeField(blank=True, null=True)),
        _add("refused_in_row", models.PositiveSmallIntegerField(default=0)),
        _add("last_failed_at", models.DateTimeField(blank=True, null=True)),
        _add("last_failure", models.CharField(blank=True, max_length=120)),
        _add("last_delivered_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterModelOptions(
            name="webhookendpoint",
            options={"permissions": [("act_on_endpoint", "Can switch a webhook endpoint off and on")]},
        ),
        migrations.CreateModel(
            name="EndpointChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("deed", models.CharField(choices=DEEDS, max_length=8)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=100)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="platforms.webhookendpoint",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        append_only("platforms_endpointchange"),
    ]
