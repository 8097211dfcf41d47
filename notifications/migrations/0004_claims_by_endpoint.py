"""Indexes for claims that go round the endpoints: what is due there, what comes first, what is on its way."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_order_per_payment")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["platform", "created_at"], name="notifications_event_since"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=Q(status="pending"), fields=["endpoint", "due_at", "event"], name="notifications_endpoint_due"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=Q(status="pending"),
                fields=["endpoint", "ordering_key", "event"],
                name="notifications_endpoint_order",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=Q(status="pending", lease_until__isnull=False),
                fields=["endpoint", "lease_until"],
                name="notifications_in_flight",
            ),
        ),
    ]
