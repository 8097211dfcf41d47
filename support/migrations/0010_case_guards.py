"""What a case is about stays; who has it and when it is due changes only with a row that says who, when and why."""

from django.db import migrations, models
from django.db.models import F, Q

import common.references
from common.guards import append_only

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

FIXED = """
CREATE FUNCTION support_case_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.reference, NEW.kind, NEW.opened_at) <> (OLD.id, OLD.reference, OLD.kind, OLD.opened_at)
       OR (NEW.payment_id, NEW.refund_id, NEW.finding_id, NEW.endpoint_id, NEW.question_id, NEW.reopens_id)
          IS DISTINCT FROM
          (OLD.payment_id, OLD.refund_id, OLD.finding_id, OLD.endpoint_id, OLD.question_id, OLD.reopens_id) THEN
        RAISE EXCEPTION 'support_case: what % is about stays', OLD.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'support_case_is_fixed';
    END IF;
    IF OLD.answered_at IS NOT NULL AND NEW.answered_at IS DISTINCT FROM OLD.answered_at THEN
        RAISE EXCEPTION 'support_case: % was answered once', OLD.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'support_case_is_fixed';
    END IF;
    IF OLD.status = 'closed' AND
       (NEW.owner, NEW.queue, NEW.priority, NEW.due_at, NEW.handled, NEW.closed_at, NEW.closed_as, NEW.closed_reason,
        NEW.merged_into_id) IS DISTINCT FROM
       (OLD.owner, OLD.queue, OLD.priority, OLD.due_at, OLD.handled, OLD.closed_at, OLD.closed_as, OLD.closed_reason,
        OLD.merged_into_id) THEN
        RAISE EXCEPTION 'support_case: % is closed', OLD.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'support_case_is_fixed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_fixed BEFORE UPDATE ON support_case FOR EACH ROW EXECUTE FUNCTION support_case_fixed();
"""

HANDLED = """
CREATE FUNCTION support_case_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.handled <> OLD.handled + (CASE
        WHEN (NEW.owner, NEW.queue, NEW.priority, NEW.due_at, NEW.answer_due_at)
             = (OLD.owner, OLD.queue, OLD.priority, OLD.due_at, OLD.answer_due_at) AND NEW.handled = OLD.handled
        THEN 0 ELSE 1 END) THEN
        RAISE EXCEPTION 'support_case: % was handled without saying so', OLD.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'support_case_handling_counted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handling_counted BEFORE UPDATE ON support_case
    FOR EACH ROW EXECUTE FUNCTION support_case_counted();
CREATE FUNCTION support_case_handling_exists() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.handled > 0 AND NOT EXISTS (SELECT FROM support_casehandling h
                                       WHERE h.case_id = NEW.id AND h.number = NEW.handled) THEN
        RAISE EXCEPTION 'support_case: handling % of % has no row', NEW.handled, NEW.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'support_case_handling_exists';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER handling_exists AFTER INSERT OR UPDATE OF handled ON support_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION support_case_handling_exists();
"""


def field(name, value):
    return migrations.AlterField(model_name="case", name=name, field=value)


def check(name, condition):
    return migrations.AddConstraint(
        model_name="case", constraint=models.CheckConstraint(condition=condition, name=name)
    )


def index(name, *fields, status="open"):
    return migrations.AddIndex(
        model_name="case", index=models.Index(fields=[*fields, "id"], condition=Q(status=status), name=name)
    )


class Migration(migrations.Migration):
    dependencies = [("support", "0009_case_clock_filled")]

    operations = [
        field(
            "reference",
            models.CharField(
                "number", default=common.references.case_reference, editable=False, max_length=16, unique=True
            ),
        ),
        field("queue", models.CharField("queue", max_length=20, choices=QUEUES)),
        field("priority", models.PositiveSmallIntegerField("priority", choices=PRIORITIES)),
        field("answer_due_at", models.DateTimeField("to be answered by")),
        field("due_at", models.DateTimeField("due")),
        field("closed_as", models.CharField("closed as", max_length=20, choices=ENDS, blank=True)),
        migrations.RemoveConstraint(model_name="case", name="support_closed_says_when_and_why"),
        check(
            "support_closed_says_when_and_why",
            Q(status="open", closed_at__isnull=True)
            | (Q(status="closed", closed_at__isnull=False) & ~Q(closed_reason="") & ~Q(closed_as="")),
        ),
        check(
            "support_case_words_known",
            Q(queue__in=[name for name, _ in QUEUES])
            & Q(priority__in=[number for number, _ in PRIORITIES])
            & Q(closed_as__in=["", *(name for name, _ in ENDS)]),
        ),
        check(
            "support_merged_names_the_other",
            Q(closed_as="merged", merged_into__isnull=False) & ~Q(merged_into=F("id"))
            | (~Q(closed_as="merged") & Q(merged_into__isnull=True)),
        ),
        check(
            "support_asked_has_its_question",
            Q(kind="customer_asked", question__isnull=False) | (~Q(kind="customer_asked") & Q(question__isnull=True)),
        ),
        check("support_clocks_run_forward", Q(answer_due_at__gt=F("opened_at"), due_at__gte=F("answer_due_at"))),
        index("support_list", "due_at"),
        index("support_list_owner", "owner", "due_at"),
        index("support_list_queue", "queue", "due_at"),
        index("support_list_kind", "kind", "due_at"),
        index("support_list_closed", "closed_at", status="closed"),
        append_only("support_casehandling"),
        migrations.RunSQL(FIXED, "DROP TRIGGER case_fixed ON support_case; DROP FUNCTION support_case_fixed();"),
        migrations.RunSQL(
            HANDLED,
            """DROP TRIGGER handling_counted ON support_case; DROP FUNCTION support_case_counted();
               DROP TRIGGER handling_exists ON support_case; DROP FUNCTION support_case_handling_exists();""",
        ),
    ]
