"""A case may be about a webhook endpoint that is gone."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("not_told", "paid, platform not told"),
    ("unknown_debit", "debit unknown"),
    ("unknown_credit", "credit unknown"),
    ("refund_overdue", "refund overdue"),
    ("refund_manual", "refund to be settled by hand"),
    ("dead_letter", "message never delivered"),
    ("unmapped_bank_code", "bank code without a text"),
    ("broken_invariant", "books that don't agree"),
    ("endpoint_gone", "platform's webhook endpoint gone"),
]


def about_only(name):
    return Q(**{f"{other}__isnull": other != name for other in ("payment", "refund", "finding", "endpoint")})


def _replace(name, condition):
    return [
        migrations.RemoveConstraint(model_name="case", name=name),
        migrations.AddConstraint(model_name="case", constraint=models.CheckConstraint(condition=condition, name=name)),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("platforms", "0005_endpoint_off_says_why"),
        ("support", "0002_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="endpoint",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="platforms.webhookendpoint",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20, verbose_name="kind"),
        ),
        *_replace(
            "support_case_is_about_one_thing",
            about_only("payment") | about_only("refund") | about_only("finding") | about_only("endpoint"),
        ),
        *_replace("support_case_kind_known", Q(kind__in=[kind for kind, _ in KINDS])),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=Q(status="open"), fields=("endpoint", "kind"), name="support_open_once_per_endpoint"
            ),
        ),
    ]
