"""The calendar and the charge policy that the service starts with."""

import datetime as dt

from django.db import migrations

START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
BY = "published rules"
# The years for which the rule set was compared with the official calendar, day by day.
COMPARED_YEARS = {"first_year": 2017, "last_year": 2027}


def seed(apps, schema_editor):
    version = apps.get_model("refunds", "CalendarVersion").objects.create(
        number=1, kind="seed", note="rule set", published_at=START, published_by=BY, **COMPARED_YEARS
    )
    # Labour Day closed banks alone until it became everybody's holiday in 2026.
    apps.get_model("refunds", "BankOnlyDay").objects.create(
        version=version, month=5, day=1, last_year=2025, name="勞動節", name_en="Labor Day"
    )
    apps.get_model("refunds", "ChargeReturnRule").objects.create(
        policy="proportional",
        valid_from=START.date(),
        made_by=BY,
        approved_by="product owner",
        reason="first row",
    )


class Migration(migrations.Migration):
    dependencies = [("refunds", "0002_guards")]

    # The rows are append-only: going back drops the tables with them.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
