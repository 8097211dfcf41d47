"""Keys get scopes that count, an end and addresses; platforms an allowance; Idempotency-Keys their table."""

import django.db.models.deletion
from django.db import migrations, models

import common.references

# The scopes of the day this was written: a key from before had no limits and keeps that.
SCOPES = [
    "payments:read",
    "payments:write",
    "refunds:read",
    "refunds:write",
    "events:read",
    "webhooks:read",
    "webhooks:write",
    "calendar:read",
    "settlement:read",
    "platform:read",
    "keys:read",
    "keys:write",
]


def open_everything(apps, schema_editor):
    apps.get_model("platforms", "ApiKey").objects.filter(scopes=[]).update(scopes=SCOPES)


class Migration(migrations.Migration):
    dependencies = [
        ("platforms", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="platform",
            options={"permissions": [("manage_keys", "Can make, roll and revoke a platform's keys")]},
        ),
        migrations.AddField(
            model_name="apikey",
            name="allowed_addresses",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="apikey",
            name="description",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="apikey",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="platform",
            name="requests_per_minute",
            field=models.PositiveIntegerField(default=6000),
        ),
        migrations.RunPython(open_everything, migrations.RunPython.noop),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("token", models.UUIDField()),
                ("lease_until", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("http_status", models.PositiveSmallIntegerField(null=True)),
                ("content_type", models.CharField(blank=True, max_length=100)),
                ("body_sealed", models.TextField(blank=True)),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="platforms.platform"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("platform", "key"), name="platforms_idempotency_once")],
            },
        ),
    ]
