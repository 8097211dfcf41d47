"""The limits and the handling charge that the service starts with (the bank's published rules)."""

import datetime as dt
from decimal import Decimal

from django.db import migrations

FIRST_DAY = dt.date(2020, 1, 1)
LIMITS = {
    "service_daily": 100_000,
    "service_monthly": 300_000,
    "transfer_single": 50_000,
    "transfer_daily": 100_000,
    "transfer_monthly": 200_000,
}
WHO = {"made_by": "published rules", "approved_by": "product owner", "valid_from": FIRST_DAY, "reason": "first rows"}


def seed(apps, schema_editor):
    for code, amount_minor in LIMITS.items():
        apps.get_model("payments", "LimitRule").objects.create(code=code, amount_minor=amount_minor, **WHO)
    apps.get_model("payments", "ChargeRule").objects.create(percent=Decimal(1), **WHO)


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_guards")]

    # The rows are append-only: going back drops the tables with them.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
