"""Every endpoint that is there gets its secret, and one that is off a word on since when and why."""

import base64
import secrets

from django.db import migrations
from django.db.models import F

from common.sealing import seal


def give_secrets(apps, schema_editor):
    """Sealing is done here and not in SQL. What was off before was switched off by hand."""
    rows = apps.get_model("platforms", "WebhookEndpoint").objects
    for endpoint_id in rows.filter(secret_sealed="").values_list("pk", flat=True):
        secret = base64.b64encode(secrets.token_bytes(32)).decode()
        rows.filter(pk=endpoint_id).update(secret_sealed=seal(secret))
    rows.filter(enabled=False).update(disabled_at=F("created_at"), disabled_reason="by_staff")


class Migration(migrations.Migration):
    dependencies = [("platforms", "0003_endpoints")]

    operations = [
        # Going back drops the columns; there is nothing to take out of them first.
        migrations.RunPython(give_secrets, migrations.RunPython.noop),
    ]
