"""A card's counter value that was used stays used."""

from django.db import migrations

from common.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_initial")]

    operations = [append_only("cards_carduse")]
