"""Events and messages name the payment within which they keep their order; claims find their way by endpoint."""

from django.db import migrations, models

# An event can't be changed, even by its owner, unless the guard steps aside for as long as the new column is filled.
# What tells of a refund names its payment; everything else is ordered within its own subject.
FILL = """
    ALTER TABLE notifications_event DISABLE TRIGGER append_only;
    UPDATE notifications_event SET ordering_key = CASE
        WHEN kind LIKE 'refund.%' THEN coalesce(left(body::jsonb #>> '{data,payment}', 60), subject) ELSE subject END;
    ALTER TABLE notifications_event ENABLE TRIGGER append_only;
    UPDATE notifications_message m SET ordering_key = e.ordering_key
    FROM notifications_event e WHERE e.id = m.event_id;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="ordering_key",
            field=models.CharField(default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="message",
            name="ordering_key",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
        # Going back drops the columns.
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
