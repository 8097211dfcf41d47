"""What the console's searches and lists are read by. Built beside the traffic: a payment never waits for them.

- payments_newest: every list of all platforms, newest first, also between two times.
- payments_newest_unpaid: such lists by status. Paid payments are most of all, and the walk above finds those soon.
- payments_attempt_last4: a card's presentations, by what its holder can say on the phone.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0005_former_links")]

    operations = [
        AddIndexConcurrently("payment", models.Index(fields=["created_at", "id"], name="payments_newest")),
        AddIndexConcurrently(
            "payment",
            models.Index(
                fields=["status", "created_at", "id"],
                condition=~models.Q(status="paid"),
                name="payments_newest_unpaid",
            ),
        ),
        AddIndexConcurrently(
            "attempt", models.Index(fields=["account_last4", "payment"], name="payments_attempt_last4")
        ),
    ]
