"""What the bank said it took where that is another amount, and debits given back: rows that change by the bank's word alone."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import common.references

KEPT = """
    CREATE FUNCTION payments_reversal_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.id, NEW.attempt_id, NEW.request_id, NEW.told_minor, NEW.asked_at, NEW.made_by, NEW.approved_by, NEW.reason)
           IS DISTINCT FROM
           (OLD.id, OLD.attempt_id, OLD.request_id, OLD.told_minor, OLD.asked_at, OLD.made_by, OLD.approved_by, OLD.reason)
           OR OLD.outcome <> '' THEN
            RAISE EXCEPTION 'reversal % never changes but by the bank''s word, once', OLD.request_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_reversal_kept';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER kept BEFORE UPDATE ON payments_debitreversal
        FOR EACH ROW EXECUTE FUNCTION payments_reversal_kept();
    CREATE FUNCTION payments_reversed_by_the_bank() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM payments_debitreversal r WHERE r.attempt_id = NEW.id AND r.outcome = 'reversed') THEN
            RAISE EXCEPTION 'attempt % was not given back by the bank', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_reversed_by_the_bank';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER reversed BEFORE INSERT OR UPDATE OF outcome ON payments_attempt
        FOR EACH ROW WHEN (NEW.outcome = 'reversed') EXECUTE FUNCTION payments_reversed_by_the_bank();
"""
KEPT_BACK = """
    DROP TRIGGER reversed ON payments_attempt; DROP FUNCTION payments_reversed_by_the_bank();
    DROP TRIGGER kept ON payments_debitreversal; DROP FUNCTION payments_reversal_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_limit_refusals")]

    operations = [
        migrations.AddField("attempt", "told_minor", models.BigIntegerField(blank=True, null=True)),
        migrations.CreateModel(
            name="DebitReversal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=common.references.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("request_id", models.UUIDField(default=common.references.new_id, editable=False, unique=True)),
                ("told_minor", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=100)),
                ("approved_by", models.CharField(max_length=100)),
                ("reason", models.CharField(max_length=300)),
                ("send_at", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("last_answer", models.CharField(blank=True, max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("reversed", "Reversed"), ("declined", "Declined")], max_length=10
                    ),
                ),
                ("bank_code", models.CharField(blank=True, max_length=20)),
                ("bank_reference", models.CharField(blank=True, max_length=40)),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversals", to="payments.attempt"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(("outcome", "")), fields=["send_at"], name="payments_reversals_to_send")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=~Q(("outcome", "declined")),
                        fields=("attempt",),
                        name="payments_one_reversal_of_a_debit",
                    ),
                    models.CheckConstraint(
                        condition=~Q(("made_by", F("approved_by"))), name="payments_reversal_four_eyes"
                    ),
                    models.CheckConstraint(condition=Q(("told_minor__gt", 0)), name="payments_reversal_of_something"),
                    models.CheckConstraint(
                        condition=Q(("outcome", ""), ("outcome_at", None))
                        | Q(("outcome__in", ["reversed", "declined"]), ("outcome_at__isnull", False)),
                        name="payments_reversal_answered",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, KEPT_BACK),
    ]
