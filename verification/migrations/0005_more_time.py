"""A check can be kept open by whoever needs longer, ten times at most."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verification", "0004_look_up_codes")]

    operations = [
        migrations.AddField(
            "check",
            "extensions",
            models.PositiveSmallIntegerField(default=0, help_text="how often its holder asked for more time"),
        ),
        migrations.AddConstraint(
            "check",
            models.CheckConstraint(condition=models.Q(("extensions__lte", 10)), name="verification_extensions_max"),
        ),
    ]
