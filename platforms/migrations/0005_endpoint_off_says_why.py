"""An endpoint that is off says since when and why, and one that is on doesn't: the database asks for it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("platforms", "0004_endpoint_secrets")]

    operations = [
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.CheckConstraint(
                condition=Q(enabled=True, disabled_at__isnull=True, disabled_reason="")
                | (Q(enabled=False, disabled_at__isnull=False) & ~Q(disabled_reason="")),
                name="platforms_endpoint_off_says_why",
            ),
        ),
    ]
