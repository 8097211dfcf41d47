"""Cases get a number, a queue, a priority, two clocks, and words for how they end. Rows of before are filled next."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import common.references

KINDS = [
    ("not_told", "paid, platform not told"),
    ("unknown_debit", "debit unknown"),
    ("unknown_credit", "credit unknown"),
    ("refund_overdue", "refund overdue"),
    ("refund_manual", "refund to be settled by hand"),
    ("account_closed", "refund to a closed account"),
    ("dead_letter", "message never delivered"),
    ("unmapped_bank_code", "bank code without a text"),
    ("broken_invariant", "books that don't agree"),
    ("endpoint_gone", "platform's webhook endpoint gone"),
    ("customer_asked", "customer asked on the page"),
    ("complaint", "complaint"),
    ("question", "question"),
]
QUEUES = [("agents", "Agents"), ("supervisors", "Supervisors"), ("operators", "Operators")]
PRIORITIES = [(1, "urgent"), (2, "high"), (3, "normal"), (4, "low")]
ENDS = [
    ("settled", "Settled: it is as it should be"),
    ("explained", "Explained to the customer"),
    ("platform", "The platform has it in hand"),
    ("no_fault", "Nothing was wrong"),
    ("merged", "Merged into another case"),
    ("cause_gone", "Its cause is gone"),
]
DEEDS = [
    ("taken", "taken"),
    ("given", "handed over to a person"),
    ("queued", "handed over to a queue"),
    ("priority", "priority changed"),
    ("merged_in", "another case was merged in"),
]


def new_field(name, field):
    return migrations.AddField(model_name="case", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0007_first_tiers"),
        ("verification", "0006_questions"),
    ]

    operations = [
        migrations.AlterField("case", "kind", models.CharField("kind", max_length=20, choices=KINDS)),
        migrations.RemoveConstraint(model_name="case", name="support_case_kind_known"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _ in KINDS]), name="support_case_kind_known"
            ),
        ),
        new_field("reference", models.CharField("number", max_length=16, null=True, editable=False)),
        new_field(
            "question",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="case",
                to="verification.lookupquestion",
            ),
        ),
        new_field("queue", models.CharField("queue", max_length=20, choices=QUEUES, null=True)),
        new_field("priority", models.PositiveSmallIntegerField("priority", choices=PRIORITIES, null=True)),
        new_field("answer_due_at", models.DateTimeField("to be answered by", null=True)),
        new_field("due_at", models.DateTimeField("due", null=True)),
        new_field("answered_at", models.DateTimeField("answered at", blank=True, null=True)),
        new_field("handled", models.PositiveIntegerField(default=0, editable=False)),
        new_field("closed_as", models.CharField("closed as", max_length=20, choices=ENDS, blank=True, default="")),
        new_field(
            "merged_into",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="support.case",
            ),
        ),
        new_field(
            "reopens",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reopened_as",
                to="support.case",
            ),
        ),
        migrations.CreateModel(
            name="CaseHandling",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("what", models.CharField(choices=DEEDS, max_length=20)),
                ("before", models.CharField(blank=True, max_length=100)),
                ("after", models.CharField(max_length=100)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=100)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handlings", to="support.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "handling",
                "verbose_name_plural": "handlings",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="support_handling_once"),
                    models.CheckConstraint(condition=Q(what="taken") | ~Q(reason=""), name="support_handling_says_why"),
                ],
            },
        ),
    ]
