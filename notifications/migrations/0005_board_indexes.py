"""What the console's boards are read by. Built beside the traffic: a notice never waits for them.

- notifications_attempt_at: what was tried today, and what came of it.
- notifications_given_up: messages whose ladder has ended; few, and looked for often.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notifications", "0004_claims_by_endpoint")]

    operations = [
        AddIndexConcurrently("attempt", models.Index(fields=["at"], name="notifications_attempt_at")),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["channel", "created_at"], condition=models.Q(status="dead"), name="notifications_given_up"
            ),
        ),
    ]
