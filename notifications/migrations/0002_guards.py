"""Events, their numbers, attempts and changes stay as they were written; a message moves along its table only."""

from django.db import migrations

from common.guards import append_only, change_follows_status, status_guard

MOVES = {
    "pending": {"delivered", "dead"},
    "dead": {"pending", "delivered"},
}


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        append_only("notifications_event"),
        append_only("notifications_eventnumber"),
        append_only("notifications_attempt"),
        append_only("notifications_messagechange"),
        append_only("notifications_retelling"),
        status_guard("notifications_message", MOVES),
        change_follows_status("notifications_message", "notifications_messagechange"),
    ]
