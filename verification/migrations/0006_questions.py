"""What customers ask customer service behind the code of a look-up: one open question a payment."""

from django.db import migrations, models
from django.db.models import Q

import common.references


class Migration(migrations.Migration):
    dependencies = [("verification", "0005_more_time")]

    operations = [
        migrations.CreateModel(
            name="LookUpQuestion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField(help_text="1 for the first question about a subject")),
                (
                    "reference",
                    models.CharField(
                        default=common.references.case_reference, editable=False, max_length=16, unique=True
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("language", models.CharField(max_length=10)),
                ("page", models.CharField(help_text="the look-up that it was asked on", max_length=40)),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(answered_at=None), fields=["asked_at"], name="verification_open_questions"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "number"), name="verification_question_number_once"),
                    models.UniqueConstraint(
                        condition=Q(answered_at=None), fields=("subject",), name="verification_one_open_question"
                    ),
                    models.CheckConstraint(condition=~Q(text=""), name="verification_question_says_something"),
                ],
            },
        ),
    ]
