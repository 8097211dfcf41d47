"""Who comes by a link that was replaced is told what became of the order, instead of that the link is wrong."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_list_indexes")]

    operations = [
        migrations.AddField("payment", "former_links", models.JSONField(default=list, editable=False)),
    ]
