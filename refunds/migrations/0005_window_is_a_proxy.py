"""The maintenance windows' model lives in cards now; here it is a proxy of it, under the name and rights that it had."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("refunds", "0004_list_indexes"), ("cards", "0004_maintenance_window")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="MaintenanceWindow"),
                migrations.CreateModel(
                    name="MaintenanceWindow",
                    fields=[],
                    options={"proxy": True, "indexes": [], "constraints": []},
                    bases=("cards.maintenancewindow",),
                ),
            ],
        ),
    ]
