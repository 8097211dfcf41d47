"""Keyed hashes that find a customer by phone; those of customers known before are filled in, a thousand at a time."""

from django.db import migrations, models

from cards.rules import phone_hashes
from common.sealing import unseal

BATCH = 1_000
FIELDS = ("phone_hash", "phone_tail_hash", "phone_short_tail_hash")


def fill(apps, schema_editor):
    Customer = apps.get_model("cards", "Customer")
    known = Customer.objects.exclude(phone_sealed="").only("id", "phone_sealed").order_by("id")
    batch = []
    for customer in known.iterator(chunk_size=BATCH):
        for name, value in phone_hashes(unseal(customer.phone_sealed)).items():
            setattr(customer, name, value)
        batch.append(customer)
        if len(batch) == BATCH:
            Customer.objects.bulk_update(batch, FIELDS)
            batch = []
    Customer.objects.bulk_update(batch, FIELDS)


class Migration(migrations.Migration):
    dependencies = [("cards", "0004_maintenance_window")]

    operations = [
        *(
            migrations.AddField(
                "customer",
                name,
                models.CharField(blank=True, default="", editable=False, max_length=64),
                preserve_default=False,
            )
            for name in FIELDS
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
