"""What the day's sheet, a sweep and prove read of card presentations that came to nothing. Built beside the traffic.

- payments_refusals: those of a day, whoever said no.
- payments_unmapped: those that the bank declined with a code that has no text of ours; there are few, ever.
- payments_strange_cards: those of accounts that no customer has; prove looks for their numbers in clear.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0008_reversals")]

    operations = [
        AddIndexConcurrently(
            "attempt",
            models.Index(
                fields=["account_hash"], condition=models.Q(account__isnull=True), name="payments_strange_cards"
            ),
        ),
        AddIndexConcurrently(
            "attempt",
            models.Index(
                fields=["created_at"],
                condition=models.Q(outcome__in=["declined", "refused"]),
                name="payments_refusals",
            ),
        ),
        AddIndexConcurrently(
            "attempt",
            models.Index(
                fields=["payment", "outcome_at"],
                condition=models.Q(outcome_code="bank_declined"),
                name="payments_unmapped",
            ),
        ),
    ]
