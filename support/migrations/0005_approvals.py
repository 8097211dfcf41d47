"""Requests that wait for a second person, their changes and decisions, and how many must agree."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import common.references


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0004_permissions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("status", models.CharField(editable=False, max_length=20)),
                ("step", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("deed", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=80)),
                ("payload", models.TextField()),
                ("payload_hash", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("checkers_needed", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, max_length=300)),
                ("shown", models.JSONField(blank=True, default=dict)),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals_asked",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="support.approval",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval",
                "verbose_name_plural": "approvals",
                "permissions": [
                    ("change_rules", "Can ask for and confirm changes of limits, charges and calendars"),
                    ("confirm_refunds", "Can confirm what another does with a refund by hand"),
                    ("reset_identity", "Can ask for and confirm that a customer's identity is checked anew"),
                    ("manage_staff", "Can ask for changes of members of staff"),
                    ("confirm_staff", "Can confirm changes of members of staff"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportTaken",
            fields=[
                (
                    "approval",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="taken",
                        serialize=False,
                        to="support.approval",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=100)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ApprovalChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("step", models.PositiveIntegerField()),
                ("before", models.CharField(max_length=20)),
                ("after", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=100)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="support.approval"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("verdict", models.CharField(choices=[("approve", "approved"), ("reject", "rejected")], max_length=8)),
                ("words", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("seal", models.CharField(max_length=64)),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="support.approval"
                    ),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals_decided",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalTier",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField()),
                ("made_by", models.CharField(max_length=100)),
                ("approved_by", models.CharField(max_length=100)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("from_minor", models.BigIntegerField()),
                ("checkers", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("from_minor", "valid_from"), name="support_tier_once"),
                    models.CheckConstraint(
                        condition=models.Q(("checkers__gte", 1), ("checkers__lte", 3), ("from_minor__gte", 0)),
                        name="support_tier_within_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("made_by", models.F("approved_by")), _negated=True),
                        name="support_tier_four_eyes",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["expires_at", "id"], name="support_approval_pending"
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["maker", "id"], name="support_approval_of_maker"
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["subject", "id"], name="support_approval_subject"),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("status", "pending"), _negated=True),
                fields=["-id"],
                name="support_approval_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "pending")),
                fields=("deed", "subject"),
                name="support_approval_pending_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("made_at"))), name="support_approval_lives"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="support_approval_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0), ("checkers_needed__gte", 1)),
                name="support_approval_numbers",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["pending", "approved", "rejected", "expired", "withdrawn", "done", "failed"])
                ),
                name="support_approval_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalchange",
            constraint=models.UniqueConstraint(fields=("subject", "step"), name="support_approval_step_once"),
        ),
        migrations.AddConstraint(
            model_name="approvaldecision",
            constraint=models.UniqueConstraint(fields=("approval", "checker"), name="support_decision_once"),
        ),
        migrations.AddConstraint(
            model_name="approvaldecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("maker", models.F("checker")), _negated=True), name="support_maker_is_not_checker"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvaldecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict", "approve"),
                    models.Q(("verdict", "reject"), models.Q(("words", ""), _negated=True)),
                    _connector="OR",
                ),
                name="support_no_says_why",
            ),
        ),
    ]
