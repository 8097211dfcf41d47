"""The database's own refusals: a payment moves only along the table, each step with its change row."""

from django.db import migrations

from common.guards import append_only, change_follows_status, status_guard

# As payments.states.MOVES was when this was written; a test compares the two.
MOVES = {
    "created": {"gated", "debiting", "cancelled", "expired"},
    "gated": {"created", "cancelled", "expired"},
    "debiting": {"paid", "unknown", "created", "failed"},
    "unknown": {"paid", "created", "failed"},
}


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        status_guard("payments_payment", MOVES),
        change_follows_status("payments_payment", "payments_paymentchange"),
        append_only("payments_paymentchange"),
        append_only("payments_limitrule"),
        append_only("payments_chargerule"),
    ]
