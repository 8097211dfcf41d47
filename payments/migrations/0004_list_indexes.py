"""What a platform's lists and settlement days are read by. Built beside the traffic: a payment never waits for them.

- payments_list: any list, newest first, also between two times. One walk along it fills a page.
- payments_list_unpaid: lists by status. Paid payments are most of all, and the walk above finds those soon.
- payments_list_amount: "which order was NT$961?"
- payments_settled: a day's sums, from the index alone, and its lines.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0003_first_rules")]

    operations = [
        AddIndexConcurrently("payment", models.Index(fields=["platform", "created_at", "id"], name="payments_list")),
        AddIndexConcurrently(
            "payment",
            models.Index(
                fields=["platform", "status", "created_at", "id"],
                condition=~models.Q(status="paid"),
                name="payments_list_unpaid",
            ),
        ),
        AddIndexConcurrently(
            "payment",
            models.Index(fields=["platform", "final_amount_minor", "created_at", "id"], name="payments_list_amount"),
        ),
        AddIndexConcurrently(
            "payment",
            models.Index(
                fields=["platform", "paid_at", "id"],
                include=["order_amount_minor", "charge_minor", "final_amount_minor"],
                condition=models.Q(paid_at__isnull=False),
                name="payments_settled",
            ),
        ),
    ]
