"""A case moves along its table only, and what was noted stays."""

from django.db import migrations

from common.guards import append_only, change_follows_status, status_guard

MOVES = {"open": {"closed"}}


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]

    operations = [
        status_guard("support_case", MOVES),
        change_follows_status("support_case", "support_casechange"),
        append_only("support_casechange"),
        append_only("support_casenote"),
    ]
