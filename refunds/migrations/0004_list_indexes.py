"""What a platform's lists and settlement days are read by. Built beside the traffic: a refund never waits for them.

- refunds_list: any list, newest first, also between two times. One walk along it fills a page.
- refunds_list_open: lists by status. Credited refunds are most of all, and the walk above finds those soon.
- refunds_list_amount: "which refund was NT$500?"
- refunds_settled: a day's sums, from the index alone, and its lines.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("refunds", "0003_first_calendar")]

    operations = [
        AddIndexConcurrently("refund", models.Index(fields=["platform", "requested_at", "id"], name="refunds_list")),
        AddIndexConcurrently(
            "refund",
            models.Index(
                fields=["platform", "status", "requested_at", "id"],
                condition=~models.Q(status="credited"),
                name="refunds_list_open",
            ),
        ),
        AddIndexConcurrently(
            "refund",
            models.Index(fields=["platform", "amount_minor", "requested_at", "id"], name="refunds_list_amount"),
        ),
        AddIndexConcurrently(
            "refund",
            models.Index(
                fields=["platform", "credited_at", "id"],
                include=["amount_minor", "charge_minor", "total_minor"],
                condition=models.Q(credited_at__isnull=False),
                name="refunds_settled",
            ),
        ),
    ]
