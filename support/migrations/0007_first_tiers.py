"""How many must agree, to begin with: one, and two from NT$100,000 on."""

import datetime as dt

from django.db import migrations

from common.clock import now

FIRST_DAY = dt.date(2020, 1, 1)
TIERS = {0: 1, 10_000: 1, 100_000: 2}
WHO = {"made_by": "published rules", "approved_by": "product owner", "valid_from": FIRST_DAY, "reason": "first rows"}


def seed(apps, schema_editor):
    tier = apps.get_model("support", "ApprovalTier")
    for from_minor, checkers in TIERS.items():
        tier.objects.create(from_minor=from_minor, checkers=checkers, made_at=now(), **WHO)


class Migration(migrations.Migration):
    dependencies = [("support", "0006_four_eyes")]

    # The rows are append-only: going back drops the tables with them.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
