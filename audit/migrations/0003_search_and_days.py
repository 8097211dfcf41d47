"""The trail can be searched by time, subject, person, deed and role; each day's head names the one before.

Every index leads to the newest first. They replace two that were ordered by the ids: a test clock moves the times away from
them, and staff look for times.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_guards")]

    operations = [
        migrations.RemoveIndex(model_name="record", name="audit_record_subject"),
        migrations.RemoveIndex(model_name="record", name="audit_record_by"),
        *(
            migrations.AddIndex(
                model_name="record", index=models.Index(fields=[*lead, "at", "id"], name=f"audit_record_{name}")
            )
            for name, lead in {
                "at": [],
                "subject": ["subject"],
                "by": ["by"],
                "action": ["action"],
                "role": ["role"],
            }.items()
        ),
        migrations.AddField(
            model_name="dailyhead",
            name="previous_signature",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(model_name="head", name="signed_day", field=models.DateField(null=True)),
    ]
