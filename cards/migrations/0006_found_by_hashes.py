"""What finds a customer by national ID and by phone. Built beside the traffic."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

NAMES = {
    "national_id_hash": "cards_by_national_id",
    "phone_hash": "cards_by_phone",
    "phone_tail_hash": "cards_by_phone_tail",
    "phone_short_tail_hash": "cards_by_short_phone_tail",
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("cards", "0005_found_by_phone")]

    operations = [
        AddIndexConcurrently("customer", models.Index(fields=[field], condition=~models.Q((field, "")), name=name))
        for field, name in NAMES.items()
    ]
