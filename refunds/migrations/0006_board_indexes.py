"""What the console's boards are read by. Built beside the traffic: a refund never waits for them.

- refunds_promised: what is promised and not yet back, by the day its promise ends.
- refunds_moved_from, refunds_moved_to: what was deferred away from a day, and to it.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("refunds", "0005_window_is_a_proxy")]

    operations = [
        AddIndexConcurrently("deferral", models.Index(fields=["old_date", "id"], name="refunds_moved_from")),
        AddIndexConcurrently("deferral", models.Index(fields=["new_date", "id"], name="refunds_moved_to")),
        AddIndexConcurrently(
            "refund",
            models.Index(
                fields=["latest_credit_date", "id"],
                include=["total_minor"],
                condition=models.Q(status__in=["accepted", "crediting", "unknown", "manual"]),
                name="refunds_promised",
            ),
        ),
    ]
